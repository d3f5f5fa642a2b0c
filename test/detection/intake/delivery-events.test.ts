/** What Resend tells of mails that it took, over HTTP into the ledger: whoever a mail came back from is not told any more. */
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { Resend } from 'resend';
import {
  cameBack,
  DELIVERY_EVENTS,
  type DeliveryEvent,
  keepDeliveryEvents,
  pruneStrangeEvents,
} from '../../../activities/delivery/ledger/delivery-events';
import { PostgresLedger } from '../../../activities/delivery/ledger/postgres-ledger';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { resend } from '../../../detection/intake/sources/resend';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';
import { allSources, resendEvent, SECRETS, signResend } from './samples';

let pool: Pool;
let ledger: PostgresLedger;
let app: FastifyInstance;
const away = { now: false };

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  afterFile(() => pool.end());
  ledger = new PostgresLedger(pool);
  app = await createIntake({
    sources: allSources().filter(({ name }) => name === 'resend'),
    store: async () => undefined,
    deliveryEvents: {
      keep: (events) => (away.now ? Promise.reject(new Error('away')) : keepDeliveryEvents(pool, events)),
    },
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
  });
  afterFile(() => app.close());
});

let made = 0;
/** A delivery of so many recipients that is claimed; `answer` settles it with the ids that the provider gives. */
async function claimed(count = 1) {
  const n = ++made;
  const key = { incidentId: `INC-${n}`, obligationId: 'enterprise-notice' };
  const group = { ...key, channel: 'email', round: 1 };
  const refs = Array.from({ length: count }, (_, i) => `workspace:ws-${i}`);
  await ledger.open(
    group,
    refs.map((ref) => ({ ref, address: `${ref.slice(10)}@customer.example`, language: 'en' })),
  );
  const batch = (await ledger.claimBatches(group, 100, new Date()))[0]!;
  const idOf = (ref: string) => `mail-${n}-${ref.slice(10)}`;
  return {
    ids: refs.map(idOf),
    answer: () =>
      ledger.settleBatch(
        batch.batchKey,
        refs.map((ref) => ({ ref, status: 'sent' as const, providerMessageId: idOf(ref) })),
      ),
    fates: async () => (await ledger.recipients(key)).map(({ fate }) => fate?.kind),
    rows: () => ledger.recipients(key),
  };
}

let sent = 0;
function post(type: string, messageId: string, data: object = {}, id = `msg_${++sent}`, prefix = 'svix') {
  const body = JSON.stringify(resendEvent(type, messageId, data));
  const headers = signResend(body, id, Date.now(), SECRETS.resend, prefix);
  return app.inject({ method: 'POST', url: '/intake/resend', headers, payload: body });
}
const bounce = (type: string, subType = 'General') => ({ bounce: { message: 'no such user', type, subType } });

test.each(['svix', 'webhook'])('a bounce with headers %s-… settles the row, and holds no address', async (prefix) => {
  const { ids, answer, rows } = await claimed();
  await answer();
  const taken = await post('email.bounced', ids[0]!, bounce('Permanent', 'NoEmail'), undefined, prefix);
  expect([taken.statusCode, taken.json()]).toEqual([202, { events: 1 }]);
  expect((await rows())[0]).toMatchObject({
    status: 'sent',
    fate: { kind: 'bounced', reason: 'NoEmail', at: '2026-04-01T02:10:00.126Z' },
  });
  const { rows: kept } = await pool.query('SELECT * FROM tocsin.delivery_events');
  expect(JSON.stringify(kept)).not.toContain('@');
});

test('an event that comes before the answer of the call that sent the mail counts once the answer is there', async () => {
  const { ids, answer, fates } = await claimed(2);
  await post('email.bounced', ids[0]!, bounce('Permanent'));
  expect(await fates()).toEqual([undefined, undefined]);
  await answer();
  expect(await fates()).toEqual(['bounced', undefined]);
});

test('a soft bounce says that it was not delivered, and nothing against a delivery', async () => {
  const { ids, answer, fates } = await claimed(2);
  await answer();
  for (const id of ids) await post('email.bounced', id, bounce('Transient', 'MailboxFull'));
  await post('email.delivered', ids[1]!);
  expect(await fates()).toEqual(['soft-bounced', 'delivered']);
});

test('a bounce of a type that nobody knows is taken for one for good', async () => {
  const { ids, answer, fates } = await claimed(2);
  await answer();
  await post('email.bounced', ids[0]!, bounce('Undetermined'));
  await post('email.bounced', ids[1]!);
  expect(await fates()).toEqual(['bounced', 'bounced']);
});

test('in any order, repeated, and whether the answer of the call came before, between or after: the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...DELIVERY_EVENTS), { minLength: 1, maxLength: 6 }),
      fc.nat(6),
      fc.array(fc.nat(5), { maxLength: 4 }),
      async (kinds, answered, repeats) => {
        const { ids, answer, fates } = await claimed();
        const events = kinds.map(
          (kind, i): DeliveryEvent => ({
            eventId: `${ids[0]}-${i}`,
            messageId: ids[0]!,
            kind,
            at: new Date(Date.UTC(2026, 3, 1, 2, i)).toISOString(),
          }),
        );
        const all = [...events, ...repeats.flatMap((i) => events[i] ?? [])];
        for (const [i, event] of all.entries()) {
          if (i === answered) await answer();
          await keepDeliveryEvents(pool, [event]);
        }
        if (answered >= all.length) await answer();
        const heaviest = [...DELIVERY_EVENTS].reverse().find((kind) => kinds.includes(kind));
        expect(await fates()).toEqual([heaviest]);
        expect(cameBack({ kind: heaviest! })).toBe(
          kinds.some((kind) => ['bounced', 'complained', 'suppressed', 'failed'].includes(kind)) ||
            (kinds.includes('soft-bounced') && !kinds.includes('delivered')),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('the same event a hundred times at once is one row', async () => {
  const { ids } = await claimed();
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => post('email.delivered', ids[0]!, {}, 'msg_same')),
  );
  expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([202]));
  const { rowCount } = await pool.query(`SELECT FROM tocsin.delivery_events WHERE event_id = 'msg_same'`);
  expect(rowCount).toBe(1);
});

test('while Postgres is away the sender is told to come again, and the event counts when it does', async () => {
  const { ids, answer, fates } = await claimed();
  await answer();
  away.now = true;
  const refused = await post('email.complained', ids[0]!, {}, 'msg_away');
  away.now = false;
  expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '5']);
  expect((await post('email.complained', ids[0]!, {}, 'msg_away')).json()).toEqual({ events: 1 });
  expect(await fates()).toEqual(['complained']);
});

test('what says nothing about who was told is understood; other events are counted as unknown', async () => {
  expect((await post('email.opened', 'm')).statusCode).toBe(200);
  const other = await post('domain.updated', 'm');
  expect([other.statusCode, other.json()]).toEqual([202, { detections: 0, unknown: 1 }]);
});

test('the signature is that of the official client, and everything else is refused', () => {
  const { webhooks } = new Resend('re_x');
  const body = JSON.stringify(resendEvent('email.sent', 'm'));
  const headers = signResend(body, 'msg_1', Date.now());
  const verify = (over: Record<string, string> = {}, bytes = body) =>
    resend.verify({ headers: { ...headers, ...over }, body: Buffer.from(bytes) }, [SECRETS.resend], Date.now());
  expect(() => verify()).not.toThrow();
  expect(() =>
    webhooks.verify({
      payload: body,
      headers: {
        id: headers['svix-id']!,
        timestamp: headers['svix-timestamp']!,
        signature: headers['svix-signature']!,
      },
      webhookSecret: SECRETS.resend,
    }),
  ).not.toThrow();
  expect(() => verify({}, `${body} `)).toThrow('check that the sender has the secret');
  expect(() => verify({ 'svix-id': 'msg_2' })).toThrow('check that the sender has the secret');
  expect(() => verify({ 'svix-signature': 'v1' })).toThrow('check that the sender has the secret');
  expect(() => verify({ 'svix-id': '' })).toThrow('the header svix-id must hold');
  expect(resend.secretProblem('whsec_short')).toMatch('must be whsec_');
});

test('events of mails that are none of the ledger go after some days; those of its mails stay', async () => {
  const { ids, answer } = await claimed();
  await answer();
  await pool.query(
    `INSERT INTO tocsin.delivery_events (event_id, provider_message_id, kind, at, received_at)
     SELECT id, mail, 'delivered', now(), now() - interval '8 days'
       FROM unnest($1::text[], $2::text[]) AS given (id, mail)`,
    [
      ['msg_ours', 'msg_strange'],
      [ids[0]!, 'of-some-newsletter'],
    ],
  );
  await post('email.delivered', 'of-another', {}, 'msg_fresh');
  await pruneStrangeEvents(pool);
  const { rows } = await pool.query(
    `SELECT event_id FROM tocsin.delivery_events WHERE event_id IN ('msg_ours', 'msg_strange', 'msg_fresh') ORDER BY 1`,
  );
  expect(rows.map(({ event_id }) => event_id)).toEqual(['msg_fresh', 'msg_ours']);
});
