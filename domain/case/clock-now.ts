/** What time it is for a case: an exercise has a clock of its own. */

import { type Instant, toInstant, toMs } from '../kernel/time';
import type { ClockReading } from './contract';

/** What the incident's clock shows now, from a reading that may be a moment old. */
export function clockNow(reading: ClockReading, realNowMs = Date.now()): Instant {
  const ranMs = toMs(reading.incidentAt) + (realNowMs - toMs(reading.realAt)) * reading.rate;
  if (reading.until === undefined) return toInstant(Math.floor(ranMs));
  return toInstant(Math.floor(Math.max(toMs(reading.incidentAt), Math.min(ranMs, toMs(reading.until)))));
}
