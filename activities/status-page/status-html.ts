import { human } from '../../domain/incident/contents';
import { asHtml } from '../notices/inert';
import type { PublicStatus, StatusUpdate } from './status-page-port';

/** An incident as the page shows it; `updates` from the newest. */
export interface ShownIncident {
  id: string;
  updates: StatusUpdate[];
  latest: StatusUpdate;
}

const LABEL: Record<PublicStatus, string> = {
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

/** The page for people. Self-contained; renews itself every minute. */
export function statusPageHtml(organisation: string, incidents: ShownIncident[]): string {
  const open = incidents.filter(({ latest }) => latest.status !== 'resolved');
  const past = incidents.filter(({ latest }) => latest.status === 'resolved');
  const exercise = incidents.some(({ latest }) => latest.exercise);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta http-equiv="refresh" content="60">
<title>${asHtml(organisation)} status</title><style>${STYLE}</style></head>
<body><main>
${exercise ? '<p class="exercise" role="alert">Exercise: entries marked EXERCISE are not real, and no action is needed.</p>' : ''}
<h1>${asHtml(organisation)} status</h1>
<p class="state ${open.length > 0 ? 'open' : 'fine'}">${asHtml(headline(incidents))}</p>
${open.map(incidentHtml).join('\n')}
${past.length > 0 ? `<h2>Past incidents</h2>\n${past.map(incidentHtml).join('\n')}` : ''}
<footer>All times in UTC · <a href="status.json">this page as data</a></footer>
</main></body>
</html>
`;
}

function headline(incidents: ShownIncident[]): string {
  const open = incidents.filter(({ latest }) => latest.status !== 'resolved').length;
  if (open === 0) return 'No open incidents';
  return open === 1 ? 'One open incident' : `${open} open incidents`;
}

function incidentHtml({ updates, latest }: ShownIncident): string {
  const items = updates.map(
    ({ status, at, text }) =>
      `<li><p class="when"><span class="badge ${status}">${LABEL[status]}</span> <time datetime="${asHtml(at)}">${human(at)}</time></p>${paragraphs(text)}</li>`,
  );
  return `<article><h3>${asHtml(latest.subject)}</h3><p class="when">First detected ${human(latest.detectedAt)}</p><ol>${items.join('')}</ol></article>`;
}

function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((part) => `<p>${asHtml(part.trim()).replaceAll('\n', '<br>')}</p>`)
    .join('');
}

const STYLE = `
*{box-sizing:border-box}body{margin:0;padding:40px 20px 64px;background:#f6f7f9;color:#1b1f24;font:16px/1.55 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}
main{max-width:760px;margin:0 auto}h1{font-size:1.7rem;margin:0 0 16px}h2{font-size:1.1rem;margin:40px 0 12px;color:#57606a}h3{font-size:1.1rem;margin:0}p{margin:6px 0}
.exercise{background:#7a2e00;color:#fff;font-weight:700;padding:12px 16px;border-radius:8px;margin:0 0 24px}
.state{font-weight:700;font-size:1.1rem;padding:18px 20px;border-radius:8px;margin:0 0 24px}.state.fine{background:#dff3e4;color:#0f5323}.state.open{background:#fff0d6;color:#6b3d00}
article{background:#fff;border:1px solid #d9dde3;border-radius:8px;padding:20px 24px;margin:0 0 16px}
ol{list-style:none;margin:12px 0 0;padding:0}li{border-left:3px solid #d9dde3;padding:2px 0 10px 16px}li:first-child{border-left-color:#57606a}
.when{color:#57606a;font-size:.9rem}.badge{display:inline-block;border-radius:999px;padding:1px 10px;font-weight:600;margin-right:6px}
.investigating{background:#ffe1dc;color:#83170a}.identified{background:#fff0d6;color:#6b3d00}.monitoring{background:#dcebff;color:#0b3d7a}.resolved{background:#dff3e4;color:#0f5323}
footer{margin-top:40px;color:#57606a;font-size:.85rem}a{color:#0b5cad}`;
