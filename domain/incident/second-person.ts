/**
 * Changes that one person alone cannot make: somebody states them with a reason, somebody else agrees or declines. Both
 * stand in the register.
 */
import type { InexactInstant } from '../kernel/inexact-instant';
import { TOCSIN, UNAUTHENTICATED } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import type { TwoPersonAct } from '../policy/two-persons';
import type { AwarenessBasis } from './awareness';

/** What may wait for a second person. */
export const SECOND_PERSON_CHANGES = ['awareness', 'detection'] as const;
export type SecondPersonChange = (typeof SECOND_PERSON_CHANGES)[number];

/** What waits, by what it changes, and who asked for it. */
export type AwaitsSecond = Partial<
  Record<
    SecondPersonChange,
    {
      awareAt: Instant;
      inexact?: InexactInstant;
      basis: AwarenessBasis;
      previousAt: Instant;
      reason: string;
      by: string;
      at: Instant;
    }
  >
>;

/** What the first of two persons decided: `what` is the draft, the ground or the facts, so that both mean the same. */
export interface FirstOfTwo {
  by: string;
  at: Instant;
  what: string;
}

/** By act and obligation. */
export type FirstsOfTwo = Record<string, FirstOfTwo>;

export function firstKey(act: TwoPersonAct, obligation: string): string {
  return `${act} ${obligation}`;
}

/** What one person decided, in the words of the history. */
export const DECIDED_ONCE: Record<TwoPersonAct, string> = {
  approve: 'approved',
  waive: 'waived',
  'not-owed': 'found not owed',
  'leave-untold': 'left untold',
  release: 'released',
};

/** Whether it is Tocsin itself that asks, as in what it declares by itself: that is no person. */
export function isTocsin(name: string): boolean {
  return sameHand(name) === TOCSIN;
}

/** Whose decision is waited for, for whoever reads that one person has decided. */
export function askedText(owner: string, first: string): string {
  return isSecondPerson(owner, first)
    ? `asked: the owner ${owner}, or anybody else who may`
    : 'asked: anybody else who may';
}

/** True for somebody else than whoever asked: by the letters and digits of the address, however it is written. */
export function isSecondPerson(by: string, first: string): boolean {
  return sameHand(by) !== sameHand(first);
}

/** Without capitals, spaces, signs, look-alike forms, the part of an address after "+", and the mark of a name that nobody proved. */
function sameHand(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase().replaceAll(UNAUTHENTICATED, '');
  return plain.replace(/\+[^@]*(?=@)/gu, '').replace(/[^\p{L}\p{N}]/gu, '');
}
