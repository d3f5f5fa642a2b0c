/** An incident is shown from the register where no worker answers: soon, and saying so. */
import type pg from 'pg';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { createTestDatabase } from '../setup/helpers';
import { Story, tocsin } from '../unit/cli/helpers';

const ID = 'INC-20260401-9f3a';
let pool: pg.Pool;
let url: string;

beforeAll(async () => {
  url = (await createTestDatabase()).url;
  pool = createPool(url);
  await appendEntries(pool, new Story({ id: ID }).events);
});

afterAll(() => pool?.end());

/** What its queries answer where nobody takes them: nothing, for as long as anybody waits. */
function nobody() {
  const never = () => new Promise<never>(() => {});
  return {
    view: never,
    timeline: never,
    explain: never,
    stands: async () => 'running',
    listUpTo: async () => ({ cases: [], cut: false }),
  } as never;
}

async function at(argv: string[], client = nobody()) {
  const startedMs = Date.now();
  const ran = await tocsin(argv, client, { DATABASE_URL: url });
  return { ...ran, tookMs: Date.now() - startedMs };
}

test('`show` answers from the register within 3 seconds', async () => {
  const { exitCode, out } = await at(['show', ID]);
  expect(exitCode).toBe(0);
  expect(out).toContain('No worker has answered');
  expect(out).toMatch(/containment .*open/);
  // Once its modules are loaded; what else a busy machine does may hold up one look, not each.
  const looks: number[] = [];
  while (looks.length < 5 && !looks.some((ms) => ms < 3_000)) looks.push((await at(['show', ID])).tookMs);
  expect(Math.min(...looks)).toBeLessThan(3_000);
});

test('so do `next`, and `show --json`, which marks it', async () => {
  expect((await at(['next', ID])).out).toMatch(
    /No worker has answered[\s\S]*1\. {2}Assess: is personal data affected\?/,
  );
  // No worker, so silence sends nothing.
  expect((await at(['next', ID])).out).not.toContain('sent automatically');
  expect(JSON.parse((await at(['show', ID, '--json'])).out)).toMatchObject({
    fromRegister: true,
    state: { caseId: ID },
  });
});

test('a query that fails after the register has answered harms nobody', async () => {
  const failing = () =>
    new Promise<never>((_, reject) => setTimeout(reject, 2_500, new Error('Channel has been shut down')));
  const client = { ...(nobody() as object), view: failing, timeline: failing, explain: failing } as never;
  expect((await at(['show', ID], client)).exitCode).toBe(0);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
});
