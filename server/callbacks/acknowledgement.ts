/**
 * An acknowledgement that a paging service reports. It is the message that a link in a mail sends: of one person, once, for the
 * alarms that were told of. It differs in who names the person: the service, by an id that the rota has. So the entry says `via`,
 * and nothing but an acknowledgement is taken this way. Decision 0035.
 */
import { kindOf, type MessageName } from '../../client/kinds';
import type { TocsinClient } from '../../client/tocsin-client';
import { ACKNOWLEDGE_ALARMS, type PagingService, serviceName, type Via } from '../../domain/case/acknowledge';
import { REPEATED } from '../../domain/case/messages';
import { messageOf } from '../api/bodies';
import { refusalOf } from '../api/failures';
import { mustBe } from '../api/must-be';
import { openAlarms } from '../open-alarms';
import { Refusal } from '../problem';

/** What became of it. All but the first change no alarm. */
export type Outcome =
  | 'acknowledged'
  | 'unknown-person'
  | 'nothing-open'
  | 'repeated'
  /** The case does not take it, as one that is closed. */
  | 'refused'
  | 'no-such-case';

export interface Reported {
  service: PagingService;
  /** Of the person by the rota; `undefined`: it has no such person. */
  handle: string | undefined;
  caseId: string;
  /** Numbers of alarms: what its page told of. */
  told: readonly number[];
  /** By which a repeat is known, as `keyOf` gives it. */
  key: string;
}

/** Sends it. Throws a Refusal where nobody answered, so that it may be sent again. */
export async function acknowledgeFor(
  client: TocsinClient,
  { service, handle, caseId, told, key }: Reported,
): Promise<Outcome> {
  const kind = kindOf(caseId) ?? 'incident';
  const via: Via = { service, person: handle === undefined ? 'unknown' : 'on-rota' };
  const actor = { by: handle ?? serviceName(service), subject: service, roles: [] };
  try {
    await mustBe(client, kind, caseId);
    const alarms = await openAlarms(client, caseId, told);
    if (alarms.length === 0) return 'nothing-open';
    const message = { ...messageOf(kind, ACKNOWLEDGE_ALARMS, {}, actor, key), alarms, via };
    const { events, note } = await client.send(caseId, ACKNOWLEDGE_ALARMS as MessageName, message as never);
    if (handle === undefined) return 'unknown-person';
    if (events.some(({ kind: of }) => of === 'alarm-acknowledged')) return 'acknowledged';
    return note === REPEATED ? 'repeated' : 'nothing-open';
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal instanceof Refusal && refusal.kind === 'not-found') return 'no-such-case';
    if (refusal instanceof Refusal && refusal.kind === 'refused') return 'refused';
    throw refusal;
  }
}
