/** What Postgres refuses for good is told as such, and counted; what it cannot take now shall come again. */
import type { Pool } from 'pg';
import { type DeliveryEvent, keepDeliveryEvents } from '../../../activities/delivery/ledger/delivery-events';
import type { Source } from '../../../detection/intake/config';
import { Receiver, type ReceiverDeps } from '../../../detection/intake/server/receiver';
import type { Parsed, Untaken } from '../../../detection/intake/sources/adapter';
import { detectionOf, leftOut } from '../../../detection/intake/sources/reading';
import { resend } from '../../../detection/intake/sources/resend';
import type { Detection } from '../../../domain/detection/detection';
import type { AdvisoryRecord } from '../../../domain/patch/advisory';
import { AuthEventSchema } from '../../../domain/sessions/auth-event';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';

let pool: Pool;
beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  afterFile(() => pool.end());
});

/** A receiver that reads the same from every request, and what it counted. */
function receiving(parsed: Partial<Parsed>, deps: Partial<ReceiverDeps> = {}) {
  const counted: Untaken[] = [];
  const source: Source = {
    name: 'mail',
    adapter: {
      ...resend,
      verify: () => undefined,
      deliveryId: undefined,
      parse: () => ({ detections: [], ...parsed }),
    },
    secrets: [],
    scope: 'platform',
    perMinute: 1e9,
  };
  const receiver = new Receiver([source], {
    store: async () => undefined,
    deliveryEvents: { keep: (events) => keepDeliveryEvents(pool, events) },
    untaken: { keep: async (_source, items) => void counted.push(...items) },
    ...deps,
  });
  return { counted, send: () => receiver.receive('mail', { headers: {}, body: Buffer.from('{}') }) };
}

const event = (eventId: string, messageId = 'a mail'): DeliveryEvent => ({
  eventId,
  messageId,
  kind: 'bounced',
  at: '2026-11-28T10:00:00Z',
});
const kept = async () =>
  (await pool.query('SELECT event_id FROM tocsin.delivery_events ORDER BY event_id')).rows.map((row) => row.event_id);

test('an event that can never be stored is refused with 422 and counted; beside others it costs itself alone', async () => {
  const alone = receiving({ deliveryEvents: [event('bad', 'a\0b')] });
  await expect(alone.send()).rejects.toMatchObject({ kind: 'invalid', status: 422, errors: [{ field: '(event)' }] });
  expect(alone.counted).toMatchObject([{ kind: 'refused', problems: [{ field: '(event)' }] }]);
  const deliveryEvents = [event('e1'), event('e2', 'a\0b'), event('e3'), { ...event('e4'), at: '300000-01-01' }];
  const mixed = receiving({ deliveryEvents });
  expect(await mixed.send()).toMatchObject({ deliveryEvents: 2, refused: [{}, {}] });
  expect(mixed.counted).toHaveLength(2);
  expect(await kept()).toEqual(['e1', 'e3']);
});

test('an event with a value that was left out, sent again, is a repeat and counts no second time; beside a new one, that one does', async () => {
  const seen = (eventId: string) => ({ ...detectionOf('edge', CONTEXT, { ...DETECTION, eventId }) });
  const left = (detection: Detection) => leftOut(detection, [{ field: 'at', problem: 'must be an instant' }]);
  const parsed = { detections: [seen('e1')], untaken: left(seen('e1')) };
  const { counted, send } = receiving(parsed);
  expect(await send()).toMatchObject({ detections: 1, repeated: false, refused: [{ field: 'at' }] });
  expect(await send()).toMatchObject({ detections: 1, repeated: true, refused: [{ field: 'at' }] });
  expect(counted).toHaveLength(1);
  parsed.detections.push(seen('e2'));
  parsed.untaken.push(...left(seen('e2')));
  expect(await send()).toMatchObject({ detections: 2, repeated: false });
  expect(counted.map(({ of }) => of)).toEqual(['e1', 'e2']);
});

const CONTEXT = { source: 'mail', scope: 'platform' as const, now: 0 };
const DETECTION = { type: 'edge.anomaly', title: 'An anomaly', at: '2026-11-28T10:00:00.000Z' };
const refusing = (code: string) => () => Promise.reject(Object.assign(new Error('of Postgres'), { code }));
const authEvent = AuthEventSchema.parse({
  eventId: 'e',
  at: '2026-11-28T10:00:00Z',
  actor: 'anna',
  action: 'login',
});

test.each([
  ['sign-ins', { authEvents: [authEvent] }, (code: string) => ({ authEvents: { consume: refusing(code) } })],
  ['mails', { deliveryEvents: [event('x')] }, (code: string) => ({ deliveryEvents: { keep: refusing(code) } })],
  [
    'advisories',
    { advisories: [{ id: 'GHSA-1', modified: '2026-11-28T10:00:00Z' } as AdvisoryRecord] },
    (code: string) => ({ advisories: { consume: refusing(code) } }),
  ],
])(
  'of %s: 22021 is 422; away, locked, busy or without a table is 503, which says what is true',
  async (_, parsed, depsOf) => {
    await expect(receiving(parsed, depsOf('22021')).send()).rejects.toMatchObject({ status: 422 });
    for (const code of ['ECONNREFUSED', '53100', '40P01', '42P01', 'sessions-busy']) {
      const { send, counted } = receiving(parsed, depsOf(code));
      const refusal = await send().catch((error) => error);
      expect(refusal).toMatchObject({ status: 503, retryAfterSeconds: 5 });
      // Advisories and detections of the same request may be stored by then.
      expect(refusal.detail).toBe('it was not stored, or not all of it: send it all again later');
      expect(counted).toEqual([]);
    }
  },
);
