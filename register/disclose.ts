/** One entry as a reader may see it: what is shown, and what stands in the place of fields that are withheld or erased. */
import type { Audience, Disclosures } from '../domain/disclosure';
import { eventOf, leafOf, type RegisterEvent, type StoredEntry } from './entry';
import type { Leaf } from './verifier/leaf';
import { type Opening, openingsText, parseOpenings } from './verifier/openings';

/** What stands for a text that this reader is not shown. */
export const WITHHELD = '[withheld]';
/** What stands for a text that nobody can read any more. */
export const ERASED = '[erased]';

/** An entry for one audience. Every field of its leaf is in exactly one of the three lists. */
export interface DisclosedEntry {
  position: number;
  hash: string;
  /** The leaf's bytes, whoever reads. */
  bytes: Buffer;
  leaf: Leaf;
  shown: Opening[];
  /** Pointers of the fields that this audience is not shown; their values stay with the register. */
  withheld: string[];
  /** Pointers of the fields whose values are gone. */
  erased: string[];
}

/** Shows an entry to an audience. */
export function disclose(stored: StoredEntry, audience: Audience, disclosures: Disclosures): DisclosedEntry {
  return view(stored, (kind, pointer) => disclosures.isShown(kind, pointer, audience));
}

/** All that the register itself can still read: for the fold of an incident's state, whoever asks. */
export function discloseAll(stored: StoredEntry): DisclosedEntry {
  return view(stored, () => true);
}

function view(stored: StoredEntry, isShown: (kind: string, pointer: string) => boolean): DisclosedEntry {
  const { position, hash, bytes } = stored;
  const leaf = leafOf(bytes);
  const openings = parseOpenings(stored.content.toString('utf8'));
  const shown = openings.filter(({ pointer }) => isShown(leaf.kind, pointer));
  const present = new Set(openings.map(({ pointer }) => pointer));
  const visible = new Set(shown.map(({ pointer }) => pointer));
  const pointers = [...leaf.fields.keys()];
  return {
    position,
    hash,
    bytes,
    leaf,
    shown,
    withheld: pointers.filter((pointer) => present.has(pointer) && !visible.has(pointer)),
    erased: pointers.filter((pointer) => !present.has(pointer)),
  };
}

/** The text of the openings that are shown, as an export holds it. */
export function shownText({ shown }: DisclosedEntry): string {
  return openingsText(shown);
}

/** The event as this reader sees it: complete, with a placeholder for each text that is not shown. */
export function shownEvent({ leaf, shown, withheld, erased }: DisclosedEntry): RegisterEvent {
  const placeholder = (text: string) => (pointer: string) => ({ pointer, text: JSON.stringify(text) });
  return eventOf(leaf, [...shown, ...withheld.map(placeholder(WITHHELD)), ...erased.map(placeholder(ERASED))]);
}
