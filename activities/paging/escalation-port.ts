/** The port through which people are paged: mail, Slack, PagerDuty, a webhook. */
import type { PagingService } from '../../domain/case/acknowledge';
import type { Climb, EscalatedAlarm } from '../../domain/escalation/escalation';
import type { Instant } from '../../domain/kernel/time';
import type { Digest } from './digest';

/** Somebody to page, as the rota or the contacts have them. Never in workflow history but for `handle`. */
export interface Responder {
  handle: string;
  name: string;
  email: string;
  /** Member id at Slack. */
  slack?: string;
}

/** What every message of an escalation carries. */
export interface PagedCase {
  caseId: string;
  severity: string;
  title: string;
  /** The climb; `number` counts from 1 within its escalation. */
  climb: Pick<Climb, 'seq' | 'number' | 'since'>;
  at: Instant;
}

/** A page: the open alarms, to one person. A repeat of the call has the same key and may have other alarms. */
export interface Page extends PagedCase {
  /** Unique to case, climb and attempt. */
  key: string;
  attempt: number;
  level: number;
  person: Responder;
  alarms: EscalatedAlarm[];
  digest: Digest;
}

/** A person acknowledged alarms; `remaining` are still open. `via`: the service in which they did it. */
export interface Acknowledged extends PagedCase {
  key: string;
  by?: string;
  alarms: number[];
  remaining: number;
  via?: PagingService;
}

/** Nothing is open or acknowledged any more: the case was closed, or what the alarms were about is done. */
export interface Resolved extends PagedCase {
  key: string;
  reason: 'closed' | 'done';
}

/**
 * A way to page. Calls may be repeated with the same key. Each throws the `Page…` failures of the table in
 * `activities/failures.ts`; no failure holds a secret, an address or an answer's text.
 */
export interface EscalationPort {
  readonly name: 'email' | 'slack' | 'pagerduty' | 'webhook';
  page(page: Page): Promise<void>;
  acknowledged(note: Acknowledged): Promise<void>;
  resolved(note: Resolved): Promise<void>;
}
