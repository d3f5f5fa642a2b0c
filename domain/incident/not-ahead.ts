/**
 * A declaration whose instants lie in the future. Whoever sends one is told so and may send another; one that reached the
 * workflow all the same is not lost: its clocks run from now, which is the latest that it can have been. Pure.
 */
import { aheadProblem } from '../kernel/ahead';
import { earliestOf, type When } from '../kernel/inexact-instant';
import { CLOCK_SKEW_MS, type Instant, minuteText, notAfter, toMs } from '../kernel/time';
import { readingsApart } from './declared-instants';
import type { Declaration } from './incident';

/** What is wrong with the instants of a declaration, for its sender; a little ahead is a clock that differs. */
export function futureProblems(declaration: Declaration, now: Instant): string[] {
  const { detectedAt, detectedAs, declaredAt, awareAt, awareAs } = declaration;
  const read: Record<string, When | undefined> = {
    detectedAt: detectedAs ?? detectedAt,
    declaredAt,
    awareAt: awareAs ?? awareAt,
  };
  return Object.entries(read).flatMap(([field, when]) =>
    when !== undefined && notAfter(earliestOf(when), now) === undefined ? [`${field}: ${aheadProblem(when, now)}`] : [],
  );
}

/** True where an instant of it is still to come. */
export function isAhead({ declaredAt }: Declaration, now: Instant): boolean {
  return toMs(declaredAt) > toMs(now);
}

/** The declaration as it counts, and why a person must look at its detection. */
export function notAhead(declaration: Declaration, now: Instant): { declaration: Declaration; why: string[] } {
  if (!isAhead(declaration, now)) return { declaration, why: [] };
  const { detectedAs, ...given } = declaration;
  const { detectedAt } = given;
  const detectsAhead = toMs(detectedAt) > toMs(now);
  const far = toMs(detectedAt) - toMs(now) > CLOCK_SKEW_MS;
  const stated = `it was stated as ${minuteText(detectedAt)} UTC, which was still to come: it counts as ${minuteText(now)} UTC`;
  return {
    declaration: readingsApart({
      ...given,
      declaredAt: now,
      ...(detectsAhead ? { detectedAt: now } : { detectedAt, detectedAs }),
    }),
    why: far ? [stated] : [],
  };
}
