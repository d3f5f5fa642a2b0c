/** The pages around what is said: self-contained, readable on a phone, printable, no network. */
import { PAGE_STYLE, PRINTED } from '../../platform/page-style';
import { asHtml } from './inert';

const FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** A mail as a whole HTML document, with styles in place because mail clients drop the rest. */
export function mailPage(page: {
  language: string;
  title: string;
  bodyHtml: string;
  banner?: string | undefined;
}): string {
  const banner = page.banner
    ? `<p style="margin:0 0 24px;padding:12px 16px;background:#7a2e00;color:#fff;font-weight:bold">${asHtml(page.banner)}</p>`
    : '';
  return `<!doctype html>
<html lang="${asHtml(page.language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${asHtml(page.title)}</title></head>
<body style="margin:0;padding:24px;background:#fff;color:#1b1f24;${FONT};font-size:16px;line-height:1.55"><div style="max-width:640px;margin:0 auto">
${banner}${page.bodyHtml.trim()}
</div></body></html>
`;
}

const STYLE = `${PAGE_STYLE}
body{padding:32px 20px 64px}main{max-width:860px;margin:0 auto;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:32px 40px}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 4px}h2{font-size:1.1rem;margin:32px 0 8px}h3{font-size:1rem;margin:24px 0 4px}
p,ul{margin:8px 0}td ul{margin:0;padding-left:18px}.lead{color:var(--soft)}.banner{background:var(--banner);color:var(--banner-ink);font-weight:700;padding:12px 16px;border-radius:6px;margin:0 0 24px}
table{width:100%;border-collapse:collapse;margin:8px 0}th,td{text-align:left;vertical-align:top;padding:10px 12px 10px 0;border-top:1px solid var(--line)}
th{width:34%;font-weight:600}.cite{display:block;color:var(--soft);font-size:.85rem;font-weight:400}
.open{color:var(--mark);font-style:italic}.due{font-weight:700}footer{margin-top:32px;color:var(--soft);font-size:.85rem}
@media(max-width:600px){body{padding:12px 10px 40px}main{padding:20px}th,td{display:block;width:100%;padding-right:0}td{border-top:0;padding-top:0}}
@media print{:root{${PRINTED}}body{padding:0;font-size:11pt}main{border:0;padding:0;max-width:none}tr{break-inside:avoid}}`;

/** A page for people: a dossier, a preview. */
export function page(content: {
  language: string;
  title: string;
  mainHtml: string;
  banner?: string | undefined;
}): string {
  const banner = content.banner ? `<p class="banner" role="alert">${asHtml(content.banner)}</p>` : '';
  return `<!doctype html>
<html lang="${asHtml(content.language)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>${asHtml(content.title)}</title><style>${STYLE}</style></head>
<body><main>
${banner}${content.mainHtml}
</main></body>
</html>
`;
}

/** A text of several lines as HTML: a list when there is more than one. */
export function linesHtml(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length <= 1) return asHtml(lines[0] ?? '');
  return `<ul>${lines.map((line) => `<li>${asHtml(line)}</li>`).join('')}</ul>`;
}
