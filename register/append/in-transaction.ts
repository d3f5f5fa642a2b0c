/** Appends within a transaction of the caller's: what is recorded and what it is about happen both, or neither. */
import type { ClientBase } from 'pg';
import type { Disclosures } from '../../domain/policy/disclosure';
import { parseEvent } from '../entry';
import { fieldsOf } from '../fields';
import { REGISTER_STREAM } from '../own-entries';
import { insertRows } from './insert-rows';
import { dataKeys, readPlaces } from './places';
import { Plan } from './plan';

/** The advisory lock that the transaction must hold before anything is read: `inTransaction(pool, work, WRITERS_LOCK)`. */
export { APPEND_LOCK as WRITERS_LOCK } from './appender';

/**
 * Records an entry about the register itself as part of a transaction that holds the writers' lock; answers its number.
 *
 * @throws Error when somebody who does not take the lock wrote meanwhile: the transaction must end and may be repeated.
 */
export async function recordInTransaction(
  client: ClientBase,
  disclosures: Disclosures,
  entry: { kind: string; data: object; by: string; at: Date },
): Promise<number> {
  const { rows: last } = await client.query<{ seq: number }>(
    'SELECT coalesce(max(seq), 0) AS seq FROM tocsin.register_entries WHERE incident_id = $1',
    [REGISTER_STREAM],
  );
  const { kind, data, by, at } = entry;
  const event = parseEvent({
    v: 1,
    incidentId: REGISTER_STREAM,
    seq: last[0]!.seq + 1,
    at: at.toISOString(),
    kind,
    by,
    exercise: false,
    data,
  });
  const given = [{ event, fields: fieldsOf(event) }];
  const places = await readPlaces(client, given);
  const keys = await dataKeys(client, [REGISTER_STREAM]);
  const plan = new Plan(places, {
    isPersonal: (...field) => disclosures.isPersonal(...field),
    keyOf: (id) => keys.get(id)!,
  });
  plan.add(given);
  const outcome = plan.outcomes[0]!;
  if ('refused' in outcome) throw outcome.refused;
  if (!(await insertRows(client, plan.rows, plan.after))) {
    throw new Error('another writer extended the register without its lock: nothing was done, repeat the command');
  }
  return event.seq;
}
