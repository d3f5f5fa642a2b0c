/** When an incident was contained, with both readings where the time is not known. Pure. Decision 0024. */
import type { When } from '../kernel/inexact-instant';
import { earliest, type Instant, toMs } from '../kernel/time';
import type { IncidentState } from './state';

/** Since when anybody can have acted: the detection or the awareness, whichever came first. */
export function knownFrom({ anchors, declaration }: Pick<IncidentState, 'anchors' | 'declaration'>): Instant {
  return earliest([declaration.detectedAt, ...(anchors.aware ? [anchors.aware] : [])])!;
}

/**
 * The instant of containment, or its readings. At a time that nobody knows it was after somebody can have acted and no later
 * than it was said. `undefined` while it is not contained.
 */
export function containedWhen(state: IncidentState): When | undefined {
  const { containedAs, anchors } = state;
  const { contained } = anchors;
  if (!contained || containedAs?.inexact) return containedAs?.inexact;
  const from = knownFrom(state);
  if (!containedAs?.atUnknown || toMs(from) >= toMs(contained)) return contained;
  return { stated: 'at an unknown time', earliest: from, latest: contained };
}
