/** What happened to a case, in words: the events that every kind has. */
import type { Instant } from '../kernel/time';
import { viaText } from './acknowledge';
import { thresholdText } from './alarm-text';
import { FOUND_WORDS } from './found';
import type { CaseRow, CommonCaseEvent } from './lifecycle';
import { ringAgainText } from './rings-again';

/** How a kind of case is told. Texts of senders may stand in what it gives: whoever shows them makes them harmless. */
export interface Telling<S, E> {
  /** Lines on what the case is about, under its title. */
  about(state: S): string[];
  /** What is owed and how it stands. */
  rows(state: S, now: Instant): CaseRow[];
  /** What happened, in words. */
  told(event: E): string;
}

/** The text of an event that all kinds of case have. */
export function toldOfAny(event: CommonCaseEvent): string {
  switch (event.kind) {
    case 'alarm-raised':
      return `alarm ${event.seq} raised: ${thresholdText(event.data.threshold, event.data.about)}`;
    case 'alarm-acknowledged':
      return `alarms ${event.data.alarms.join(', ')} seen${viaText(event.data.via)}${ringAgainText(event.data.alarms, event.data.ringAgain)}`;
    case 'resumed':
      return `resumed from the register: ${FOUND_WORDS[event.data.found]}`;
    case 'rejected':
      return `refused "${event.data.message}": ${event.data.problems.join('; ')}`;
    case 'noted':
      return `${event.data.message}: ${event.data.note}`;
  }
}
