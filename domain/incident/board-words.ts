/** What codes of the record are called where people read them. One word for one thing, from `show` to `close` and `explain`. */
import { plural } from '../kernel/plural';
import type { ArmedClock } from './round';
import type { ContainmentStep, ObligationStatus } from './state';

const STARTS: Partial<Record<string, string>> = {
  detected: 'the detection',
  declared: 'the declaration',
  aware: 'awareness',
  confirmed: 'the confirmation that personal data is affected',
  contained: 'the containment',
  resolved: 'the resolution',
  reviewed: 'the review',
  'authority-notified': 'the first report to an authority',
  reopened: 'its reopening',
} satisfies Record<Exclude<ArmedClock['from'], `fulfilled:${string}`>, string>;

const FULFILLED = 'fulfilled:';

/** What a clock counts from: `aware` is "awareness", `fulfilled:x` "the fulfilment of x". */
export function startWords(from: string): string {
  if (from.startsWith(FULFILLED)) return `the fulfilment of ${from.slice(FULFILLED.length)}`;
  return STARTS[from] ?? from;
}

const DAYS = { Y: 'year', M: 'month', W: 'week', D: 'day' };
const HOURS = { H: 'hour', M: 'minute', S: 'second' };

/** An ISO 8601 duration in words: `PT72H` is "72 hours". What is none, as "2 business days", stays. */
export function periodText(period: string): string {
  const [whole, days = '', hours = ''] = /^P((?:\d+[YMWD])*)(?:T((?:\d+[HMS])+))?$/.exec(period) ?? [];
  if (whole === undefined) return period;
  return [...inWords(days, DAYS), ...inWords(hours, HOURS)].join(' ');
}

function inWords(parts: string, units: Record<string, string>): string[] {
  return [...parts.matchAll(/(\d+)([A-Z])/g)].map(([, n, unit]) => plural(Number(n), units[unit!]!));
}

/** How obligations stand, in words. */
export const STATE_WORDS: Readonly<Record<ObligationStatus, string>> = {
  pending: 'open',
  drafted: 'awaiting approval',
  filing: 'to be filed by a person',
  dispatching: 'being sent',
  'partly-told': 'partly told',
  'proposed-not-owed': 'proposed as not owed',
  fulfilled: 'fulfilled',
  'not-required': 'not required',
  waived: 'waived',
};

/** How an obligation stands: `drafted` is "awaiting approval". */
export function stateWords(status: ObligationStatus): string {
  return STATE_WORDS[status];
}

/** What became of steps, in words. */
export const OUTCOME_WORDS: Readonly<Record<ContainmentStep['state'], string>> = {
  'awaits-second': '1 of 2: waits for a second person',
  requested: 'under way',
  'undo-requested': 'being undone',
  applied: 'done, not checked',
  verified: 'done and checked',
  'recorded-only': 'recorded on this machine only: do it by hand',
  failed: 'failed',
  refused: 'refused',
  undone: 'undone',
  withdrawn: 'withdrawn before it was done',
};

/** What became of a step: `verified` is "done and checked". */
export function outcomeWords(state: ContainmentStep['state']): string {
  return OUTCOME_WORDS[state];
}

/** A step in words, `Block the source 203.0.113.7`; its id, by which commands name it, stands beside it. */
export function stepWords({ measure }: Pick<ContainmentStep, 'measure'>): string {
  switch (measure.action) {
    case 'block-source':
      return `Block the source ${measure.source}`;
    case 'rotate-credential':
      return `Replace the credential ${measure.credential.provider}/${measure.credential.ref}`;
    case 'isolate-system':
      return `Isolate the system ${measure.system}`;
  }
}
