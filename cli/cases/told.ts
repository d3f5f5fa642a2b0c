/** What happened to a case, in words: the events that every kind has. */
import { thresholdText } from '../../domain/case/alarm-text';
import { FOUND_WORDS } from '../../domain/case/found';
import type { CommonCaseEvent } from '../../domain/case/lifecycle';

/** The text of an event that all kinds of case have. */
export function toldOfAny(event: CommonCaseEvent): string {
  switch (event.kind) {
    case 'alarm-raised':
      return `alarm ${event.seq}, ${thresholdText(event.data.threshold, event.data.about)}`;
    case 'alarm-acknowledged':
      return `alarms ${event.data.alarms.join(', ')} seen`;
    case 'resumed':
      return `resumed from the register: ${FOUND_WORDS[event.data.found]}`;
    case 'rejected':
      return `refused "${event.data.message}": ${event.data.problems.join('; ')}`;
    case 'noted':
      return `${event.data.message}: ${event.data.note}`;
  }
}
