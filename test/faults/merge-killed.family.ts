/**
 * A triage case is merged into an incident and taken out of it again. At each boundary of that handshake (asked, answered, heard: not
 * yet known to Temporal, or known and unheard) the worker is killed by kill -9, and Temporal with it at one of the two. The case and the
 * incident say the same in the end and never the opposite meanwhile, no clock moves, and a command that is repeated is answered alike.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { triageCaseId } from '../../detection/intake/inbox/triage-case-id';
import type { Receipt } from '../../domain/case/contract';
import { REPEATED } from '../../domain/case/messages';
import { belongs } from '../../domain/incident/on-detections';
import { toInstant } from '../../domain/kernel/time';
import type { TriageState } from '../../domain/triage/state';
import { readEvents } from '../../register/read-incident';
import { injected, report, Tally } from '../setup/invariants/tally';
import { declarationOf, policy, RealWorld, type WorkerChild, wholeBreach } from '../setup/real-world';
import { seeded } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { detection, judged, RULES } from '../unit/domain/helpers/detections';
import { peopleClose } from './people';
import { soundCase } from './sound-case';
import { duesOf, halfIsOverIn, rests } from './standing';

type Step = 'asked' | 'answered' | 'heard';
type Way = 'merge' | 'unmerge';

/** What stands in what a worker says to Temporal at a step. */
const SAYS: Record<Way, Record<Step, string>> = {
  merge: { asked: 'detections-joined', answered: 'incident-answered', heard: 'merge-delivered' },
  unmerge: { asked: 'detections-left', answered: 'incident-answered', heard: 'unmerge-delivered' },
};

const BOUNDARIES = (['asked', 'answered', 'heard'] as const).flatMap((step) =>
  (['request', 'answer'] as const).map((stage) => ({ step, stage })),
);

/** A step that died with its worker is given to another one within this. */
const AGAIN_MS = 120_000;

let world: RealWorld;
let worker: WorkerChild;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start({ lasting: true });
  worker = await world.startWorker({ gated: true });
}, 120_000);

afterAll(() => worker.stop());

const caseState = async (id: string): Promise<TriageState | undefined> =>
  (await world.client.view<'triage'>(id))?.state;

/** Answered sooner or later, whoever dies meanwhile: it is sent again, as the same command. */
const answered = (send: () => Promise<Receipt>): Promise<Receipt> => until('a command is answered', send, AGAIN_MS);

test.each(BOUNDARIES.map((boundary, n) => ({ ...boundary, n, temporalDiesAt: (n % 2 ? 'unmerge' : 'merge') as Way })))(
  'killed where it was $step, at its $stage; Temporal as well in the $temporalDiesAt',
  async ({ step, stage, n, temporalDiesAt }) => {
    const draw = seeded(`merge-killed ${step} ${stage}`);
    const into = `MERGE-${step}-${stage}`;
    const given = detection({
      ...{ eventId: into, correlationId: into, systems: [into], indicators: [`198.51.100.${n + 1}`] },
      at: toInstant(Date.now()),
    });
    const id = triageCaseId(judged(given), given.at);
    await world.client.declare({
      declaration: declarationOf(into, { ...halfIsOverIn(30_000), assessment: wholeBreach }),
      policy,
    });
    await openTriage(world.client, given, judged(given), RULES);
    for (const each of [into, id]) await rests(world, each);
    const dues = await duesOf(world, into);
    const tally = new Tally();
    let over = false;
    const watching = watched();

    const merge = { by: 'anna', into, commandId: `merge ${id}` };
    const unmerge = { by: 'bob', from: into, reason: 'another actor', commandId: `unmerge ${id}` };
    await killedIn('merge', () => world.client.sendEvenIfClosed(id, 'merge', merge));
    await ends('merged', true);
    await repeated(() => world.client.sendEvenIfClosed(id, 'merge', merge), 'triage-merged');
    await killedIn('unmerge', () => world.client.sendEvenIfClosed(id, 'unmerge', unmerge));
    await ends('waiting', false);
    await repeated(() => world.client.sendEvenIfClosed(id, 'unmerge', unmerge), 'triage-unmerged');
    over = true;
    await watching;

    await world.client.send(id, 'dismiss', {
      by: 'bob',
      reason: 'seen in another incident',
      commandId: `dismiss ${id}`,
    });
    await peopleClose(world, into, 150_000);
    const kinds = async (each: string) => (await readEvents(world.pool, each)).map(({ kind }) => kind as string);
    const handshake = ['triage-merged', 'merge-delivered', 'triage-unmerged', 'unmerge-delivered'];
    const both = [...handshake, 'detections-joined', 'detections-left'];
    const seen = [...(await kinds(id)), ...(await kinds(into))].filter((kind) =>
      /merge|detections-(joined|left)/.test(kind),
    );
    tally.once(`${id} and ${into}: entries of the handshake`, both, seen);
    await soundCase(world, tally, id);
    report(tally);
    expect(tally.found()).toEqual([]);
    await world.expectSound(into);
    expect(worker.output()).not.toMatch(/nondeterminism/i);

    /** Sends it, and kills at the boundary. */
    async function killedIn(way: Way, send: () => Promise<Receipt>): Promise<void> {
      const held = world.gates.temporal.hold({ request: [new RegExp(SAYS[way][step]), new RegExp(id)], stage });
      const sent = answered(send);
      sent.catch(() => undefined);
      await until(`the ${way} stands where it was ${step}`, () => held.count() > 0);
      injected('what a worker says to Temporal, held');
      await sleep(draw() * 500);
      await worker.kill();
      if (temporalDiesAt === way) await world.crashTemporal();
      world.gates.temporal.cut();
      if (temporalDiesAt === way) await world.startTemporalAgain();
      worker = await world.startWorker({ gated: true });
      const { events, note } = await sent;
      const isRight = note === REPEATED || events.some(({ kind }) => kind === `triage-${way}d`);
      tally.whole(isRight, () => `${id}: ${way}: ${JSON.stringify({ events, note })}`);
    }

    async function ends(status: TriageState['status'], isListed: boolean): Promise<void> {
      await until(`${id} is ${status}`, async () => (await caseState(id))?.status === status, AGAIN_MS);
      for (const each of [id, into]) await rests(world, each, AGAIN_MS);
      const listed = belongs((await world.view(into)).state, id);
      tally.whole(listed === isListed, () => `${id} is ${status}, and ${into} lists it: ${listed}`);
    }

    /** Twice the same, and nothing comes of it. */
    async function repeated(send: () => Promise<Receipt>, kind: string): Promise<void> {
      const [first, second] = [await answered(send), await answered(send)];
      tally.check(
        'doubled',
        JSON.stringify(first) === JSON.stringify(second),
        () => `${id}: ${JSON.stringify([first, second])}`,
      );
      await rests(world, id);
      const times = (await readEvents(world.pool, id)).filter((event) => event.kind === kind).length;
      tally.check('doubled', times === 1, () => `${id}: ${kind} stands ${times} times in the register`);
    }

    /** What both say at the same time, again and again. */
    async function watched(): Promise<void> {
      while (!over && !world.isOver) {
        await look().catch(() => undefined);
        await sleep(250);
      }
    }

    async function look(): Promise<void> {
      const before = await caseState(id);
      const { state } = await world.view(into);
      const now = await duesOf(world, into);
      const after = await caseState(id);
      if (!before || before.seq !== after?.seq) return;
      tally.check('early', now === dues, () => `${into}: its clocks moved from ${dues} to ${now}`);
      const opposite = before.status === (belongs(state, id) ? 'waiting' : 'merged');
      tally.check('doubled', !opposite, () => `${id} is ${before.status}, and ${into} says the opposite`);
    }
  },
  500_000,
);
