import type { FastifyReply } from 'fastify';
import { escapeHtml } from '../platform/html';
import { PAGE_ICON, PAGE_STYLE } from '../platform/page-style';

/** What the local pages may load: nothing but their own style. No script runs, in a mail or around it. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

/** Answers an HTML page in the look of Tocsin's local pages. `body` is HTML that is already safe. */
export function sendPage(reply: FastifyReply, title: string, body: string): FastifyReply {
  const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>${PAGE_ICON}<style>${STYLE}</style></head>
<body><main>${body}</main></body></html>`;
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('x-content-type-options', 'nosniff')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(page);
}

/** An instant as people read it: `2026-01-31 09:15:00 UTC`, with the exact value in the title. */
export function instant(at: string): string {
  const shown = `${at.slice(0, 10)} ${at.slice(11, 19)}`;
  return `<time datetime="${escapeHtml(at)}" title="${escapeHtml(at)}">${escapeHtml(shown)} UTC</time>`;
}

const STYLE = `${PAGE_STYLE}
body { font-size: 15px }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .25rem } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem }
p.lead { color: var(--soft); margin: 0 0 1.5rem }
table { width: 100%; border-collapse: collapse; background: var(--paper); border: 1px solid var(--line); border-radius: 8px }
th { text-align: left; font-size: .75rem; letter-spacing: .04em; text-transform: uppercase; color: var(--soft) }
th, td { padding: .55rem .8rem; border-bottom: 1px solid var(--line); vertical-align: top }
tbody tr:last-child td, tbody tr:last-child th { border-bottom: 0 } tbody tr:hover { background: var(--ground) }
time { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft) }
.chip { display: inline-block; padding: 0 .5rem; margin: .1rem .2rem .1rem 0; border-radius: 999px; background: var(--chip);
  color: var(--ink); font-size: .8rem; text-decoration: none } .chip.on { background: var(--accent); color: var(--on) }
nav { margin: 0 0 1rem; display: flex; flex-wrap: wrap; gap: .3rem; align-items: baseline } nav b { color: var(--soft); font-weight: 500 }
iframe { width: 100%; height: 34rem; border: 1px solid var(--line); border-radius: 8px; background: #fff }
pre { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; white-space: pre-wrap }
.empty { padding: 3rem 1rem; text-align: center; color: var(--soft); background: var(--paper); border: 1px dashed var(--line); border-radius: 8px }
h1 + table { margin-top: 1rem }
@media (min-width: 48.01rem) { td.to { overflow-wrap: break-word } td:has(> .chip) { min-width: 14rem } }
@media (max-width: 48rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  table, tbody, tr, th, td { display: block; width: 100% }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line) } tbody tr:last-child { border-bottom: 0 }
  th, td { padding: .1rem .8rem; border-bottom: 0 }
}
`;
