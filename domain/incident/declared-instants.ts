/**
 * The instants of a declaration that need not be known exactly. A declaration states each as one text; what is declared
 * holds the earliest reading where it always did, and both readings beside it. Pure. Decision 0024.
 */
import { earliestOf, type InexactInstant, inexactOf, type When } from '../kernel/inexact-instant';
import { earliest, type Instant, toMs } from '../kernel/time';

/** As a declaration may state them. `…As`: as it was read before, where one that was read is read again. */
interface Stated {
  detectedAt: When;
  detectedAs?: When | undefined;
  declaredAt: Instant;
  awareAt?: When | undefined;
  awareAs?: When | undefined;
}

/** As they are declared: the instants that count, and the readings of those that are not known exactly. */
export interface Declared {
  detectedAt: Instant;
  detectedAs?: InexactInstant;
  awareAt?: Instant | undefined;
  awareAs?: InexactInstant;
}

/** Which readings belong to no instant of the declaration: they come with the instant that they were read as. */
export function strayReadings({ detectedAt, detectedAs, awareAt, awareAs }: Stated): Array<'detectedAs' | 'awareAs'> {
  const strays = (at: When | undefined, as: When | undefined) =>
    as !== undefined && (at === undefined || earliestOf(as) !== earliestOf(at));
  return [
    ...(strays(detectedAt, detectedAs) ? (['detectedAs'] as const) : []),
    ...(strays(awareAt, awareAs) ? (['awareAs'] as const) : []),
  ];
}

/** The fields that belong together. */
export type WithReadings = 'detectedAt' | 'detectedAs' | 'awareAt' | 'awareAs';

/** The declaration with each of these instants apart from its readings. Nothing was detected after it was declared. */
export function readingsApart<D extends Stated>(given: D): Omit<D, WithReadings> & Declared {
  const { detectedAt, detectedAs: readDetected, awareAt, awareAs: readAware, ...rest } = given;
  const detected = inexactOf(readDetected ?? detectedAt);
  const latest = detected && earliest([detected.latest, given.declaredAt])!;
  const detectedAs = detected && latest && toMs(latest) > toMs(detected.earliest) ? { ...detected, latest } : undefined;
  const awareAs = inexactOf(readAware ?? awareAt);
  return {
    ...rest,
    detectedAt: earliestOf(detectedAt),
    ...(detectedAs && { detectedAs }),
    ...(awareAt !== undefined && { awareAt: earliestOf(awareAt) }),
    ...(awareAs && { awareAs }),
  };
}
