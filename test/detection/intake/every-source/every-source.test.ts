/**
 * Each format and each ready mapping on what its vendor documents, through the server and over Postgres, well signed: a thousand
 * repeats at the same time are one, and whatever is changed in it, each event is stored, counted or refused, never a 5xx, and one
 * bad value costs no more than its event. 100,000 changed ones of each source: npm run fuzz:intake
 */
import { afterFile, createTestDatabase } from '../../../setup/helpers';
import { sendChanged } from './changed';
import { payloadsOf, SOURCES } from './payloads';
import { createWorld, rowsOf, type World } from './world';

const INPUTS = 150;
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
        const answer = await fetch(`${url}/intake/${source}`, { method: 'POST', headers: signed(body, 1), body });
        await answer.arrayBuffer();
        return answer.status;
      }),
    );
    expect(new Set(statuses)).toEqual(new Set([202]));
    expect(payload!.rows).toBeGreaterThan(0);
    expect((await rowsOf(world)) - before).toBe(payload!.rows);
  });
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
