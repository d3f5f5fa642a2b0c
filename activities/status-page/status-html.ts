import { human } from '../../domain/kernel/time';
import { PAGE_ICON, PAGE_STYLE } from '../../platform/page-style';
import { asHtml } from '../notices/inert';
import type { PublicStatus, StatusUpdate } from './status-page-port';

/** An incident as the page shows it; `updates` from the newest. */
export interface ShownIncident {
  id: string;
  updates: StatusUpdate[];
  latest: StatusUpdate;
}

/** As the page and the feed call them. */
export const STATUS_LABEL: Record<PublicStatus, string> = {
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
};

/** The page as data, in the shape that readers of public status pages know. */
export function statusJson(organisation: string, incidents: ShownIncident[]): string {
  const data = {
    page: {
      name: `${organisation} status`,
      updated_at:
        incidents
          .map(({ latest }) => latest.at)
          .sort()
          .at(-1) ?? null,
    },
    status: { description: headline(incidents) },
    incidents: incidents.map(({ id, updates, latest }) => ({
      id,
      name: latest.subject,
      status: latest.status,
      exercise: latest.exercise,
      started_at: latest.detectedAt,
      resolved_at: latest.status === 'resolved' ? latest.at : null,
      incident_updates: updates.map(({ obligation, round, status, text, at }) => ({
        id: `${id}/${obligation}/${round}`,
        status,
        body: text.trim(),
        display_at: at,
      })),
    })),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}

/** The page for people. Self-contained. It does not reload itself: that would take a reader's place away (WCAG 2.2, F41). */
export function statusPageHtml(organisation: string, incidents: ShownIncident[]): string {
  const open = incidents.filter(({ latest }) => latest.status !== 'resolved');
  const past = incidents.filter(({ latest }) => latest.status === 'resolved');
  const exercise = incidents.some(({ latest }) => latest.exercise);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${asHtml(organisation)} status</title><link rel="alternate" type="application/atom+xml" href="feed.xml">${PAGE_ICON}<style>${STYLE}</style></head>
<body><main>
${exercise ? '<p class="exercise" role="alert">Exercise: entries marked EXERCISE are not real, and no action is needed.</p>' : ''}
<h1>${asHtml(organisation)} status</h1>
<p class="state ${open.length > 0 ? 'open' : 'fine'}">${asHtml(headline(incidents))}</p>
${open.map((each) => incidentHtml(each, 'h2')).join('\n')}
${past.length > 0 ? `<h2 class="past">Past incidents</h2>\n${past.map((each) => incidentHtml(each, 'h3')).join('\n')}` : ''}
<footer>All times in UTC · reload for the latest · <a href="feed.xml">feed</a> · <a href="status.json">this page as data</a></footer>
</main></body>
</html>
`;
}

function headline(incidents: ShownIncident[]): string {
  const open = incidents.filter(({ latest }) => latest.status !== 'resolved').length;
  if (open === 0) return 'No open incidents';
  return open === 1 ? 'One open incident' : `${open} open incidents`;
}

function incidentHtml({ updates, latest }: ShownIncident, heading: 'h2' | 'h3'): string {
  const items = updates.map(
    ({ status, at, text }) =>
      `<li><p class="when"><span class="badge ${status}">${STATUS_LABEL[status]}</span> <time datetime="${asHtml(at)}">${human(at)}</time></p>${paragraphs(text)}</li>`,
  );
  return `<article><${heading}>${asHtml(latest.subject)}</${heading}><p class="when">First detected ${human(latest.detectedAt)}</p><ol>${items.join('')}</ol></article>`;
}

function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((part) => `<p>${asHtml(part.trim()).replaceAll('\n', '<br>')}</p>`)
    .join('');
}

const STYLE = `${PAGE_STYLE}
body{padding:40px 20px 64px}main{max-width:760px;margin:0 auto}h1{font-size:1.7rem;margin:0 0 16px}h2,h3{font-size:1.1rem;margin:0}h2.past{margin:40px 0 12px;color:var(--soft)}p{margin:6px 0}
.exercise{background:var(--banner);color:var(--banner-ink);font-weight:700;padding:12px 16px;border-radius:8px;margin:0 0 24px}
.state{font-weight:700;font-size:1.1rem;padding:18px 20px;border-radius:8px;margin:0 0 24px}.state.fine,.resolved{background:var(--good);color:var(--good-ink)}.state.open,.identified{background:var(--warn);color:var(--warn-ink)}
article{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:20px 24px;margin:0 0 16px}
ol{list-style:none;margin:12px 0 0;padding:0}li{border-left:3px solid var(--line);padding:2px 0 10px 16px}li:first-child{border-left-color:var(--soft)}
.when{color:var(--soft);font-size:.9rem}.badge{display:inline-block;border-radius:999px;padding:1px 10px;font-weight:600;margin-right:6px}
.investigating{background:var(--bad);color:var(--bad-ink)}.monitoring{background:var(--note);color:var(--note-ink)}
footer{margin-top:40px;color:var(--soft);font-size:.85rem}`;
