/**
 * The appender's statement with rows that were planned beforehand: the part of an append that nothing in this process can
 * make shorter. It has no bar; it says what the bars can be on the machine at hand.
 */
import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { insertRows } from '../../../register/append/insert-rows';
import { type Last, type Places, readPlaces } from '../../../register/append/places';
import { Plan } from '../../../register/append/plan';
import { fieldsOf } from '../../../register/fields';
import { KEY_BYTES } from '../../../register/seal';
import { Sealer } from '../../../register/sealer';
import { isPersonal } from './appends';
import { event } from './event';
import type { Turn } from './turns';

/** Writes so many rows a statement, each of an incident of its own. Only what Postgres and the driver take is counted. */
export async function writtenAlone(client: Client, rows: number, forMs: number, run: string): Promise<Turn> {
  const { end } = await readPlaces(client, []);
  const places: Places = { end, lastOf: new Map<string, Last>(), present: new Map() };
  const key = randomBytes(KEY_BYTES);
  const sealer = await Sealer.load();
  const times: number[] = [];
  const endMs = performance.now() + forMs;
  for (let seq = 1; performance.now() < endMs; seq++) {
    const plan = new Plan(places, { isPersonal, keyOf: () => key, sealer });
    for (let i = 0; i < rows; i++) {
      const given = event(`INC-${run}-${i}`, seq);
      plan.add([{ event: given, fields: fieldsOf(given) }]);
    }
    const startMs = performance.now();
    if (!(await insertRows(client, plan.rows, plan.after))) throw new Error('somebody else writes the register');
    times.push(performance.now() - startMs);
  }
  return { times, rows: rows * times.length, forMs: times.reduce((sum, ms) => sum + ms, 0) };
}
