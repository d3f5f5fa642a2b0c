/**
 * What the mail provider tells of a mail after it took it. Events are kept as they come, by the provider's id of the mail,
 * whether or not a row of the ledger has that id yet; what became of a mail follows from all of them, in any order.
 */
import type { Pool } from 'pg';

/**
 * What may be told of a mail, each outweighing those before it: whatever comes late, a mail that bounced stays bounced.
 * A soft bounce outweighs no delivery, as an absence notice may come as one.
 */
export const DELIVERY_EVENTS = [
  'sent',
  'delayed',
  'soft-bounced',
  'delivered',
  'failed',
  'suppressed',
  'complained',
  'bounced',
] as const;
export type DeliveryEventKind = (typeof DELIVERY_EVENTS)[number];

/** After these whoever it was sent to was not told by it. */
export const CAME_BACK: readonly DeliveryEventKind[] = [
  'soft-bounced',
  'failed',
  'suppressed',
  'complained',
  'bounced',
];

/** One event of one mail. */
export interface DeliveryEvent {
  /** The provider's id of the event. */
  eventId: string;
  /** The provider's id of the mail. */
  messageId: string;
  kind: DeliveryEventKind;
  /** A word of the provider's own for why, like `MailboxFull`; never a text that may name somebody. */
  reason?: string;
  /** When it happened there. */
  at: string;
}

/** What became of a mail that the provider took: the event that outweighs all others of it. */
export interface Fate {
  kind: DeliveryEventKind;
  reason?: string;
  at: string;
}

/** True when a mail did not reach whom it was sent to, whatever the provider said before. */
export function cameBack(fate: Pick<Fate, 'kind'> | undefined): boolean {
  return fate !== undefined && CAME_BACK.includes(fate.kind);
}

/** Keeps events for good, each once by its id. Returns how many were new. */
export async function keepDeliveryEvents(pool: Pool, events: readonly DeliveryEvent[]): Promise<number> {
  const { rowCount } = await pool.query(KEEP, [
    events.map(({ eventId }) => eventId),
    events.map(({ messageId }) => messageId),
    events.map(({ kind }) => kind),
    events.map(({ reason }) => reason ?? null),
    events.map(({ at }) => at),
  ]);
  return rowCount ?? 0;
}

const KEEP = `
  INSERT INTO tocsin.delivery_events (event_id, provider_message_id, kind, reason, at)
  SELECT event_id, message_id, kind, reason, at
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[])
           AS given (event_id, message_id, kind, reason, at)
   ORDER BY event_id
  ON CONFLICT (event_id) DO NOTHING`;

const KINDS = `ARRAY['${DELIVERY_EVENTS.join("', '")}']`;

/** Of the rows called `delivery`: what became of the mail, called `fate`; nulls where nothing is told of it. */
export const FATE = `
  LEFT JOIN LATERAL (
    SELECT kind, reason, at FROM tocsin.delivery_events
     WHERE provider_message_id = delivery.provider_message_id AND delivery.status = 'sent'
     ORDER BY array_position(${KINDS}, kind) DESC, at DESC LIMIT 1
  ) AS fate ON true`;

/** The same of the kind alone, for many rows: nothing is sorted for each of them. */
export const FATE_KIND = `
  CROSS JOIN LATERAL (
    SELECT (${KINDS})[max(array_position(${KINDS}, kind))] AS kind FROM tocsin.delivery_events
     WHERE provider_message_id = delivery.provider_message_id AND delivery.status = 'sent'
  ) AS fate`;

/** Days for which events are kept of mails that are none of the ledger's: the provider sends those of all mails. */
export const STRANGERS_KEPT_DAYS = 7;

/** Removes events of mails that no row of the ledger has after so many days. */
export async function pruneStrangeEvents(pool: Pool, days = STRANGERS_KEPT_DAYS): Promise<void> {
  await pool.query(
    `DELETE FROM tocsin.delivery_events AS event
      WHERE received_at < now() - make_interval(days => $1)
        AND NOT EXISTS (SELECT FROM tocsin.deliveries WHERE provider_message_id = event.provider_message_id)`,
    [days],
  );
}
