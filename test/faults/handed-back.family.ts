/**
 * Detections come in over HTTP to cases that are decided at the same moment, so that each case hands back to the inbox what was sent
 * before its decision. The worker is killed by kill -9 before it does, with the inbox half told, and once the inbox has them; the intake
 * dies with it. Each detection is counted once, by the case that answers for it; what no decision answers for waits for a person.
 */
import path from 'node:path';
import { deliveryOf } from '../../domain/triage/delivery';
import type { TriageState } from '../../domain/triage/state';
import { freePort, LOOPBACK } from '../../platform/free-port';
import type { ServerProcess } from '../../platform/server-process';
import { readEvents } from '../../register/read-incident';
import { signStandard } from '../detection/intake/samples';
import { Gate } from '../setup/gate';
import { afterFile } from '../setup/helpers';
import { injected, report, Tally } from '../setup/invariants/tally';
import { RealWorld } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { rulesIn, startIntakeProcess, writeIntakeFiles } from './intake-process';
import { soundCase } from './sound-case';

/** Where the worker dies, each with a case of its own. */
const DIES = ['before', 'between', 'after'] as const;
const AGAIN_MS = 150_000;

let world: RealWorld;
let intakePort: number;
let intake: ServerProcess;
let toInbox: Gate;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  writeIntakeFiles(world.dir);
  toInbox = await Gate.before(Number(new URL(world.postgres.url).port));
  intakePort = await freePort();
  intake = await startIntake();
  afterFile(async () => {
    await intake.kill();
    await toInbox.stop();
  });
}, 120_000);

const workerEnv = () => ({ TOCSIN_DETECTION_RULES: rulesIn(world.dir) });

function startIntake(): Promise<ServerProcess> {
  const databaseUrl = toInbox.through(world.postgres.url);
  const { dir, temporalAddress: temporal } = world;
  return startIntakeProcess({ dir, dataDir: path.join(dir, 'intake-data'), databaseUrl, temporal, port: intakePort });
}

interface Sent {
  eventId: string;
  about: string;
  systems?: string[];
  severity?: string;
}

async function send({ eventId, about, systems = ['api'], severity }: Sent): Promise<void> {
  const body = JSON.stringify({ type: 'edge.anomaly', title: 'Odd traffic', correlationId: about, systems, severity });
  const answer = await fetch(`http://${LOOPBACK}:${intakePort}/intake/edge`, {
    method: 'POST',
    headers: signStandard(body, eventId, Date.now()),
    body,
    signal: AbortSignal.timeout(20_000),
  });
  if (answer.status !== 202) throw new Error(`${eventId}: ${answer.status} ${await answer.text()}`);
}

interface Row {
  event_id: string;
  state: string;
  case_id: string | null;
}

const inbox = async () => (await world.pool.query<Row>('SELECT event_id, state, case_id FROM tocsin.inbox')).rows;
const rowOf = async (eventId: string) => (await inbox()).find((row) => row.event_id === eventId);

/** What comes while the decision is on its way: repeats of what is dismissed, and what that answers for as little as for anything. */
const comingTo = (about: string): Sent[] => [
  { eventId: `${about} repeat 1`, about },
  { eventId: `${about} repeat 2`, about },
  { eventId: `${about} elsewhere`, about, systems: ['payments'] },
  { eventId: `${about} graver`, about, severity: 'sev1' },
];
/** While Postgres is away for the intake: Temporal has it, and the inbox has no row. */
const straightTo = (about: string): Sent => ({ eventId: `${about} straight`, about, systems: ['billing'] });

test('kill -9 of worker and intake where a case hands detections back: each is counted once, none lost', async () => {
  const cases = await openCases();
  // Nobody works while people dismiss, and detections come after that to cases which lists call undecided.
  for (const [about, id] of cases)
    await world.client.signal(id, 'dismiss', { by: 'anna', reason: 'a load test', commandId: `dismiss ${about}` });
  const coming = DIES.flatMap(comingTo);
  // One of them twice: its sender lost the answer.
  await Promise.all([...coming, coming[0]!].map(send));
  for (const { eventId, about } of coming)
    await until(`${eventId} was sent to its case`, async () => {
      const row = await rowOf(eventId);
      return row?.state === 'triaged' && row.case_id === cases.get(about);
    });
  const straight = DIES.map(straightTo);
  toInbox.hold({ request: [/tocsin/], stage: 'request' });
  await Promise.all(straight.map(send));
  toInbox.cut();
  const all = await inbox();
  const went = straight.filter(({ eventId }) => !all.some((row) => row.event_id === eventId));
  injected('a detection past the inbox, while Postgres was away for the intake', went.length);

  const inTheMiddle = world.gates.postgres.hold({
    request: [/unnest\(\$2::text\[\], \$3::text\[\]\) WITH ORDINALITY/, new RegExp(cases.get('between')!)],
    stage: 'answer',
  });
  const worker = await world.startWorker({
    env: workerEnv(),
    holds: (['before', 'after'] as const).map((when) => ({
      ...{ activity: 'handBackDetections', when, workflow: cases.get(when)! },
    })),
  });
  await until('each stands where it dies', () => worker.hanging().length === 2 && inTheMiddle.count() > 0);
  injected('a hand-back held at its boundary', worker.hanging().length + inTheMiddle.count());
  await Promise.all([worker.kill(), intake.kill()]);
  injected('kill -9 of the intake');
  world.gates.postgres.cut();
  intake = await startIntake();
  const second = await world.startWorker({ env: workerEnv() });

  const sent = [...DIES.map(firstOf), ...coming, ...straight];
  // Until its case has asked for it a detection is where it was sent first: only the counts say that all is done.
  const isDone = ({ rows, states }: Awaited<ReturnType<typeof look>>) =>
    rows.length === sent.length && rows.every(isSettled) && sum(states) >= sent.length;
  await until('all are counted', async () => isDone(await look()), AGAIN_MS).catch(() => undefined);
  const { rows, states } = await look();
  const ids = states.map(({ id }) => id);

  const tally = new Tally();
  for (const id of ids) await soundCase(world, tally, id);
  const names = new Map(sent.map(({ eventId }) => [deliveryOf({ source: 'edge', eventId }), eventId]));
  tally.once(
    'detections in the register of cases',
    sent.map(({ eventId }) => eventId),
    (await deliveriesOf(ids)).map((hash) => names.get(hash) ?? hash),
  );
  tally.whole(rows.length === sent.length && rows.every(isSettled), () => `the inbox: ${JSON.stringify(rows)}`);
  tally.check('doubled', sum(states) === sent.length, () => `${sent.length} were sent, and ${sum(states)} are counted`);
  for (const about of DIES) answersFor(tally, about, cases.get(about)!, rows, states);
  for (const { id, status, decision } of states)
    tally.check('silent', status === 'waiting' || decision !== undefined, () => `${id} is ${status}`);
  tally.cannot('early', 'nothing of these is sent at a time of its own');
  report(tally);
  expect(tally.found()).toEqual([]);
  expect(second.output()).not.toMatch(/nondeterminism/i);
  await second.stop();
}, 300_000);

const isSettled = ({ state }: Row) => state === 'triaged' || state === 'decided';

/** Where each detection went, and the cases that they went to. */
async function look() {
  const rows = await inbox();
  const ids = [...new Set(rows.flatMap(({ case_id }) => case_id ?? []))].sort();
  const states = ids.map(async (id) => ({ id, ...(await world.client.view<'triage'>(id))!.state }));
  return { rows, states: await Promise.all(states) };
}

const firstOf = (about: string): Sent => ({ eventId: `${about} first`, about });

/** A case for each place to die, open; then no worker runs. */
async function openCases(): Promise<Map<string, string>> {
  const opening = await world.startWorker({ env: workerEnv() });
  await Promise.all(DIES.map((about) => send(firstOf(about))));
  const ids = new Map<string, string>();
  for (const about of DIES) {
    const row = await until(`${about}: its case is open`, async () => {
      const found = await rowOf(firstOf(about).eventId);
      return found?.state === 'triaged' && found;
    });
    const id = row.case_id!;
    await until(`${id} rests`, async () => (await world.client.view(id))?.registerBacklog === 0);
    ids.set(about, id);
  }
  await opening.stop();
  return ids;
}

/** Repeats stay with the dismissal; the rest is in cases that wait for somebody, each told by what it is about. */
function answersFor(
  tally: Tally,
  about: string,
  id: string,
  rows: Row[],
  states: Array<TriageState & { id: string }>,
): void {
  const dismissed = states.find((state) => state.id === id);
  tally.whole(
    dismissed?.status === 'dismissed' && dismissed.count === 3,
    () => `${about}: ${id} is ${dismissed?.status} with ${dismissed?.count} of 3`,
  );
  const others = [...comingTo(about).slice(2), straightTo(about)];
  for (const { eventId } of others) {
    const at = rows.find((row) => row.event_id === eventId)?.case_id;
    const state = states.find((each) => each.id === at);
    tally.check('silent', at !== id && state?.status === 'waiting', () => `${eventId}: in ${at}, ${state?.status}`);
  }
}

async function deliveriesOf(ids: readonly string[]): Promise<string[]> {
  const events = await Promise.all(ids.map((id) => readEvents(world.pool, id)));
  return events.flat().flatMap(({ data }) => (data as { deliveries?: string[] }).deliveries ?? []);
}

function sum(states: Array<{ count: number }>): number {
  return states.reduce((all, { count }) => all + count, 0);
}
