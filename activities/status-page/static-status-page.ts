import type { Site } from '../storage/site';
import { incidentPath, obligationPath } from '../storage/site';
import { statusFeed } from './status-feed';
import { type ShownIncident, statusJson, statusPageHtml } from './status-html';
import type { StatusPagePort, StatusUpdate } from './status-page-port';

const FOLDER = 'status/incidents';

/**
 * A status page of static files: `status/index.html`, `status/status.json`, `status/feed.xml`, and one file an update under
 * `status/incidents/<incident>/`, from which the three are built. An update that is there is never written again, but by its correction.
 */
export function createStaticStatusPage(site: Site, organisation: () => Promise<string>): StatusPagePort {
  return {
    async publish(update) {
      const file = `${FOLDER}/${incidentPath(update.incidentId)}/${obligationPath(update.obligation)}-r${update.round}.json`;
      const there = await site.read(file);
      if (there === undefined || correctionIn(there) < (update.correction ?? 0))
        await site.write(file, `${JSON.stringify(update, null, 2)}\n`);
      const name = await organisation();
      const read = async () => readIncidents(site, await updateFiles(site));
      // Another process may have published meanwhile: whoever writes the page last has seen every update.
      for (let incidents = await read(), seen = ''; seen !== JSON.stringify(incidents); incidents = await read()) {
        seen = JSON.stringify(incidents);
        await site.write('status/status.json', statusJson(name, incidents));
        await site.write('status/feed.xml', statusFeed(name, site.urlOf('status/index.html'), incidents));
        await site.write('status/index.html', statusPageHtml(name, incidents));
      }
      return { url: site.urlOf('status/index.html') };
    },
  };
}

function correctionIn(file: string): number {
  return (JSON.parse(file) as StatusUpdate).correction ?? 0;
}

async function updateFiles(site: Site): Promise<string[]> {
  const folders = await site.list(FOLDER);
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await site.list(`${FOLDER}/${folder}`))
        .filter((name) => /^[^.].*\.json$/.test(name))
        .map((name) => `${FOLDER}/${folder}/${name}`),
    ),
  );
  return files.flat();
}

/** Open incidents first, then the newest. Updates of an incident from the newest to the oldest. */
async function readIncidents(site: Site, files: string[]): Promise<ShownIncident[]> {
  const byIncident = new Map<string, StatusUpdate[]>();
  for (const file of files) {
    const text = await site.read(file);
    if (text === undefined) continue;
    const update = JSON.parse(text) as StatusUpdate;
    byIncident.set(update.incidentId, [...(byIncident.get(update.incidentId) ?? []), update]);
  }
  const incidents = [...byIncident].map(([id, updates]) => {
    updates.sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.round - a.round));
    return { id, updates, latest: updates[0]! };
  });
  const isResolved = ({ latest }: ShownIncident) => Number(latest.status === 'resolved');
  return incidents.sort((a, b) => isResolved(a) - isResolved(b) || (a.latest.at < b.latest.at ? 1 : -1));
}
