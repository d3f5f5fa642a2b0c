/** What a case writes again when the register has lost entries of it: one restored from an older backup. Pure. */
import type { RecordedEvent } from '../kernel/recorded-event';

/**
 * The events from the number that the register wants next up to the first that waits to be written, as far as a run keeps
 * them; `undefined` where it does not have all of these.
 */
export function writtenAgain<E extends RecordedEvent>(
  kept: readonly E[],
  next: unknown,
  first: number,
): E[] | undefined {
  if (typeof next !== 'number' || next >= first) return undefined;
  const lost = kept.filter(({ seq }) => seq >= next && seq < first);
  return lost[0]?.seq === next && lost.length === first - next ? lost : undefined;
}
