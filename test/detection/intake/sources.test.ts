/** Every source over HTTP: its real-shaped requests are detections, once; what is forged, stale or broken is refused. */
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { Webhook } from 'standardwebhooks';
import { keepDeliveryEvents } from '../../../activities/delivery/ledger/delivery-events';
import { Inbox } from '../../../detection/intake/inbox/accept';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { standardWebhooks } from '../../../detection/intake/sources/standard-webhooks';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import type { AuthEvent } from '../../../domain/sessions/auth-event';
import { createPool } from '../../../postgres/pool';
import { afterFile, createTestDatabase } from '../../setup/helpers';
import {
  allSources,
  type IntakeFormat,
  OLD_SECRET,
  type Sample,
  SECRETS,
  SIGNED,
  samples,
  signStandard,
} from './samples';

let pool: Pool;
let app: FastifyInstance;
const authEvents: AuthEvent[] = [];
const clock = { now: Date.now() };
const consume = async (_source: string, events: AuthEvent[]) => void authEvents.push(...events);

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  afterFile(() => pool.end());
  const inbox = new Inbox(pool);
  const sources = allSources();
  sources[0]!.secrets = [{ value: SECRETS['standard-webhooks'] }, { value: OLD_SECRET, untilMs: clock.now + 60_000 }];
  app = await createIntake({
    sources: [...sources, { ...sources[0]!, name: 'slow', perMinute: 2 }],
    store: async (detections) => void (await inbox.accept(detections)),
    authEvents: { consume },
    advisories: { consume: async () => undefined },
    deliveryEvents: { keep: (events) => keepDeliveryEvents(pool, events) },
    health: new Health({ postgres: async () => undefined, temporal: () => Promise.reject(new Error('away')) }),
    now: () => clock.now,
    plugins: [
      async (scope) => {
        scope.post('/echo', async ({ body }) => body);
      },
    ],
  });
  afterFile(() => app.close());
});

const send = (
  { format, headers, body }: Pick<Sample, 'format' | 'headers'> & { body: string | Buffer },
  name: string = format,
) => app.inject({ method: 'POST', url: `/intake/${name}`, headers, payload: body });
const stored = async (): Promise<Detection[]> => {
  const { rows } = await pool.query<{ payload: Buffer }>('SELECT payload FROM tocsin.inbox ORDER BY id');
  return rows.map(({ payload }) => DetectionSchema.parse(JSON.parse(payload.toString())));
};
const sampleOf = (name: string, id?: string) => samples(clock.now, id).find((each) => each.name === name)!;
/** The headers of a request of a format, well signed over any body. */
const signedAs = (format: string, body: string | Buffer) => SIGNED[format as IntakeFormat](body, clock.now, 0);

test.each(samples(clock.now).map((sample) => [sample.name, sample] as const))(
  '%s: taken, once',
  async (_name, sample) => {
    const before = (await stored()).length;
    const authBefore = authEvents.length;
    const first = await send(sample);
    expect({ status: first.statusCode, body: first.json() }).toMatchObject({
      status:
        sample.detections + (sample.authEvents ?? 0) + (sample.deliveryEvents ?? 0) + (sample.unknown ?? 0) > 0
          ? 202
          : 200,
      ...(sample.unknown && { body: { unknown: sample.unknown } }),
    });
    expect(authEvents.length - authBefore).toBe(sample.authEvents ?? 0);
    const again = await send(sample);
    expect(again.statusCode).toBeLessThan(300);
    const added = (await stored()).slice(before);
    // The signed binary event is the event that came unsigned before: the same source and id.
    expect(added).toHaveLength(sample.name === 'cloudevents binary, signed' ? 0 : sample.detections);
    for (const detection of added) expect(detection).toMatchObject({ source: sample.format, format: sample.format });
  },
);

test('what each kind of request says is in its detection', async () => {
  const all = await stored();
  const find = (type: string) => all.find((each) => each.type === type)!;
  expect(find('cloudflare.dos_attack_l7')).toMatchObject({
    phase: 'start',
    scope: 'platform',
    title: 'HTTP DDoS Attack',
    systems: ['app.example.com', 'example.com'],
    facts: { requests_per_second: 184_000, severity: 'high', policy_name: 'DDoS on the platform' },
  });
  const [start, end] = all.filter((each) => each.type === 'cloudflare.dos_attack_l7');
  expect(end).toMatchObject({ phase: 'end', correlationId: start!.correlationId });
  expect(find('ftagent.udp-flood')).toMatchObject({
    systems: ['edge-1'],
    indicators: ['198.51.100.0/24', '2001:db8::5', 'asn:64500'],
    facts: { pps: 1_200_000, bps: 9_400_000_000 },
  });
  expect(find('github.dependabot_alert')).toMatchObject({
    systems: ['octocat/hello-world'],
    facts: { package: 'ansible', ecosystem: 'pip', ghsa: 'GHSA-8f4m-hccc-8qph', action: 'fixed' },
  });
  expect(find('github.security_advisory')).toMatchObject({ facts: { packages: ['django'] } });
  expect(find('osv.advisory')).toMatchObject({ severity: 'sev3', facts: { packages: ['semver'], fixed: ['7.5.2'] } });
  expect(find('com.example.anomaly.detected')).toMatchObject({
    title: 'Error rate of the API above 20 %',
    facts: { rate: 0.23 },
    at: '2026-04-01T02:00:00.000Z',
  });
});

describe('refused, with the right status and nothing stored', () => {
  let before = 0;
  beforeAll(async () => {
    before = (await stored()).length;
  });
  afterAll(async () => expect((await stored()).length).toBe(before));

  const formats = Object.keys(SIGNED).map((format) => [format] as const);
  const plain = (format: string) => samples(clock.now, 'refused').find((each) => each.format === format)!;

  test.each(formats)('%s: forged', async (format) => {
    const body = plain(format).body;
    const good = signedAs(format, body);
    const forged = Object.fromEntries(
      Object.entries(good).map(([name, value]) => [
        name,
        /signature|auth/.test(name)
          ? value.replace(/.$/, (last) => (last === '0' ? '1' : last === '=' ? 'A' : '0'))
          : value,
      ]),
    );
    const none = { 'content-type': good['content-type']! };
    for (const headers of [forged, none]) {
      const answer = await send({ format: format as Sample['format'], headers, body });
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.json()).toMatchObject({ type: 'urn:tocsin:problem:bad-signature', status: 401 });
    }
    // The right signature of another body.
    if (format === 'cloudflare') return;
    expect((await send({ format: format as Sample['format'], headers: good, body: `${body} ` })).statusCode).toBe(401);
  });

  test.each(['standard-webhooks', 'ftagent', 'osv', 'authentication', 'cloudevents', 'resend'])(
    '%s: stale, and from the future',
    async (format) => {
      const { body } = plain(format);
      for (const shift of [-301_000, 302_000]) {
        clock.now -= shift;
        const headers = signedAs(format, body);
        clock.now += shift;
        const answer = await send({ format: format as Sample['format'], headers, body });
        expect(answer.json()).toMatchObject({ status: 401, type: 'urn:tocsin:problem:stale' });
      }
    },
  );

  test.each(formats)('%s: oversized, truncated, not UTF-8, not what it takes', async (format) => {
    const sample = plain(format);
    const ask = async (body: string | Buffer, headers = signedAs(format, body)) =>
      send({ format: sample.format, headers, body });
    expect((await ask('x'.repeat(1_048_577))).statusCode).toBe(413);
    const cut = sample.body.slice(0, sample.body.length / 2);
    expect((await ask(cut)).json()).toMatchObject({ status: 400, type: 'urn:tocsin:problem:not-json' });
    const latin = Buffer.from('{"title":"caf\xe9"}', 'latin1');
    expect((await ask(latin)).json()).toMatchObject({ status: 400, type: 'urn:tocsin:problem:not-utf-8' });
    for (const wrong of ['null', '7', '"secret-value"', '[["secret-value"]]', '{"secret-value":"secret-value"}']) {
      const answer = await ask(wrong);
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors.length).toBeGreaterThan(0);
      expect(answer.body).not.toContain('secret-value');
    }
    const good = signedAs(format, sample.body);
    expect((await ask(sample.body, { ...good, 'content-type': 'text/plain' })).statusCode).toBe(415);
    expect((await ask(sample.body, { ...good, 'content-encoding': 'gzip' })).statusCode).toBe(415);
    expect((await ask('', good)).statusCode).toBe(format === 'cloudflare' ? 400 : 401);
  });

  test.each(['osv', 'authentication'])('%s: a list of nothing is answered as such', async (format) => {
    const answer = await send({ format: format as Sample['format'], headers: signedAs(format, '[]'), body: '[]' });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ detections: 0, note: 'it holds no event' });
  });

  test('a source that there is not', async () => {
    const answer = await send(sampleOf('ftagent'), 'nobody');
    expect(answer.json()).toMatchObject({ status: 404, type: 'urn:tocsin:problem:unknown-source' });
    expect((await app.inject('/intake/ftagent')).statusCode).toBe(404);
  });
});

test('a secret is rotated with an overlap, and no longer', async () => {
  const body = JSON.stringify({ type: 'edge.anomaly', title: 'Rotation' });
  const signed = (id: string) => signStandard(body, id, clock.now, OLD_SECRET);
  expect((await send({ format: 'standard-webhooks', headers: signed('old-1'), body })).statusCode).toBe(202);
  clock.now += 60_000;
  expect((await send({ format: 'standard-webhooks', headers: signed('old-2'), body })).statusCode).toBe(401);
  expect(
    (await send({ format: 'standard-webhooks', headers: signStandard(body, 'new', clock.now), body })).statusCode,
  ).toBe(202);
});

test('too many requests of one source are refused for as long as is said, and no other source is', async () => {
  const body = JSON.stringify({ type: 'edge.anomaly', title: 'Many' });
  const ask = (id: string, name: string) =>
    send({ format: 'standard-webhooks', headers: signStandard(body, id, clock.now), body }, name);
  expect((await ask('m-1', 'slow')).statusCode).toBe(202);
  expect((await ask('m-2', 'slow')).statusCode).toBe(202);
  const refused = await ask('m-3', 'slow');
  expect(refused.statusCode).toBe(429);
  expect(Number(refused.headers['retry-after'])).toBe(30);
  expect((await ask('m-3', 'standard-webhooks')).statusCode).toBe(202);
  clock.now += 30_000;
  expect((await ask('m-3', 'slow')).statusCode).toBe(202);
});

test('the test vector of the Standard Webhooks libraries holds', () => {
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  const body = Buffer.from('{"test": 2432232314}');
  const secret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const verify = (over: Record<string, string>, now = 1614265330_000) =>
    standardWebhooks.verify({ headers: { ...headers, ...over }, body }, [`whsec_${secret}`], now);
  expect(() => verify({})).not.toThrow();
  const several = `v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= ${headers['webhook-signature']}`;
  expect(() => verify({ 'webhook-signature': several })).not.toThrow();
  expect(() => verify({ 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v2,') })).toThrow();
  expect(() => verify({ 'webhook-id': 'msg_other' })).toThrow();
  expect(() => verify({}, 1614265330_000 + 301_000)).toThrow();
  expect(new Webhook(secret).sign('msg_p5jXN8AQM9LWM0D4loKWxJek', new Date(1614265330_000), body.toString())).toBe(
    headers['webhook-signature'],
  );
});

test('health: live; ready while one of the two stores is there, and what is missing is said', async () => {
  expect((await app.inject('/livez')).statusCode).toBe(200);
  const ready = await app.inject('/readyz');
  expect(ready.statusCode).toBe(200);
  expect(ready.json().parts).toEqual({ postgres: 'ok', temporal: expect.stringContaining('TEMPORAL_ADDRESS') });
  expect(ready.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
});

test('a plugin has its own parsers', async () => {
  const answer = await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } });
  expect(answer.json()).toEqual({ a: 1 });
});
