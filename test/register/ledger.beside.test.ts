/**
 * An audience beside the ledger is the same, whichever ledger joins them: in memory as it always was, or sorted by Postgres.
 * Who is told, and who counts as told, follows from it.
 */
import fc from 'fast-check';
import type pg from 'pg';
import { countReached, toEnter } from '../../activities/delivery/count-reached';
import { besideOf } from '../../activities/delivery/ledger/beside';
import type { Beside, DeliveryStatus } from '../../activities/delivery/ledger/ledger';
import { PostgresLedger } from '../../activities/delivery/ledger/postgres-ledger';
import type { AudienceRow, AudienceRows } from '../../activities/directory/directory-port';
import { resolved } from '../../activities/directory/resolved';
import { createPool } from '../../postgres/pool';
import { createTestDatabase, type TestDatabase } from '../setup/helpers';

let database: TestDatabase;
let pool: pg.Pool;
let ledger: PostgresLedger;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url);
  ledger = new PostgresLedger(pool);
});

afterAll(async () => {
  await pool?.end();
});

let incidents = 0;
const newKey = () => ({ incidentId: `BESIDE-${++incidents}`, obligationId: 'individual-notice' });

function audienceOf(of: AudienceRows['of'], rows: AudienceRow[], size = 3): AudienceRows {
  async function* pages() {
    for (let at = 0; at < rows.length; at += size) yield rows.slice(at, at + size);
  }
  return { of, pages: pages(), unknown: () => [] };
}

const sorted = (all: Beside[]) =>
  all
    .map(({ base, wanted, known }) => ({
      base,
      wanted: wanted.map((one) => ({
        ...one,
        groups: (one.groups ?? []).map((group) => JSON.stringify(group)).sort(),
      })),
      known: [...known].sort((a, b) => (a.ref < b.ref ? -1 : 1)),
    }))
    .sort((a, b) => (a.base < b.base ? -1 : 1));

/** Few of each, so that they meet. */
const address = fc.constantFrom(
  '',
  'ann@example.com',
  'Ann@Example.com',
  'bob@b\u00fccher.example',
  'no address',
  'carl@example.com',
);
const ref = (kind: string) => fc.constantFrom('1', '2', '3', 'a b', 'a!', '\u00e9', '10').map((id) => `${kind}:${id}`);
const row = (kind: string) =>
  fc.record({
    ref: ref(kind),
    address,
    language: fc.constantFrom('en', 'de'),
    group: fc.record({ dataSet: fc.constantFrom('a', 'b'), country: fc.constantFrom('FR', 'unknown') }),
  });
const ledgerRow = (kind: string) =>
  fc.record({
    ref: fc.tuple(ref(kind), fc.constantFrom('', '#2', '#3')).map(([base, number]) => base + number),
    address,
    status: fc.constantFrom<DeliveryStatus>('pending', 'sent', 'failed'),
    bounced: fc.boolean(),
  });

test.each(['workspaces', 'people'] as const)(
  '%s: Postgres joins what memory joins',
  async (of) => {
    const kind = of === 'people' ? 'person' : 'workspace';
    const rows = fc.array(row(kind), { maxLength: 14 });
    const present = fc.uniqueArray(ledgerRow(kind), { maxLength: 8, selector: (one) => one.ref });
    await fc.assert(
      fc.asyncProperty(rows, present, fc.boolean(), async (asked, known, withAddresses) => {
        const key = newKey();
        for (const { ref, address, status, bounced } of known) await insert(key, ref, address, status, bounced);
        const given = of === 'people' ? asked : asked.map(({ group: _, ...one }) => one);
        const { recipients } = await resolved(audienceOf(of, given));
        const inMemory = besideOf(recipients, await knownOf(key), withAddresses);
        const joined: Beside[] = [];
        await ledger.beside(key, audienceOf(of, given), withAddresses, async (some) => void joined.push(...some));
        expect(sorted(joined)).toEqual(sorted(inMemory));
        const recipient = { to: of === 'people' ? ('individuals' as const) : ('workspace-owners' as const) };
        const audience = { recipient, workspaces: ['1', '2', 'gone'], dataSets: [] };
        expect(countReached(audience, joined)).toEqual(countReached(audience, inMemory));
        const entered = (all: Beside[]) => sorted(all).flatMap((one) => toEnter(one as unknown as Beside));
        expect(entered(joined)).toEqual(entered(inMemory));
      }),
      { numRuns: 150 },
    );
  },
  120_000,
);

async function insert(key: ReturnType<typeof newKey>, ref: string, address: string, status: string, bounced: boolean) {
  const id = `${key.incidentId} ${ref}`;
  await pool.query(
    `INSERT INTO tocsin.deliveries (incident_id, obligation_id, channel, round, recipient_ref, address, language, batch_key, status,
       provider_message_id, sent_at) VALUES ($1, $2, 'email', 1, $3, $4, 'en', 'k', $5, $6, CASE WHEN $5 = 'sent' THEN now() END)`,
    [key.incidentId, key.obligationId, ref, address, status, id],
  );
  if (bounced)
    await pool.query(
      `INSERT INTO tocsin.delivery_events (event_id, provider_message_id, kind, at) VALUES ($1, $1, 'bounced', now())`,
      [id],
    );
}

async function knownOf(key: ReturnType<typeof newKey>) {
  const rows = await ledger.recipients(key);
  return rows.map(({ ref, address, status, fate }) => ({
    ...{ ref, address, status },
    ...(fate && { fate: { kind: fate.kind } }),
  }));
}

describe('what is entered while the audience is read', () => {
  const rows = Array.from({ length: 5_001 }, (_, n) => ({
    ref: `person:${n}`,
    address: `p${n}@example.com`,
    language: 'en',
  }));

  test('stands once all was read, each recipient once, also when it is done again', async () => {
    const key = newKey();
    const enterAll = async () => {
      let added = 0;
      await ledger.beside(key, audienceOf('people', rows, 700), false, async (some, enter) => {
        added += await enter({ ...key, channel: 'email', round: 1 }, some.flatMap(toEnter));
      });
      return added;
    };
    expect([await enterAll(), await enterAll()]).toEqual([5_001, 0]);
    expect((await ledger.summary(key)).total).toBe(5_001);
  });

  test('is nothing at all when the directory fails in the middle', async () => {
    const key = newKey();
    const failing: AudienceRows = {
      of: 'people',
      pages: (async function* () {
        yield rows.slice(0, 3_000);
        throw new Error('the directory went away');
      })(),
      unknown: () => [],
    };
    const entered = ledger.beside(key, failing, false, async (some, enter) => {
      await enter({ ...key, channel: 'email', round: 1 }, some.flatMap(toEnter));
    });
    await expect(entered).rejects.toThrow('the directory went away');
    expect((await ledger.summary(key)).total).toBe(0);
  });

  test('is nothing at all when entering fails, and the connection asks one thing at a time', async () => {
    const key = newKey();
    const warned = jest.spyOn(process, 'emitWarning');
    let calls = 0;
    const failing = ledger.beside(key, audienceOf('people', rows, 700), false, async (some, enter) => {
      await enter({ ...key, channel: 'email', round: 1 }, some.flatMap(toEnter));
      // While the next page is on its way.
      if (++calls === 2) throw new Error('not entered');
    });
    await expect(failing).rejects.toThrow('not entered');
    expect((await ledger.summary(key)).total).toBe(0);
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
