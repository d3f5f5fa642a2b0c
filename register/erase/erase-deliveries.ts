/** What the delivery ledger holds about the people of one incident. */
import type { ClientBase } from 'pg';
import type { Queryable } from '../read-entries';

/** What stands for an address that was erased. */
export const ERASED_ADDRESS = '[erased]';

/** Deliveries of an incident: all, and those whose outcome is open. */
export interface DeliveriesHeld {
  total: number;
  /** Not sent yet, being sent, or of unknown outcome. */
  open: number;
}

export async function deliveriesHeld(client: Queryable, incidentId: string): Promise<DeliveriesHeld> {
  const { rows } = await client.query<{ total: string; open: string }>(
    `SELECT count(*) AS total, count(*) FILTER (WHERE status IN ('pending', 'sending', 'unknown')) AS open
       FROM tocsin.deliveries WHERE incident_id = $1 AND address <> $2`,
    [incidentId, ERASED_ADDRESS],
  );
  return { total: Number(rows[0]!.total), open: Number(rows[0]!.open) };
}

/** The rounds of notices that are open: each has a workflow of its own, which may still send. */
export async function openRounds(
  client: Queryable,
  incidentId: string,
): Promise<Array<{ obligation: string; round: number }>> {
  const { rows } = await client.query<{ obligation: string; round: number }>(
    `SELECT DISTINCT obligation_id AS obligation, round FROM tocsin.deliveries
      WHERE incident_id = $1 AND status IN ('pending', 'sending', 'unknown') ORDER BY 1, 2`,
    [incidentId],
  );
  return rows;
}

/** Holds an incident's deliveries for the rest of the transaction, so that none is claimed between looking and erasing. */
export async function lockDeliveries(client: ClientBase, incidentId: string): Promise<void> {
  await client.query('SELECT FROM tocsin.deliveries WHERE incident_id = $1 ORDER BY id FOR UPDATE', [incidentId]);
}

/**
 * Takes addresses, references and the provider's message ids out of an incident's deliveries; answers of how many.
 * Obligation, channel, round, outcome and instants stay: they show that, when and how often was notified. The batch key
 * goes too, as it is a hash over the references, and what the provider told of a mail, which is kept under that id. What was
 * never sent becomes failed, so that nobody picks it up.
 */
export async function eraseDeliveries(client: ClientBase, incidentId: string, now: Date): Promise<number> {
  await client.query(
    `DELETE FROM tocsin.delivery_events AS event USING tocsin.deliveries AS delivery
      WHERE delivery.incident_id = $1 AND event.provider_message_id = delivery.provider_message_id`,
    [incidentId],
  );
  const { rowCount } = await client.query(
    `UPDATE tocsin.deliveries
        SET address = $2, recipient_ref = 'erased-' || id, language = 'und', provider_message_id = NULL,
            batch_key = CASE WHEN batch_key IS NULL THEN NULL ELSE 'erased-' || id END,
            error_code = CASE WHEN status = 'pending' THEN 'erased' ELSE error_code END,
            status = CASE WHEN status = 'pending' THEN 'failed' ELSE status END, updated_at = $3
      WHERE incident_id = $1 AND address <> $2`,
    [incidentId, ERASED_ADDRESS, now],
  );
  return rowCount ?? 0;
}
