/**
 * Thousands of sleeping incidents on one worker, which is killed just before a deadline that they have in common and started
 * again just after it: each rings once, within two minutes. TOCSIN_FAULTS_SLEEPING says how many there are, else 3,000.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { toMs } from '../../domain/kernel/time';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { declarationOf, of, RealWorld } from '../setup/real-world';
import { seeded, shuffled } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { halfIsOverIn } from './standing';

const COUNT = Number(process.env.TOCSIN_FAULTS_SLEEPING || 3_000);
const AT_ONCE = 24;
/** By then all sleep: a few times as long as a machine takes that does nothing else. */
const ASLEEP_WITHIN_MS = 60_000 + COUNT * 150;
const AWAY_MS = 15_000;
/** By then each has rung, however many there are. */
const PROMPT_MS = 120_000;
/** Of so many everything is looked at. */
const SAMPLE = 20;

const ids = Array.from({ length: COUNT }, (_, n) => `SLEEPING-${n}`);

test(
  'the worker is away across a deadline of all: each rings once, and promptly',
  async () => {
    quietWorkers();
    const world = await RealWorld.start();
    const first = await world.startWorker();
    const { detectedAt } = halfIsOverIn(ASLEEP_WITHIN_MS + AWAY_MS);
    const dueAt = Date.now() + ASLEEP_WITHIN_MS + AWAY_MS;
    const left = [...ids];
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (let id = left.pop(); id; id = left.pop())
          await world.client.declare({ declaration: declarationOf(id, { detectedAt }) });
      }),
    );
    const written = async () => {
      const { rows } = await world.pool.query(
        'SELECT count(DISTINCT incident_id)::int AS n FROM tocsin.register_entries',
      );
      return rows[0].n as number;
    };
    await until('all stand in the register', async () => (await written()) === COUNT, dueAt - AWAY_MS - Date.now());
    await sleep(dueAt - AWAY_MS - Date.now());
    injected('an incident asleep when its worker is killed', COUNT);
    await first.kill();
    await sleep(dueAt + AWAY_MS - Date.now());
    const second = await world.startWorker();
    const back = Date.now();

    /** When its alarms were mailed, by incident. */
    const rung = () => {
      const at = new Map<string, number[]>(ids.map((id) => [id, []]));
      for (const { request, created_at } of world.mailbox.messages()) {
        const [, id] = /^alarm\/([^/]+)\//.exec(request?.key ?? '') ?? [];
        if (id) at.get(id)?.push(Date.parse(created_at));
      }
      return at;
    };
    const haveAll = () => [...rung().values()].every(({ length }) => length > 0);
    await until('all ring', async () => haveAll() || (await sleep(2_000, false)), 5 * PROMPT_MS).catch(() => undefined);
    await sleep(5_000);

    const firsts = [...rung().values()].flatMap((times) => (times.length > 0 ? Math.min(...times) - back : []));
    injected(`seconds until the last of ${firsts.length} rang`, Math.ceil(Math.max(...firsts) / 1000));
    const tally = new Tally();
    for (const [id, times] of rung()) {
      const alarms = of(await readIncidentEvents(world.pool, id), 'alarm-raised').map(({ at }) => toMs(at));
      tally.once(
        `${id}: alarms`,
        ['in the register', 'in the mailbox'],
        [...alarms.map(() => 'in the register'), ...times.map(() => 'in the mailbox')],
      );
      for (const at of [...alarms, ...times])
        tally.check('early', at >= toMs(detectedAt as never) + 3_600_000, () => id);
      const late = Math.min(...times) - back;
      tally.check('silent', late <= PROMPT_MS, () => `${id}: it rang ${late} ms after the worker was back`);
    }
    report(tally);
    expect(tally.found()).toEqual([]);
    for (const id of shuffled(ids, seeded('sleeping')).slice(0, SAMPLE))
      await world.expectSound(id, {}, { open: true });
    await second.stop();
  },
  ASLEEP_WITHIN_MS + 6 * PROMPT_MS + 300_000,
);
