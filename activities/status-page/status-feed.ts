import { pathToFileURL } from 'node:url';
import { wellFormed } from '../../domain/kernel/text';
import { type ShownIncident, STATUS_LABEL } from './status-html';

/** At most so many updates: whoever reads seldomer has the page. */
const MOST = 100;

/**
 * The page as a feed (Atom, RFC 4287): an entry for each update, the newest first, with the words of the page and no other.
 *
 * @param address of the page; where nothing serves it, the path of its file.
 */
export function statusFeed(organisation: string, address: string, incidents: ShownIncident[]): string {
  const entries = incidents
    .flatMap(({ id, updates }) => updates.map((update) => ({ id, ...update })))
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : b.round - a.round))
    .slice(0, MOST);
  const url = URL.canParse(address) ? address : pathToFileURL(address).href;
  const own = new URL('feed.xml', url).href;
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    '<feed xmlns="http://www.w3.org/2005/Atom">',
    `<id>${asXml(url)}</id>`,
    `<title>${asXml(organisation)} status</title>`,
    `<updated>${entries[0]?.at ?? '1970-01-01T00:00:00.000Z'}</updated>`,
    `<author><name>${asXml(organisation)}</name></author>`,
    `<link rel="self" type="application/atom+xml" href="${asXml(own)}"/>`,
    `<link rel="alternate" type="text/html" href="${asXml(url)}"/>`,
    ...entries.map(
      ({ id, obligation, round, at, status, subject, text }) =>
        `<entry><id>${asXml(`${url}#${encodeURIComponent(`${id}/${obligation}/${round}`)}`)}</id>` +
        `<title>${asXml(titled(status, subject))}</title><updated>${asXml(at)}</updated>` +
        `<link rel="alternate" type="text/html" href="${asXml(url)}"/>` +
        `<content type="text">${asXml(text.trim())}</content></entry>`,
    ),
    '</feed>',
  ];
  return `${lines.join('\n')}\n`;
}

/** The status stands before the subject, unless the subject of the page's template names it. */
function titled(status: ShownIncident['updates'][number]['status'], subject: string): string {
  return subject.toLowerCase().includes(STATUS_LABEL[status].toLowerCase())
    ? subject
    : `${STATUS_LABEL[status]}: ${subject}`;
}

/** What XML 1.0 has no place for is left out. */
function asXml(text: string): string {
  return wellFormed(text)
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
