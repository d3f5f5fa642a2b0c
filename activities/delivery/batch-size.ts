/** How many mails of a notice one request may hold: a provider, or what stands before it, takes no body without end. */
import type { Rendering } from '../../domain/incident/evidence';
import { MAX_BATCH } from '../mail/mail-port';
import { thawNotice } from '../notices/frozen-notice';
import { ownHashesOf } from '../notices/own-renderings';
import type { ArtefactStore } from '../storage/artefacts';

/** Bytes of one request, at most: the product's own measure. */
export const MAX_REQUEST_BYTES = 4_000_000;
/** What a mail holds beside its notice: the address, the sender and the tags. */
const BESIDE_BYTES = 1_000;
/** Notices that are read at once, and renderings whose longest is kept in mind. */
const AT_ONCE = 20;
const MOST_KEPT = 100;

/** Of renderings by the hashes of what they consist of: the bytes of the longest of their notices, as sent. */
const known = new Map<string, number>();

/** How many mails a batch that is begun now may have, whichever of the renderings and of their own versions they get. */
export async function batchSize(artefacts: ArtefactStore, renderings: Rendering[]): Promise<number> {
  let longest = 1;
  for (const rendering of renderings) longest = Math.max(longest, await longestOf(artefacts, rendering));
  return Math.min(MAX_BATCH, Math.max(1, Math.floor(MAX_REQUEST_BYTES / longest)));
}

async function longestOf(artefacts: ArtefactStore, rendering: Rendering): Promise<number> {
  const name = `${rendering.sha256} ${rendering.own?.sha256 ?? ''}`;
  const before = known.get(name);
  if (before !== undefined) return before;
  // What cannot be read stops only those who were to get it, when their batch is sent.
  let isWhole = true;
  const ifReadable = <T>(reading: Promise<T>, otherwise: T) =>
    reading.catch(() => {
      isWhole = false;
      return otherwise;
    });
  const own = await ifReadable(ownHashesOf(artefacts, rendering), []);
  const hashes = [...new Set([rendering.sha256, ...own])];
  let longest = 0;
  for (let from = 0; from < hashes.length; from += AT_ONCE) {
    const sizes = hashes.slice(from, from + AT_ONCE).map((sha256) => ifReadable(sizeOf(artefacts, sha256), 0));
    longest = Math.max(longest, ...(await Promise.all(sizes)));
  }
  if (!isWhole) return longest;
  if (known.size >= MOST_KEPT) known.clear();
  known.set(name, longest);
  return longest;
}

async function sizeOf(artefacts: ArtefactStore, sha256: string): Promise<number> {
  return Buffer.byteLength(JSON.stringify(await thawNotice(artefacts, sha256))) + BESIDE_BYTES;
}
