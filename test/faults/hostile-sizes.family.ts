/**
 * As much as the edge accepts, and more, also past the edge by a plain client: workspaces, every list at its bound, measures and
 * corrections in characters of three bytes, over new runs, with Postgres away. What is too large is refused; nothing stops a
 * clock, no workflow is ended by the server, a new run can always begin, and all that was taken is there in the end.
 */
import { TASK_QUEUE } from '../../domain/incident/contract';
import { readIncidentEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { AUDIENCE, declarationOf, of, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { late } from './boundaries';
import { peopleClose } from './people';
import { beginsAnew, HAN, inHan, withinBounds, workspaces, writersOf } from './sizes';
import { rests } from './standing';

let world: RealWorld;
let worker: WorkerChild;
let isAway = false;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start({ newRunAfter: 400 });
  worker = await world.startWorker();
}, 120_000);

/** What one test leaves, the next does not find. */
afterEach(() => back(), 60_000);
afterAll(() => worker.stop());

async function away(): Promise<void> {
  await world.stopPostgres();
  isAway = true;
}

async function back(): Promise<void> {
  if (isAway) await world.startAgain();
  isAway = false;
}

async function closes(id: string, audience = AUDIENCE): Promise<void> {
  await peopleClose(world, id, 300_000);
  await world.expectSound(id, audience);
  injected('bytes of the largest event of a history', await withinBounds(world, id));
}

/** Each measure that was taken stands in the register once. */
async function hasMeasures(id: string, taken: readonly string[]): Promise<void> {
  const tally = new Tally();
  const events = await readIncidentEvents(world.pool, id);
  const written = of(events, 'measure-recorded').map(({ data }) => data.text.split(' ')[0]!);
  tally.once(
    `${id}: measures in the register`,
    [...taken],
    written.filter((text) => /^\d+$/.test(text)),
  );
  report(tally);
  expect(tally.found()).toEqual([]);
}

/** Sends numbered measures of `han` characters of three bytes; answers which were taken. */
async function measures(id: string, count: number, han: number): Promise<string[]> {
  const taken: string[] = [];
  let refused = 0;
  for (let n = 0; n < count; n++) {
    const measure = { text: `${n} ${HAN.repeat(han)}`, by: 'oncall', commandId: `han-${n}` };
    await world.client.send(id, 'measure', measure).then(
      () => taken.push(String(n)),
      (error: Error) => {
        expect(JSON.stringify(error)).toMatch(/the incident holds \d+ kB of the 450 kB/);
        refused++;
      },
    );
  }
  injected(`measures of ${han} characters of three bytes`, taken.length);
  if (refused > 0) injected('measures that were too many, refused', refused);
  return taken;
}

test('workspaces: as many as are taken go through the whole lifecycle; more are refused, and nothing was begun', async () => {
  const given = (id: string, list: string[]) => ({
    declaration: declarationOf(id, { assessment: { ...wholeBreach, workspaces: list } }),
    policy,
  });
  const long = Array.from({ length: 20_000 }, (_, i) => `${i}`.padStart(60, 'w'));
  for (const [n, list] of [long, workspaces(260_000)].entries()) {
    const id = `SIZES-refused-${n + 1}`;
    await expect(world.client.declare(given(id, list))).rejects.toThrow();
    expect(await world.client.find(id)).toBeUndefined();
    injected('a declaration that is too large, refused');
  }
  // Whoever has no client of ours: the server takes 1.3 MB, so the workflow refuses it and says why.
  const raw = await world.temporal.workflow.start('incident', {
    taskQueue: TASK_QUEUE,
    workflowId: 'SIZES-raw',
    args: [given('SIZES-raw', long)],
  });
  await expect(raw.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('workspaces') } });
  expect((await raw.describe()).status.name).toBe('FAILED');
  injected('a start of 1.3 MB by a plain client, refused');
  await world.client.declare(given('SIZES-workspaces', workspaces(190_000)));
  injected('a declaration of 190 kB');
  await closes('SIZES-workspaces');
}, 600_000);

test('measures of two thousand characters of three bytes, past the bound of the state, over new runs', async () => {
  const id = 'SIZES-han';
  await world.client.declare({ declaration: declarationOf(id, { ...late(), assessment: wholeBreach }), policy });
  await rests(world, id);
  const taken = await measures(id, 200, 1_990);
  // Past the client's own check, by a plain signal: it is recorded as turned away, and nothing of it is kept.
  await world.temporal.workflow.getHandle(id).signal('measure', { text: HAN.repeat(600_000), by: 'detector' });
  await until('a signal of 1.8 MB is turned away', async () => {
    const events = await readIncidentEvents(world.pool, id);
    return of(events, 'rejected').some(({ data }) => /too large|at most|Too big/.test(data.problems.join()));
  });
  injected('a signal of 1.8 MB by a plain client, turned away');
  await beginsAnew(world, id);
  injected('a new run of a full incident');
  await closes(id);
  await hasMeasures(id, taken);
}, 600_000);

test('Postgres away: three hundred measures and twelve corrections, all in characters of three bytes; a deadline rings meanwhile', async () => {
  const id = 'SIZES-away';
  const HOUR_MS = 3_600_000;
  const leftMs = 100_000;
  const dueMs = Date.now() + leftMs;
  const detectedAt = new Date(dueMs - 2 * HOUR_MS).toISOString();
  await world.client.declare({ declaration: declarationOf(id, { detectedAt, assessment: wholeBreach }), policy });
  await rests(world, id);
  await away();
  const fromMs = Date.now();
  const taken = await measures(id, 300, 300);
  expect(taken).toHaveLength(300);
  for (let n = 1; n <= 12; n++) {
    const correction = { assessment: inHan(n, 90_000), by: 'counsel', commandId: `correct-${n}` };
    await world.client.send(id, 'assess', correction);
  }
  injected('corrections of 130 kB with Postgres away', 12);
  await until('entries are given to a workflow of their own', async () => (await writersOf(world, id)) > 0, 120_000);
  await beginsAnew(world, id);
  injected('a new run with Postgres away');
  await until('the deadline has passed', () => Date.now() > dueMs + 2_000, leftMs + 10_000);
  const backlog = (await world.view(id)).registerBacklog;
  injected('entries that waited for Postgres', backlog);
  await back();
  const toMs = Date.now();
  injected('workflows that wrote entries of their own', await writersOf(world, id));
  await rests(world, id, 180_000);
  await beginsAnew(world, id);
  injected('a new run afterwards');

  const events = await readIncidentEvents(world.pool, id);
  const tally = new Tally();
  const corrected = of(events, 'assessed').filter(({ data }) => JSON.stringify(data).includes(HAN)).length;
  tally.whole(corrected === 12, () => `${id}: 12 corrections were taken, ${corrected} are written`);
  const rang = of(events, 'alarm-raised').some(
    ({ at, data }) => data.threshold.kind === 'due' && Date.parse(at) >= fromMs && Date.parse(at) <= toMs,
  );
  tally.check('silent', rang, () => `${id}: its deadline passed with Postgres away, and no alarm of it rang then`);
  report(tally);
  expect(tally.found()).toEqual([]);
  // It stays open: what its notices would weigh is none of what this is about.
  await rests(world, id, 120_000);
  await world.expectSound(id, {}, { open: true });
  injected('bytes of the largest event of a history', await withinBounds(world, id));
  await hasMeasures(id, taken);
}, 900_000);

test('every list of a declaration at its bound is worked off; one more in any of them is refused by its name', async () => {
  const id = 'SIZES-lists';
  const upTo = <T>(count: number, each: (n: number) => T) => Array.from({ length: count }, (_, n) => each(n));
  const [accounts, stored] = wholeBreach.dataSets!;
  const lists = (over: number) => ({
    systems: upTo(2_000 + over, (n) => `system-${n}`),
    isolate: upTo(100 + over, (n) => `system-${n}`),
    maliciousSources: upTo(100 + over, (n) => `198.51.100.${n}`),
    credentials: upTo(100 + over, (n) => ({ provider: 'webhook' as const, ref: `key-${n}` })),
    dataSets: [accounts!, ...upTo(99 + over, (n) => ({ ...stored!, id: `set-${n}`, title: `Content ${n}` }))],
  });
  const atBound = lists(0);
  const given = ({ dataSets, ...declared }: ReturnType<typeof lists>, incident: string) => ({
    declaration: declarationOf(incident, { ...declared, assessment: { ...wholeBreach, dataSets } }),
    policy,
  });
  for (const list of Object.keys(atBound) as Array<keyof typeof atBound>) {
    const over = { ...atBound, [list]: lists(1)[list] };
    const refused = await world.client.declare(given(over, `${id}-${list}`)).catch((error) => error);
    expect({ list, said: JSON.stringify(refused) }).toEqual({ list, said: expect.stringContaining(list) });
    expect(await world.client.find(`${id}-${list}`)).toBeUndefined();
    injected('a list with one too many, refused');
  }
  await world.client.declare(given(atBound, id));
  injected('a declaration with every list at its bound');
  await rests(world, id, 240_000);
  await closes(id);
}, 700_000);
