// Every route of the intake with every state of what its sender proves, from one table: a route without a row fails.
import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { Webhook } from 'standardwebhooks';
import { logPlugin } from '../../../detection/intake/log-plugin';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import { adapterOf } from '../../../detection/intake/sources';
import { loadReportsConfig } from '../../../detection/reports/config';
import { reportsPlugin } from '../../../detection/reports/plugin';
import { aLog } from '../../register/anchors.helpers';

/** What a route asks of its sender. */
type Rule = 'anybody' | 'a signature' | 'the link of a mail' | 'the token, for bundles';

const RULES: Record<string, Rule> = {
  'GET /livez': 'anybody',
  'GET /readyz': 'anybody',
  'POST /intake/:source': 'a signature',
  'GET /security/report': 'anybody',
  'HEAD /security/report': 'anybody',
  'POST /security/report': 'anybody',
  'GET /security/report/:reportId/:token': 'the link of a mail',
  'HEAD /security/report/:reportId/:token': 'the link of a mail',
  'POST /security/report/:reportId/:token': 'the link of a mail',
  'GET /.well-known/security.txt': 'anybody',
  'HEAD /.well-known/security.txt': 'anybody',
  'GET /security.txt': 'anybody',
  'POST /security/mail': 'a signature',
  'GET /log/*': 'the token, for bundles',
  'HEAD /log/*': 'the token, for bundles',
};

const secret = () => `whsec_${randomBytes(24).toString('base64')}`;
const [OURS, OTHER] = [secret(), secret()];
const TOKEN = 'a-token-of-the-auditor';
const added: string[] = [];
let app: FastifyInstance;

/** A Postgres that holds nothing. */
const pool = { query: async () => ({ rows: [], rowCount: 0 }), connect: () => Promise.reject(new Error('away')) };

beforeAll(async () => {
  const { log } = await aLog(300);
  await log.sign();
  const quiet = { info() {}, warn() {}, error() {} };
  const reports = reportsPlugin({
    ...loadReportsConfig(undefined, new Date()),
    ...{ pool: pool as never as Pool, organisation: 'Example', log: quiet, now: () => new Date() },
    start: async () => undefined,
    mailSecret: OURS,
  });
  app = await createIntake({
    sources: [
      {
        ...{ name: 'edge', adapter: adapterOf('standard-webhooks')!, secrets: [{ value: OURS }] },
        ...{ scope: 'platform', perMinute: 1_000 },
      },
    ],
    store: async () => undefined,
    health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
    plugins: [reports, logPlugin(log.store, TOKEN)],
    onRoute: (route) => added.push(route),
  });
});
afterAll(() => app?.close());

const of = (rule: Rule) => Object.keys(RULES).filter((route) => RULES[route] === rule);

/** Asks a route, with what stands in the place of its parameters. */
function ask(route: string, as: { path?: string; headers?: Record<string, string>; payload?: string } = {}) {
  const [method, path] = route.split(' ') as ['GET', string];
  const url = path
    .replace('*', as.path ?? 'checkpoint')
    .replace(':source', 'edge')
    .replace(':reportId', 'VR-20260602-00000000')
    .replace(':token', 'x'.repeat(43));
  const json = { 'content-type': 'application/json' };
  return app.inject({
    method,
    url,
    headers: { ...(method === ('POST' as string) && json), ...as.headers },
    payload: as.payload,
  });
}

/** The headers of a webhook, signed with a secret at an instant. */
function signed(by: string, payload: string, at = new Date()): Record<string, string> {
  return {
    'webhook-id': 'msg-1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(by).sign('msg-1', at, payload),
  };
}

test('each row has its route, and each route its row', () => {
  expect(added.sort()).toEqual(Object.keys(RULES).sort());
});

test.each(of('anybody'))('%s is for anybody', async (route) => {
  expect([401, 403, 404, 500]).not.toContain((await ask(route)).statusCode);
});

const BODY = JSON.stringify({ type: 'edge.anomaly', title: 'x', from: 'a@example.com', subject: 'x', text: 'x' });
const LONG_AGO = new Date(Date.now() - 3_600_000);

test.each(of('a signature'))(
  '%s takes nothing but what is signed with its secret, lately and as it is',
  async (route) => {
    for (const [what, headers] of [
      ['none', {}],
      ['another secret', signed(OTHER, BODY)],
      ['an hour ago', signed(OURS, BODY, LONG_AGO)],
      ['another body', signed(OURS, `${BODY} `)],
      ['a bearer token', { authorization: `Bearer ${TOKEN}` }],
    ] as const)
      expect([what, (await ask(route, { headers, payload: BODY })).statusCode]).toEqual([what, 401]);
    expect((await ask(route, { headers: signed(OURS, BODY), payload: BODY })).statusCode).not.toBe(401);
  },
);

test.each(of('the link of a mail'))('%s tells a link that nobody was sent nothing', async (route) => {
  expect((await ask(route)).statusCode).toBe(404);
});

test.each(of('the token, for bundles'))('%s: hashes for anybody, entries for whoever has the token', async (route) => {
  const status = async (path: string, authorization?: string) =>
    (await ask(route, { path, ...(authorization && { headers: { authorization } }) })).statusCode;
  for (const path of ['checkpoint', 'vkey', 'tile/0/000']) expect([path, await status(path)]).toEqual([path, 200]);
  const entries = 'tile/entries/000';
  expect([await status(entries), await status(entries, 'Bearer another'), await status(entries, TOKEN)]).toEqual([
    401, 401, 401,
  ]);
  expect(await status(entries, `Bearer ${TOKEN}`)).toBe(200);
});
