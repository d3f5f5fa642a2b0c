/** PagerDuty calls back: whoever acknowledges a page of ours there acknowledges here what it told of. */
import type { TocsinClient } from '../../client/tocsin-client';
import { ACKNOWLEDGE_ALARMS } from '../../domain/case/acknowledge';
import { toldBy } from '../../domain/escalation/escalation';
import { type PageKey, readPageKey } from '../../domain/escalation/page-key';
import { handleAt } from '../../domain/escalation/rota';
import { HOUR_MS, type Instant, notAfter, toInstant, toMs } from '../../domain/kernel/time';
import type { RotaSource } from '../../policy/rota-file';
import { keyOf } from '../api/bodies';
import { refusalOf } from '../api/failures';
import { Refusal } from '../problem';
import { acknowledgeFor, type Outcome } from './acknowledgement';
import { acknowledgedIn, mustBeOfPagerDuty } from './pagerduty-event';

/** What became of an event. All but `acknowledged` change no alarm. */
export type PagerDutyOutcome =
  | Outcome
  /** Also that an acknowledgement was taken back there, or that an incident was resolved: nothing here follows from it. */
  | 'another-event'
  /** Signed, and no event of webhooks v3 as it is known here: the kind of the subscription, or PagerDuty changed something. */
  | 'unreadable'
  /** A tool did it, as Tocsin itself when it tells PagerDuty of an acknowledgement. */
  | 'no-person'
  | 'not-ours'
  | 'stale'
  /** The incident there was of an earlier climb: its alarms were acknowledged, or are told of in a later page. */
  | 'earlier-page';

/** PagerDuty tries for twenty minutes; what comes much later was captured, and is played again. */
const OLDEST_MS = HOUR_MS;

export interface PagerDutyDeps {
  client: TocsinClient;
  rota: RotaSource;
  secrets: readonly string[];
}

/**
 * Takes an event. Throws a Refusal: it is not signed by PagerDuty, or nobody answered, and it may be sent again.
 * A repeat, and events in another order, come to the same: an acknowledgement counts once, for what was open and told of when it
 * was made.
 */
export async function onPagerDuty(
  { client, rota, secrets }: PagerDutyDeps,
  body: Buffer,
  signatures: string | undefined,
): Promise<PagerDutyOutcome> {
  mustBeOfPagerDuty(signatures, body, secrets);
  const event = acknowledgedIn(body);
  if (typeof event === 'string') return event;
  if (event.userId === undefined) return 'no-person';
  const page = readPageKey(event.incidentKey);
  if (!page) return 'not-ours';
  const now = Date.now();
  const at = notAfter(event.at, toInstant(now));
  if (at === undefined || now - toMs(at) > OLDEST_MS) return 'stale';
  const { caseId } = page;
  const told = await toldOf(client, page, at);
  if (typeof told === 'string') return told;
  const people = await rota();
  return acknowledgeFor(client, {
    service: 'pagerduty',
    handle: people && handleAt(people, 'pagerduty', event.userId),
    caseId,
    told,
    // Of the event alone, whoever it names.
    key: keyOf(event.eventId, { by: '', subject: 'pagerduty', roles: [] }, caseId, ACKNOWLEDGE_ALARMS)!,
  });
}

/** The alarms that the page told of by then. */
async function toldOf(
  client: TocsinClient,
  { caseId, climb }: PageKey,
  at: Instant,
): Promise<number[] | 'not-ours' | 'earlier-page'> {
  let escalation: Awaited<ReturnType<TocsinClient['escalation']>>;
  try {
    escalation = await client.escalation(caseId);
  } catch (error) {
    const refusal = refusalOf(error);
    // Any tool may choose a key of the form of ours.
    if (refusal instanceof Refusal && refusal.kind === 'not-found') return 'not-ours';
    throw refusal;
  }
  if (!escalation) return 'not-ours';
  if (escalation.climb.number !== climb) return 'earlier-page';
  return toldBy(escalation, at) ?? 'earlier-page';
}
