/** One entry as a reader may see it: what is shown, and what stands in the place of fields that are withheld or erased. */

import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { type Audience, type Disclosures, ERASED, type StandIn, standIn, WITHHELD } from '../domain/policy/disclosure';
import { eventOf, leafOf, type StoredEntry } from './entry';
import type { Leaf } from './verifier/leaf';
import { type Opening, openingsText, parseOpenings } from './verifier/openings';

/** An entry for one audience. Every field of its leaf is in exactly one of the three lists. */
export interface DisclosedEntry {
  position: number;
  hash: string;
  /** The leaf's bytes, whoever reads. */
  bytes: Buffer;
  leaf: Leaf;
  shown: Opening[];
  /** Pointers of the fields that this audience, or the login that asks, is not shown; their values stay with the register. */
  withheld: string[];
  /** Pointers of the fields whose values are gone. */
  erased: string[];
  /** Whether anything of the entry is meant for this audience, erased or not. */
  told: boolean;
}

/** Shows an entry to an audience. */
export function disclose(stored: StoredEntry, audience: Audience, disclosures: Disclosures): DisclosedEntry {
  return view(stored, (kind, pointer, text) => disclosures.isShown(kind, pointer, audience, text));
}

/** All that the register itself can still read: for the fold of an incident's state, whoever asks. */
export function discloseAll(stored: StoredEntry): DisclosedEntry {
  return view(stored, () => true);
}

/** @param isShown is asked without a text for a field whose value is gone. */
function view(stored: StoredEntry, isShown: (kind: string, pointer: string, text?: string) => boolean): DisclosedEntry {
  const { position, hash, bytes } = stored;
  const leaf = leafOf(bytes);
  const openings = parseOpenings(stored.content.toString('utf8'));
  const shown = openings.filter(({ pointer, text }) => isShown(leaf.kind, pointer, text));
  const present = new Set(openings.map(({ pointer }) => pointer));
  const visible = new Set(shown.map(({ pointer }) => pointer));
  const pointers = [...leaf.fields.keys()];
  const absent = pointers.filter((pointer) => !present.has(pointer));
  const erased = stored.locked ? [] : absent;
  return {
    position,
    hash,
    bytes,
    leaf,
    shown,
    withheld: pointers.filter((pointer) => !visible.has(pointer) && !erased.includes(pointer)),
    erased,
    told: shown.length > 0 || absent.some((pointer) => isShown(leaf.kind, pointer)),
  };
}

/** The text of the openings that are shown, as an export holds it. */
export function shownText({ shown }: DisclosedEntry): string {
  return openingsText(shown);
}

/** The event as this reader sees it: complete, with a stand-in for each field that is not shown. */
export function shownEvent({ leaf, shown, withheld, erased }: DisclosedEntry): RecordedEvent {
  const absent = (word: StandIn) => (pointer: string) => ({ pointer, text: JSON.stringify(standIn(pointer, word)) });
  return eventOf(leaf, [...shown, ...withheld.map(absent(WITHHELD)), ...erased.map(absent(ERASED))]);
}
