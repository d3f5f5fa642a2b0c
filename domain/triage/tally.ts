/** Further detections of a case: counted, and recorded in few entries. */
import type { NewOf } from '../case/lifecycle';
import type { Severity } from '../kernel/severity';
import { earliest, type Instant, toMs } from '../kernel/time';
import { alarm } from './clock';
import { deliveryOf } from './delivery';
import { afterDecision } from './late';
import {
  type Detected,
  MOST_DELIVERIES,
  MOST_INDICATORS,
  MOST_SYSTEMS,
  type TriageEvent,
  type TriageState,
} from './state';

/**
 * Detections that were counted and are not recorded yet. Under a flood the register gets the first few and then one entry
 * at each power of ten; what is open is recorded before any other event of the case, so every decision stands on a count
 * that is exact. `seen` are short hashes of the latest detections: a repeated delivery counts once. The register has the
 * latest of them, for a case that goes on from there.
 */
export interface Tally {
  more: number;
  firstAt?: Instant;
  lastAt?: Instant;
  severity?: Severity;
  systems: string[];
  indicators: string[];
  seen: string[];
}

const SEEN_KEPT = 500;
const RECORDED_SINGLY = 3;

export function emptyTally({ deliveries = [] }: Pick<TriageState, 'deliveries'>): Tally {
  return { more: 0, systems: [], indicators: [], seen: deliveries };
}

/** Whether a detection was counted before, as far as that is known. */
export function isCounted({ seen }: Tally, { detection }: Pick<Detected, 'detection'>): boolean {
  return seen.includes(deliveryOf(detection));
}

/** Counts a detection in. `record`: whether the register gets it now. `isLate`: it comes after the case was closed. */
export function countIn(
  state: TriageState,
  tally: Tally,
  { detection, severity }: Detected,
  isLate = false,
): { tally: Tally; record: boolean } {
  const hash = deliveryOf(detection);
  if (tally.seen.includes(hash)) return { tally, record: false };
  const more = tally.more + 1;
  const nth = isLate ? (state.late?.count ?? 0) + more : state.count + more;
  const worst = tally.severity ?? state.severity;
  const rises = severity < worst;
  const fresh = (known: string[], open: string[], found: string[], most: number) =>
    [...new Set(found)]
      .filter((item) => !known.includes(item) && !open.includes(item))
      .slice(0, Math.max(0, most - known.length - open.length));
  return {
    tally: {
      more,
      firstAt: earliest([tally.firstAt ?? state.firstAt, detection.at]),
      lastAt: latest([tally.lastAt ?? state.lastAt, detection.at]),
      severity: rises ? severity : worst,
      systems: [...tally.systems, ...fresh(state.systems, tally.systems, detection.systems, MOST_SYSTEMS)],
      indicators: [
        ...tally.indicators,
        ...fresh(state.indicators, tally.indicators, detection.indicators, MOST_INDICATORS),
      ],
      seen: [...tally.seen, hash].slice(-SEEN_KEPT),
    },
    record: rises || (state.decision !== undefined && !isLate) || nth <= RECORDED_SINGLY || isPowerOfTen(nth),
  };
}

/**
 * The event that records what is open, and the tally after it. A risen severity is alarmed while nobody has decided; the
 * first that is late, too.
 */
export function recordTally(
  state: TriageState,
  tally: Tally,
  isLate = false,
): { events: NewOf<TriageEvent>[]; tally: Tally } {
  if (tally.more === 0) return { events: [], tally };
  const { more, seen, firstAt, lastAt, severity, systems, indicators } = tally;
  const count = state.count + more;
  const deliveries = seen.slice(-Math.min(more, MOST_DELIVERIES));
  const data = { count, firstAt: firstAt!, lastAt: lastAt!, severity: severity!, systems, indicators, deliveries };
  // After the decision the severity is that of the decision.
  if (state.decision) data.severity = state.severity;
  const events: NewOf<TriageEvent>[] = [{ kind: 'detections-counted', data }];
  if (data.severity !== state.severity) {
    const threshold = { kind: 'severity-changed', from: state.severity, to: data.severity } as const;
    events.push(alarm({ ...state, count, severity: data.severity }, threshold));
  }
  if (isLate && !state.late) events.push(afterDecision({ ...state, count }));
  return { events, tally: { more: 0, systems: [], indicators: [], seen } };
}

function latest(instants: Instant[]): Instant {
  return instants.reduce((a, b) => (toMs(b) > toMs(a) ? b : a));
}

function isPowerOfTen(n: number): boolean {
  let power = 1;
  while (power < n) power *= 10;
  return power === n;
}
