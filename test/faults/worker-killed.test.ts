/**
 * The worker dies by kill -9 in the middle of each kind of step, and another one is started: every mail once, every rule
 * once, nothing lost. Many incidents stand in their steps when the worker dies, each in another one: Temporal notices a
 * dead worker only after a step's time-out of a minute, which they then wait for together.
 */

import { readIncidentEvents } from '../../register/read-incident';
import type { Hold } from '../setup/gate';
import {
  type ActivityHold,
  AUDIENCE_DOMAIN,
  declarationOf,
  of,
  policy,
  RealWorld,
  until,
  wholeBreach,
} from '../setup/real-world';
import { quietWorkers } from '../setup/workflow-harness';
import { peopleClose } from './people';

type Declaration = Partial<ReturnType<typeof declarationOf>>;

/** A step that is under way when the worker dies. */
interface Step {
  /** What the incident must be like to come to this step. */
  over: Declaration;
  /** An activity that hangs in the worker… */
  activity?: Omit<ActivityHold, 'workflow'>;
  /** …or a call that hangs at a gate: the server has not got it, or has done it and nobody heard. */
  call?: { gate: 'mailbox' | 'recorder' | 'postgres'; request: string[]; stage: 'request' | 'answer' };
  /** The policy comes from the worker. */
  withoutPolicy?: boolean;
}

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
const blocked = (n: number): Declaration => ({ maliciousSources: [`198.51.100.${n}`] });
const isolated: Declaration = { isolate: ['ci-runner'] };
const breach: Declaration = { assessment: wholeBreach };
const affecting: Declaration = { serviceAffecting: true };
const rotated = (provider: 'cloudflare-token' | 'postgres-role' | 'webhook', ref: string): Declaration => ({
  credentials: [{ provider, ref }],
});
/** Half of the two hours for containment have gone by: an alarm at once. */
const late: Declaration = { detectedAt: hoursAgo(1.2) };
const in_ = (activity: string, when: 'before' | 'after', input?: string) => ({ activity, when, input });

/** The appends of all incidents go over one connection: it is held when the others stand in their step. */
const LAST = 'append-commit-unheard';

const STEPS: Record<string, Step> = {
  'policy-snapshot': { over: {}, activity: in_('snapshotPolicy', 'after'), withoutPolicy: true },
  'append-not-begun': { over: {}, activity: in_('appendEntries', 'before') },
  [LAST]: { over: {}, call: { gate: 'postgres', request: ['tocsin-append', 'ID'], stage: 'answer' } },
  'append-unreported': { over: {}, activity: in_('appendEntries', 'after') },
  'draft-unreported': { over: breach, activity: in_('draftNotice', 'after', 'enterprise-notice') },
  'rule-not-made': {
    over: blocked(1),
    call: { gate: 'recorder', request: ['POST /client', '"tocsin ID"'], stage: 'request' },
  },
  'rule-unheard': {
    over: blocked(2),
    call: { gate: 'recorder', request: ['POST /client', '"tocsin ID"'], stage: 'answer' },
  },
  'rule-unreported': { over: blocked(3), activity: in_('applyMeasure', 'after') },
  'token-roll-unheard': {
    over: rotated('cloudflare-token', 'ci-ID'),
    call: { gate: 'recorder', request: ['PUT /client/v4/user/tokens/ci-ID/value'], stage: 'answer' },
  },
  'role-rotation-unheard': {
    over: rotated('postgres-role', 'deploy'),
    call: { gate: 'postgres', request: ['ALTER ROLE "deploy"'], stage: 'answer' },
  },
  'webhook-credential-unheard': {
    over: rotated('webhook', 'signing-key'),
    call: { gate: 'recorder', request: ['POST /hooks/containment', '"ID"'], stage: 'answer' },
  },
  'isolation-not-sent': {
    over: isolated,
    call: { gate: 'recorder', request: ['POST /hooks/containment', '"ID"'], stage: 'request' },
  },
  'isolation-unheard': {
    over: isolated,
    call: { gate: 'recorder', request: ['POST /hooks/containment', '"ID"'], stage: 'answer' },
  },
  'delivery-open-unreported': { over: breach, activity: in_('openDelivery', 'after', 'enterprise-notice') },
  'batch-not-sent': {
    over: breach,
    call: { gate: 'mailbox', request: ['POST /emails/batch', '"ID"', 'enterprise-notice'], stage: 'request' },
  },
  'batch-sent-unheard': {
    over: breach,
    call: { gate: 'mailbox', request: ['POST /emails/batch', '"ID"', 'enterprise-notice'], stage: 'answer' },
  },
  'batches-sent-unreported': { over: breach, activity: in_('sendBatches', 'after', 'individuals') },
  'delivery-not-counted': { over: affecting, activity: in_('summariseDelivery', 'before') },
  'status-not-published': { over: affecting, activity: in_('publishStatus', 'before') },
  'status-published-unreported': { over: affecting, activity: in_('publishStatus', 'after') },
  'alarm-unheard': { over: late, call: { gate: 'mailbox', request: ['POST /emails ', '"ID"'], stage: 'answer' } },
  'alarm-unreported': { over: late, activity: in_('raiseAlarm', 'after') },
  'filing-task-unheard': {
    over: breach,
    call: { gate: 'mailbox', request: ['POST /emails ', 'filing/ID/'], stage: 'answer' },
  },
  'register-not-verified': { over: {}, activity: in_('verifyRegister', 'before') },
  'register-verified-unreported': { over: {}, activity: in_('verifyRegister', 'after') },
};

const IDLE = 'KILL-between-steps';
const idOf = (name: string) => `KILL-${name}`;

let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
}, 120_000);

test('kill -9 in the middle of every kind of step: every effect once, nothing lost, every incident closed', async () => {
  const leaked = await world.leakRole();
  const calls = new Map<string, Hold>();
  const holds: ActivityHold[] = [];
  const hold = (name: string) => {
    const { activity, call } = STEPS[name]!;
    const id = idOf(name);
    if (activity) holds.push({ workflow: id, ...activity });
    if (!call) return;
    const request = call.request.map((text) => new RegExp(text.replace('ID', id).replaceAll('/', '\\/')));
    calls.set(name, world.gates[call.gate].hold({ request, stage: call.stage }));
  };
  const others = Object.keys(STEPS).filter((name) => name !== LAST);
  for (const name of others) hold(name);
  const first = await world.startWorker({ holds });
  const playing: Promise<void>[] = [];
  const declare = async (name: string) => {
    const { over, withoutPolicy } = STEPS[name]!;
    const id = idOf(name);
    const declaration = JSON.parse(JSON.stringify(declarationOf(id, over)).replaceAll('ci-ID', `ci-${id}`));
    await world.client.declare({ declaration, ...(withoutPolicy ? {} : { policy }) });
    const play = peopleClose(world, id, 280_000);
    play.catch(() => undefined);
    playing.push(play);
  };
  for (const name of others) await declare(name);
  await world.client.declare({ declaration: declarationOf(IDLE, affecting), policy });

  const notYet = () => [
    ...holds
      .filter((hold) => !first.hanging().some(({ workflow }) => workflow === hold.workflow))
      .map((h) => h.workflow),
    ...[...calls].filter(([, hold]) => hold.count() === 0).map(([name]) => name),
  ];
  await until(
    'every incident stands in its step',
    () => notYet().length === 0,
    120_000,
    () => `missing: ${notYet()}`,
  );
  await until('the idle incident rests', async () => {
    const { inFlight, registerBacklog } = await world.view(IDLE);
    return inFlight.length === 0 && registerBacklog === 0;
  });
  hold(LAST);
  await declare(LAST);
  await until('the last incident stands in its step', () => notYet().length === 0, 60_000);

  await first.kill();
  for (const gate of Object.values(world.gates)) gate.lift();
  const second = await world.startWorker();
  playing.push(peopleClose(world, IDLE, 280_000));
  const ended = await Promise.allSettled(playing);
  expect(ended.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []))).toEqual([]);

  for (const name of [...Object.keys(STEPS).map(idOf), IDLE]) await world.expectSound(name);

  // The secrets that are in the vault are the ones in force.
  expect(await world.canLogIn(leaked)).toBe(false);
  expect(await world.canLogIn((await world.secret('postgres-role/deploy'))!)).toBe(true);
  const token = await world.secret(`cloudflare-token/ci-${idOf('token-roll-unheard')}`);
  const verified = await fetch(`${world.recorder.cloudflareUrl}/user/tokens/verify`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(verified.status).toBe(200);
  const alarms = of(await readIncidentEvents(world.pool, idOf('alarm-unheard')), 'alarm-raised');
  expect(alarms.length).toBeGreaterThan(0);
  expect(second.output()).not.toMatch(/nondeterminism/i);
  expect(second.output()).not.toContain(AUDIENCE_DOMAIN);
}, 400_000);
