// One at a time under a name, over processes; without Postgres it is done all the same.

import { createStatuspage } from '../../activities/status-page/statuspage';
import { alone } from '../../postgres/alone';
import { createPool } from '../../postgres/pool';
import { afterFile, createTestDatabase } from '../setup/helpers';
import { STATUSPAGE_KEY, startStatuspageRecorder } from '../setup/statuspage-recorder';
import { failureOf } from '../unit/activities/fixtures';

const pools = async (n: number) => {
  const { url } = await createTestDatabase();
  return Array.from({ length: n }, () => {
    const pool = createPool(url);
    afterFile(() => pool.end());
    return pool;
  });
};

test('while one acts another is told so, another name is free, and the end, or a failure, frees it', async () => {
  const [one, two] = await pools(2);
  let end: () => void = () => undefined;
  let begun: () => void = () => undefined;
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const first = alone(one!, 'a', () => {
    begun();
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  await isBegun;
  expect(await alone(two!, 'a', async () => 1)).toBe('busy');
  expect(await alone(two!, 'b', async () => 1)).toEqual({ did: 1 });
  end();
  await first;
  await expect(
    alone(two!, 'a', async () => {
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await alone(one!, 'a', async () => 1)).toEqual({ did: 1 });
});

test('without Postgres it is done, and so it is where the connection breaks meanwhile', async () => {
  const away = createPool('postgres://tocsin@127.0.0.1:1/tocsin');
  afterFile(() => away.end());
  expect(await alone(away, 'a', async () => 1)).toEqual({ did: 1 });
  const [pool, other] = await pools(2);
  const act = async () => {
    await other!.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'",
    );
    return 1;
  };
  expect(await alone(pool!, 'a', act)).toEqual({ did: 1 });
});

test('two updates of an incident from two workers at the same time are both noted, on one incident', async () => {
  const recorder = await startStatuspageRecorder(['page1']);
  const config = { apiKey: STATUSPAGE_KEY, baseUrl: recorder.url, pages: ['page1'], notify: true };
  const [one, two] = (await pools(2)).map((pool) =>
    createStatuspage(config, { alone: (name, act) => alone(pool, name, act) }),
  );
  const update = (obligation: string) => ({
    ...{ incidentId: 'INC-7', obligation, round: 1, at: '2026-04-01T03:00:00.000Z', status: 'investigating' as const },
    ...{ subject: 'Service incident', text: obligation, detectedAt: '2026-04-01T02:00:00.000Z', exercise: false },
  });
  recorder.isLate('POST', 300);
  const first = one!.publish(update('a'));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await failureOf(two!.publish(update('b')))).toMatchObject({ type: 'StatusPageUnavailable' });
  await first;
  await two!.publish(update('b'));
  const [incident, ...others] = recorder.pages.get('page1')!;
  expect(others).toEqual([]);
  expect(incident!.metadata.tocsin).toMatchObject({ 'a/1': expect.any(String), 'b/1': expect.any(String) });
});
