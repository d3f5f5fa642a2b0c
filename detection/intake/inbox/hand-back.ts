/** Takes detections back into the inbox which were sent to a case before its decision and came to it after that. */
import type { Pool, PoolClient } from 'pg';
import type { Detection } from '../../../domain/detection/detection';
import { inTransaction } from '../../../postgres/transaction';
import { acceptWithin } from './accept';
import type { InboxProofs } from './inbox-proof';

/**
 * Has the dispatcher hand them over anew, which looks at the decision first. One that went straight to Temporal, as Postgres was
 * away, is accepted by this. A row that a dispatcher holds is waited for. Gives the places in `detections` of those that stay: a
 * dispatcher had them counted with a decision of this case. Safe to repeat.
 */
export function handBack(
  pool: Pool,
  caseId: string,
  detections: readonly Detection[],
  proofs?: InboxProofs,
): Promise<number[]> {
  return inTransaction(pool, async (client) => {
    const named = [detections.map(({ source }) => source), detections.map(({ eventId }) => eventId)];
    await client.query(HOLD, named);
    await client.query(AGAIN, [caseId, ...named]);
    await acceptWithin(client, detections, proofs);
    return staying(client, [caseId, ...named]);
  });
}

async function staying(client: PoolClient, given: unknown[]): Promise<number[]> {
  const { rows } = await client.query<{ place: string }>(DECIDED, given);
  return rows.map(({ place }) => Number(place) - 1);
}

// A dispatcher that has a row in hand says what became of it when it lets it go.
const HOLD = `
  SELECT FROM tocsin.inbox AS inbox JOIN unnest($1::text[], $2::text[]) AS given (source, event_id)
      ON inbox.source = given.source AND inbox.event_id = given.event_id
   ORDER BY inbox.id FOR UPDATE OF inbox`;

const AGAIN = `
  UPDATE tocsin.inbox AS inbox
     SET state = 'waiting', next_at = now(), rule = NULL, case_id = NULL, settled_at = NULL
    FROM unnest($2::text[], $3::text[]) AS given (source, event_id)
   WHERE inbox.source = given.source AND inbox.event_id = given.event_id
     AND inbox.state = 'triaged' AND inbox.case_id = $1`;

const DECIDED = `
  SELECT given.place FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS given (source, event_id, place)
   WHERE EXISTS (
     SELECT FROM tocsin.inbox AS inbox
      WHERE inbox.source = given.source AND inbox.event_id = given.event_id
        AND inbox.state = 'decided' AND inbox.case_id = $1)
   ORDER BY given.place`;
