/** What every form says in the same words: its heading, how to verify it, and what a withheld field means. */
import type { RegisterDocument } from './document';
import { instant } from './value';

/** `Breach register of Example Ltd`. */
export function titleOf({ organisation }: RegisterDocument): string {
  return `Breach register of ${organisation.name}`;
}

const READERS = {
  authority: 'a supervisory authority (GDPR Art. 33(5))',
  customer: 'a customer (GDPR Art. 33(2), 33(3))',
  internal: 'internal readers',
} as const;

/** Name and value of what stands at the head of a form. */
export function headOf(document: RegisterDocument): [name: string, value: string][] {
  const { audience, organisation, madeAt, scope, log, incidents, cases } = document;
  return [
    ['Organisation', organisation.name],
    ['Contact point (Art. 33(3)(b))', organisation.contactPoint ?? 'not yet established'],
    ['Made for', READERS[audience]],
    ['Made at', instant(madeAt)],
    ['Scope', scope],
    ['Holds', count(incidents.length, 'incident') + (cases.length > 0 ? `, ${count(cases.length, 'case')}` : '')],
    ...(log ? [['Log', log.origin] as [string, string]] : []),
  ];
}

/** How to check what is shown, a paragraph each. */
export function howToVerify({ log, leftOut }: RegisterDocument): string[] {
  return [
    'Each entry is a leaf of an RFC 6962 Merkle tree. Its hash, shown in full, covers the entry’s place, time and kind, the ' +
      'hash of the entry before it, and a salted commitment (SHA-256) to each field. This form is made from an export; it is ' +
      'the export that proves: check it, then compare positions and hashes with those shown here.',
    'A field that is withheld stays with the register, and its commitment stays in the entry: the entry verifies all the ' +
      'same, and the field can be shown later and checked then. A field that was erased can be read by nobody any more; its ' +
      'commitment stays. The lists of withheld and erased fields behind each entry are what counts.',
    ...(leftOut.entries > 0
      ? [`Of ${count(leftOut.entries, 'entry')} this reader is shown nothing: positions ${leftOut.positions}.`]
      : []),
    ...(log ? [] : ['The log of this register is not published: ask for its checkpoint and its verifier key.']),
  ];
}

/** `1 incident`, `2 entries`. */
export function count(n: number, what: string): string {
  const many = what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`;
  return `${n.toLocaleString('en-US')} ${n === 1 ? what : many}`;
}
