/**
 * Acknowledging alarms: a named person has seen them and acts. An alarm that nobody acknowledged is repeated by the
 * escalation of its incident or case; see docs/escalation.md. Pure.
 */
import { z } from 'zod';
import { TOCSIN } from '../kernel/recorded-event';
import { ByOf } from '../kernel/text';
import type { Instant } from '../kernel/time';

/**
 * The message by which alarms of any incident or case are acknowledged; `acknowledge` alone is how a vulnerability report
 * is.
 */
export const ACKNOWLEDGE_ALARMS = 'acknowledge-alarms';

/** A person: whoever acknowledges cannot be Tocsin itself. */
export const PersonSchema = ByOf.refine((by) => by.toLowerCase() !== TOCSIN, 'must name a person');

/** All alarms so far, or some by the sequence numbers of their `alarm-raised` events. */
export const AlarmsSchema = z
  .union([z.literal('all'), z.array(z.int().min(1)).min(1).max(500)], {
    error: 'must be "all" or a list of alarm numbers, like [12, 15]',
  })
  .default('all');
export type Alarms = z.infer<typeof AlarmsSchema>;

/** What the services through which people are paged are called. */
const SERVICES = { pagerduty: 'PagerDuty', slack: 'Slack' } as const;
export type PagingService = keyof typeof SERVICES;
export const PagingServiceSchema = z.enum(Object.keys(SERVICES) as [PagingService, ...PagingService[]]);

/**
 * Set by the server alone, where somebody acknowledged in a paging service. That the service sent it is proved by its signature;
 * who acted is the word of the service. `person`: whether the rota has whom it names; somebody unknown acknowledges nothing.
 */
export const ViaSchema = z.strictObject({
  service: PagingServiceSchema,
  person: z.enum(['on-rota', 'unknown']),
});
export type Via = z.infer<typeof ViaSchema>;

/** How an acknowledgement is told that came by a paging service: who did it is not known from a login here. */
export function viaText(service: PagingService | undefined): string {
  return service === undefined ? '' : ` in ${SERVICES[service]} (according to it; not logged in here)`;
}

/** Who is named where a service's user is nobody on the rota. */
export function serviceName(service: PagingService): string {
  return SERVICES[service];
}

/** Who acknowledged an alarm, when, and until when that holds. */
export interface Acknowledged {
  by: string;
  at: Instant;
  until: Instant;
}

/** What alarms called for and is not done, by its subject: the latest alarm about it, and the acknowledgement of that. */
export type Alarmed = Record<string, { alarm: number; acknowledged?: Acknowledged }>;

/** Of an event `alarm-acknowledged`: which alarms ring again, and when, unless what they call for is done before. */
export type RingAgain = Array<{ alarm: number; at: Instant }>;

/** As many unacknowledged alarms as a state keeps: the latest. */
const KEPT = 500;

/** The unacknowledged alarms after one more was raised. */
export function raised(unacknowledged: readonly number[] | undefined, seq: number): number[] {
  return [...(unacknowledged ?? []), seq].slice(-KEPT);
}

/** The unacknowledged alarms after some were acknowledged. */
export function acknowledged(unacknowledged: readonly number[] | undefined, alarms: readonly number[]): number[] {
  const gone = new Set(alarms);
  return (unacknowledged ?? []).filter((seq) => !gone.has(seq));
}

/** The alarms that a message acknowledges now, or why it changes nothing. */
export function acknowledgeable(
  unacknowledged: readonly number[] | undefined,
  asked: Alarms,
  via?: Via,
): { alarms: number[]; via?: PagingService } | { note: string } {
  if (via?.person === 'unknown')
    return {
      note: `somebody acknowledged in ${SERVICES[via.service]} whom the rota does not know: nothing was acknowledged, and the alarms are repeated`,
    };
  const open = unacknowledged ?? [];
  const alarms = asked === 'all' ? [...open] : open.filter((seq) => asked.includes(seq));
  if (alarms.length > 0) return { alarms, ...(via && { via: via.service }) };
  if (open.length === 0) return { note: 'no alarm waits for an acknowledgement' };
  return { note: `no alarm of this number waits for an acknowledgement; open: ${open.slice(-20).join(', ')}` };
}
