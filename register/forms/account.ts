/** One line that tells what an entry records, as far as this reader is shown it. */
import type { IncidentEvent } from '../../domain/incident/events';
import { narrate } from '../../domain/incident/narrate';
import type { NarratedPack } from '../../domain/incident/narrated';
import { upperFirst } from '../../domain/kernel/first-letter';
import type { DisclosedEntry } from '../disclose';
import { aboutDuty, reasonNamed } from './named';
import { readableEvent } from './readable-event';
import { instant } from './value';

const LONGEST = 600;
const LONGEST_FIELD = 160;

/** An entry of an incident, told in the words of the live timeline, with the obligation it is about. */
export function incidentAccount(entry: DisclosedEntry, pack: NarratedPack): string {
  const { obligation, text } = narrate(readableEvent(entry) as IncidentEvent, pack);
  if (obligation === undefined) return cut(text, LONGEST);
  const told = aboutDuty(obligation, text, pack);
  return `${cut(entry.leaf.kind === 'obligation-not-required' ? reasonNamed(told.text, pack) : told.text, LONGEST)}${told.reference}`;
}

/** Any other entry: its kind and the fields that are shown. */
export function plainAccount({ leaf, shown }: DisclosedEntry): string {
  const fields = shown.flatMap(({ pointer, text }) => {
    if (!pointer.startsWith('/data/')) return [];
    const value: unknown = JSON.parse(text);
    if (!isPlain(value)) return [];
    return [`${words(pointer)}: ${cut(valueText(value), LONGEST_FIELD)}`];
  });
  return cut([sentence(leaf.kind), ...fields].join('; '), LONGEST);
}

/** `patch-due` → `Patch due`. */
export function sentence(kind: string): string {
  return upperFirst(kind.replaceAll('-', ' '));
}

function words(pointer: string): string {
  return pointer
    .slice('/data/'.length)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
    .join(' ')
    .replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`);
}

/** What says something on one line: no lists of objects, and no hash. */
function isPlain(value: unknown): value is string | number | boolean | (string | number)[] {
  if (Array.isArray(value)) return value.length > 0 && value.every((each) => typeof each !== 'object');
  return value !== null && typeof value !== 'object' && !(typeof value === 'string' && /^[0-9a-f]{64}$/.test(value));
}

function valueText(value: string | number | boolean | (string | number)[]): string {
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? instant(value) : String(value);
}

/** A long text up to a length, with how much of it is left out; the entry itself has all of it. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  const left = characters.length - (most - 1);
  return `${characters.slice(0, most - 1).join('')}… (${left} more characters in the entry)`;
}
