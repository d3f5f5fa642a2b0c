/** A value in a form of the register: known, not yet established, withheld from this reader, or erased. Told apart everywhere. */
import { NOT_YET_ESTABLISHED } from '../../domain/incident/content-value';
import { ERASED, standInOf } from '../../domain/policy/disclosure';

export type Value =
  | { is: 'known'; text: string }
  | { is: 'unknown' }
  | { is: 'withheld' }
  /** `on`: the UTC day of the erasure, where it is told. */
  | { is: 'erased'; on?: string };

/** Turns facts into values; `erasedAt` is when the personal data of the incident or case was erased. */
export type AsValue = (fact: unknown) => Value;

export function valuesOf(erasedAt: string | undefined): AsValue {
  const asValue = (fact: unknown): Value => {
    if (fact === undefined || fact === NOT_YET_ESTABLISHED) return { is: 'unknown' };
    const standIn = standInOf(fact);
    if (standIn === ERASED)
      return erasedAt === undefined ? { is: 'erased' } : { is: 'erased', on: erasedAt.slice(0, 10) };
    if (standIn) return { is: 'withheld' };
    if (Array.isArray(fact))
      return known(fact.length === 0 ? 'none' : fact.map((each) => said(asValue(each))).join(', '));
    if (typeof fact === 'number') return known(fact.toLocaleString('en-US'));
    if (typeof fact === 'boolean') return known(fact ? 'yes' : 'no');
    return known(typeof fact === 'string' ? fact : JSON.stringify(fact));
  };
  return asValue;
}

export function known(text: string): Value {
  return { is: 'known', text };
}

/** The value in words. */
export function said(value: Value): string {
  switch (value.is) {
    case 'known':
      return value.text;
    case 'unknown':
      return NOT_YET_ESTABLISHED;
    case 'withheld':
      return 'withheld from this reader';
    case 'erased':
      return value.on === undefined ? 'erased' : `erased on ${value.on}`;
  }
}

/** `2026-04-01 03:00:00 UTC`; what is no instant stays as it is. */
export function instant(at: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(at) ? `${at.slice(0, 10)} ${at.slice(11, 19)} UTC` : at;
}
