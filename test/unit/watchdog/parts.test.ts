/** What the watchdog tells of a part that is away: what is at stake, and what to look at. */
import { Watchdog } from '../../../watchdog/watchdog';

const away = (message: string) => async () => {
  throw new Error(message);
};
const watchdog = (query: () => Promise<never>, temporal: () => Promise<never>) =>
  new Watchdog({ pool: { query }, temporal, taskQueue: 'tocsin', mail: {}, dataDir: __dirname, log: {} } as never, {
    mail: [],
    later: [],
    everyMs: 60_000,
  });

test('each part that does not answer is told with what is at stake and the setting that names it', async () => {
  const { found } = await watchdog(away('refused'), away('no route')).look();
  expect(found.flatMap((each) => (each.kind === 'part' && each.part !== 'disk' ? [each.problem] : []))).toEqual([
    'Postgres does not answer (refused): nothing can be recorded. Check that it runs and that DATABASE_URL names it',
    'Temporal does not answer (no route): no deadline is acted on. Check that it runs and that TEMPORAL_ADDRESS names it',
  ]);
});
