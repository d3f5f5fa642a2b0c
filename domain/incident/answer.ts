/** How a message is answered when it changes nothing: what is wrong and what to do, or that it is known already. */
import { earliestOf, type When } from '../kernel/inexact-instant';
import { firstProblems } from '../kernel/problems';
import { type Instant, notAfter, toMs } from '../kernel/time';
import type { NewEvent } from './events';
import type { MessageName } from './messages';

export class Answer {
  constructor(private readonly message: MessageName) {}

  rejected(...problems: string[]): NewEvent[] {
    return [{ kind: 'rejected', data: { message: this.message, problems: firstProblems(problems) } }];
  }

  noted(note: string): NewEvent[] {
    return [{ kind: 'noted', data: { message: this.message, note } }];
  }
}

/**
 * The same of one that may be inexact: it cannot have begun in the future, and what is told of it now cannot have been
 * later. `told`: when it is told, where that is not now.
 */
export function whenNotAfter(when: When, now: Instant, told = now): When | undefined {
  const earliest = notAfter(earliestOf(when), now);
  if (earliest === undefined || typeof when === 'string') return earliest;
  const latest = toMs(when.latest) > toMs(told) ? told : when.latest;
  return { ...when, earliest, latest };
}
