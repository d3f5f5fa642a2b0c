/**
 * Each format and each ready mapping on what its vendor documents, through the server and over Postgres, well signed: a thousand
 * repeats at the same time are one, and whatever is changed in it, each event is stored, counted or refused, never a 5xx, and one
 * bad value costs no more than its event. 100,000 changed ones of each source: npm run fuzz:intake
 */
import { Agent, createServer, type OutgoingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { isUnavailable } from '../../../../postgres/outage';
import { afterFile, createTestDatabase } from '../../../setup/helpers';
import { sendChanged } from './changed';
import { payloadsOf, SOURCES } from './payloads';
import { createWorld, rowsOf, type World } from './world';

const INPUTS = 100;
const REPEATS = 1_000;

test('each source has a payload of its vendor', () => {
  for (const source of SOURCES) expect([source, payloadsOf(source).length]).not.toEqual([source, 0]);
});

describe('a thousand times at the same time', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await createWorld((await createTestDatabase()).url);
    url = await world.app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => world?.close());

  test.each(SOURCES)('%s: stored once, and nobody is refused', async (source) => {
    // The one that makes most rows, among which none may be lost.
    const [payload] = payloadsOf(source).sort((a, b) => b.rows - a.rows);
    const { body, signed } = payload!;
    const before = await rowsOf(world);
    const statuses = await Promise.all(
      Array.from({ length: REPEATS }, async () => {
        for (;;) {
          const status = await sent(`${url}/intake/${source}`, signed(body, 1), body);
          // A connection to Postgres that a busy machine did not open in three seconds: it is told, and the sender comes again.
          if (status !== 503 || !world.faults.every(isUnavailable)) return status;
          await pause(1_000);
        }
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(payload!.rows).toBeGreaterThan(0);
    expect((await rowsOf(world)) - before).toBe(payload!.rows);
  });
});

/** What a busy machine does to a connection before any answer: no fault of the intake, and a sender sends again. */
const UNCONNECTED = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'];
const SENDS = 10;

/** As a sender sends: again where no connection came about or it was cut, and at no answer. Answers the status. */
async function sent(url: string, headers: OutgoingHttpHeaders, body: string): Promise<number> {
  for (let n = 1; ; n++) {
    try {
      return await posted(url, headers, body);
    } catch (error) {
      if (n === SENDS || !UNCONNECTED.includes((error as { code?: string }).code ?? '')) throw error;
      await pause(100 * n);
    }
  }
}

/** Not `fetch`, whose own work for seventeen thousand requests is an eighth of the processor time of this file (a profile). */
const agent = new Agent({ keepAlive: true });
afterFile(() => agent.destroy());

function posted(url: string, headers: OutgoingHttpHeaders, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', headers, agent }, (answer) => {
      answer.once('end', () => resolve(answer.statusCode!));
      answer.once('error', (cause) => reject(new Error('the answer was cut off', { cause })));
      answer.resume();
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

test('what is cut off is sent again, and what was answered never', async () => {
  let requests = 0;
  const server = createServer((request, response) => {
    requests++;
    if (requests < 3) request.socket.destroy();
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => void server.close());
  const { port } = server.address() as AddressInfo;
  expect(await sent(`http://127.0.0.1:${port}/`, {}, '{}')).toBe(503);
  expect(requests).toBe(3);
});

describe('changed in its structure', () => {
  test.each(SOURCES.map((source, n) => [source, n + 1] as const))(
    '%s: each event is stored, counted or refused',
    async (source, seed) => {
      const world = await createWorld((await createTestDatabase()).url);
      afterFile(() => world.close());
      const { statuses, oneValue } = await sendChanged(world, source, { inputs: INPUTS, seed, atOnce: 64 });
      expect((statuses[202] ?? 0) / INPUTS).toBeGreaterThan(0.1);
      expect(oneValue).toBeGreaterThan(0);
    },
  );
});
