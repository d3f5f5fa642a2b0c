/** When a finding is told: at once when it is new, then again and again, to more people, until it is gone. Pure. */
import { HOUR_MS, type Instant, MINUTE_MS, toMs } from '../kernel/time';
import type { Finding } from './finding';

/** After which time since it was first seen it is told again; the last step is repeated. */
const AGAIN_AFTER_MS = [0, 15 * MINUTE_MS, HOUR_MS, 4 * HOUR_MS] as const;

/** A look may come between the end of one run and the start of the next: what one look alone sees is not told. */
const LOOKS_BEFORE = 2;

/** What is known of findings from the looks before. */
export interface Watched {
  finding: Finding;
  since: Instant;
  looks: number;
  /** How often it was told. */
  rung: number;
}
export type Memory = Map<string, Watched>;

/** What is to be told now: `time` counts from 1, and whoever is told later only is told from 2 on. */
export interface Ring {
  finding: Finding;
  since: Instant;
  time: number;
}

/**
 * What a look adds: what is to be told now, what was told and is gone, and what is remembered from then on. What this look could
 * not see (`isUnseen`) is neither gone nor told again: it is remembered as it was.
 */
export function ringsAfter(
  memory: Memory,
  found: readonly Finding[],
  now: Instant,
  isUnseen: (before: Finding) => boolean = () => false,
): { rings: Ring[]; over: Watched[]; memory: Memory } {
  const next: Memory = new Map();
  const rings: Ring[] = [];
  for (const finding of found) {
    const before = memory.get(finding.key);
    const watched = { finding, since: before?.since ?? now, looks: (before?.looks ?? 0) + 1, rung: before?.rung ?? 0 };
    if (watched.looks >= LOOKS_BEFORE && toMs(now) - toMs(watched.since) >= dueAfter(watched.rung)) {
      watched.rung += 1;
      rings.push({ finding, since: watched.since, time: watched.rung });
    }
    next.set(finding.key, watched);
  }
  for (const [key, watched] of memory) if (!next.has(key) && isUnseen(watched.finding)) next.set(key, watched);
  // That Temporal has forgotten a case that was never written mends nothing.
  const over = [...memory.values()].filter(
    ({ finding, rung }) => rung > 0 && !next.has(finding.key) && finding.kind !== 'never-written',
  );
  return { rings, over, memory: next };
}

/** How long after it was first seen a finding is told for the next time. */
function dueAfter(rung: number): number {
  const last = AGAIN_AFTER_MS.length - 1;
  const step = AGAIN_AFTER_MS[Math.min(rung, last)]!;
  return rung <= last ? step : step * (rung - last + 1);
}
