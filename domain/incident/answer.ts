/** How a message is answered when it changes nothing: what is wrong and what to do, or that it is known already. */
import type { Instant } from '../kernel/time';
import { toMs } from '../kernel/time';
import type { NewEvent } from './events';
import type { MessageName } from './messages';

export class Answer {
  constructor(private readonly message: MessageName) {}

  rejected(...problems: string[]): NewEvent[] {
    return [{ kind: 'rejected', data: { message: this.message, problems } }];
  }

  noted(note: string): NewEvent[] {
    return [{ kind: 'noted', data: { message: this.message, note } }];
  }
}

/** How far a sender's clock may run ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

/** The instant that a message states; a little ahead of now is now, more than that is none. */
export function notAfter(at: Instant, now: Instant): Instant | undefined {
  const aheadMs = toMs(at) - toMs(now);
  return aheadMs <= 0 ? at : aheadMs <= CLOCK_SKEW_MS ? now : undefined;
}
