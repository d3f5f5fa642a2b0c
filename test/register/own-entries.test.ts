// What the register records of itself.
import { loadDisclosures } from '../../policy/load-disclosure';
import { createPool } from '../../postgres/pool';
import { recordOwnEntry } from '../../register/own-entries';
import { readIncidentEvents } from '../../register/read-incident';
import { verifyRegister } from '../../register/verify';
import { afterFile, createTestDatabase } from '../setup/helpers';

const disclosures = loadDisclosures();

test('eight that record at once each get a place of their own, without a gap', async () => {
  const { url } = await createTestDatabase();
  const pools = Array.from({ length: 8 }, () => createPool(url));
  afterFile(async () => void (await Promise.all(pools.map((pool) => pool.end()))));
  const entry = (n: number) => ({ kind: 'register-exported', data: { n }, by: `person-${n}` });
  const places = await Promise.all(pools.map((pool, n) => recordOwnEntry(pool, disclosures, entry(n))));
  expect(places.map(({ seq }) => seq).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  const events = await readIncidentEvents(pools[0]!, 'REGISTER');
  for (const [n, { seq }] of places.entries()) {
    expect(events[seq - 1]).toMatchObject({ by: `person-${n}`, data: { n }, exercise: false });
  }
  const { head, ...result } = await verifyRegister(pools[0]!);
  expect(result).toMatchObject({ ok: true, entries: 8 });
  expect(places).toContainEqual({ ...head, seq: 8 });
});
