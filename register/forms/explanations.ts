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
    ['Prepared for', READERS[audience]],
    ['Prepared at', instant(madeAt)],
    ['Scope', scope],
    ['Contents', count(incidents.length, 'incident') + (cases.length > 0 ? `, ${count(cases.length, 'case')}` : '')],
    ...(log ? [['Log', log.origin] as [string, string]] : []),
  ];
}

/** How to check what is shown, a paragraph each. */
export function howToVerify({ log, leftOut }: RegisterDocument): string[] {
  return [
    'Each entry is a leaf of an RFC 6962 Merkle tree. Its hash, shown in full, covers the entry’s place, time and kind, the ' +
      'hash of the entry before it, and a salted commitment (SHA-256) to each field. This document was made from an export, ' +
      'and the export is the evidence: verify it, then compare its positions and hashes with those shown here.',
    'A withheld field stays in the register and its commitment stays in the entry, so the entry still verifies; the field can ' +
      'be disclosed and checked later. An erased field can no longer be read by anyone; its commitment stays. The lists of ' +
      'withheld and erased fields below each entry are authoritative.',
    ...(leftOut.entries > 0
      ? [
          `Not shown to this reader at all: ${count(leftOut.entries, 'entry')}, at ${leftOut.entries === 1 ? 'position' : 'positions'} ${leftOut.positions}.`,
        ]
      : []),
    ...(log
      ? []
      : ['The log of this register is not published: ask the organisation for its checkpoint and verifier key.']),
  ];
}

/** `1 incident`, `2 entries`. */
export function count(n: number, what: string): string {
  const many = what.endsWith('y') ? `${what.slice(0, -1)}ies` : `${what}s`;
  return `${n.toLocaleString('en-US')} ${n === 1 ? what : many}`;
}
