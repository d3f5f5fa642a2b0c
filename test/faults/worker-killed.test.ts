/**
 * The worker dies by kill -9 at the boundaries of every activity of an incident and in the middle of what they call, and
 * another one is started: every mail once, every rule once, nothing lost. Many incidents stand in their steps when the worker dies, each in another one: Temporal notices a
 * dead worker only after a step's time-out of a minute, which they then wait for together.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hold } from '../setup/gate';
import { injected } from '../setup/invariants/tally';
import { type ActivityHold, AUDIENCE_DOMAIN, declarationOf, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { seeded, shuffled } from '../setup/seeded';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { BOUNDARIES, type Boundary, type Declaration, late } from './boundaries';
import { peopleClose } from './people';
import { rests } from './standing';

/** A call that hangs when the worker dies: the server has not got it, or has done it and nobody heard. */
interface Call extends Pick<Boundary, 'over'> {
  gate: 'mailbox' | 'recorder' | 'postgres';
  request: string[];
  stage: 'request' | 'answer';
}

const breach: Declaration = { assessment: wholeBreach };
const isolated: Declaration = { isolate: ['ci-runner'] };
const blocked = (n: number): Declaration => ({ maliciousSources: [`198.51.100.${n}`] });
const rotated = (provider: 'cloudflare-token' | 'postgres-role' | 'webhook', ref: string): Declaration => ({
  credentials: [{ provider, ref }],
});

/** The appends of all incidents go over one connection: it is held when the others stand in their step. */
const LAST = 'append-commit-unheard';

/** Beside the boundaries of the activities: within them, at what they call. */
const CALLS: Record<string, Call> = {
  [LAST]: { over: {}, gate: 'postgres', request: ['tocsin-append', 'ID'], stage: 'answer' },
  'rule-not-made': { over: blocked(1), gate: 'recorder', request: ['POST /client', '"tocsin ID"'], stage: 'request' },
  'rule-unheard': { over: blocked(2), gate: 'recorder', request: ['POST /client', '"tocsin ID"'], stage: 'answer' },
  'token-roll-unheard': {
    over: rotated('cloudflare-token', 'ci-ID'),
    gate: 'recorder',
    request: ['PUT /client/v4/user/tokens/ci-ID/value'],
    stage: 'answer',
  },
  'role-rotation-unheard': {
    over: rotated('postgres-role', 'deploy'),
    gate: 'postgres',
    request: ['ALTER ROLE "deploy"'],
    stage: 'answer',
  },
  'webhook-credential-unheard': {
    over: rotated('webhook', 'signing-key'),
    gate: 'recorder',
    request: ['POST /hooks/containment', '"ID"'],
    stage: 'answer',
  },
  'isolation-not-sent': {
    over: isolated,
    gate: 'recorder',
    request: ['POST /hooks/containment', '"ID"'],
    stage: 'request',
  },
  'isolation-unheard': {
    over: isolated,
    gate: 'recorder',
    request: ['POST /hooks/containment', '"ID"'],
    stage: 'answer',
  },
  'batch-not-sent': {
    over: breach,
    gate: 'mailbox',
    request: ['POST /emails/batch', '"ID"', 'enterprise-notice'],
    stage: 'request',
  },
  'batch-sent-unheard': {
    over: breach,
    gate: 'mailbox',
    request: ['POST /emails/batch', '"ID"', 'enterprise-notice'],
    stage: 'answer',
  },
  'alarm-unheard': { over: late(), gate: 'mailbox', request: ['POST /emails ', '"ID"'], stage: 'answer' },
  'filing-task-unheard': { over: breach, gate: 'mailbox', request: ['POST /emails ', 'filing/ID/'], stage: 'answer' },
};

/** The test suite kills where an activity is done and nobody heard; `npm run faults` also before it begins, and where it takes long. */
const IS_ALL = Boolean(process.env.TOCSIN_FAULTS_REPORT);
const WHEN = IS_ALL ? (['before', 'after'] as const) : (['after'] as const);

const ACTIVITIES = Object.entries(BOUNDARIES).flatMap(([activity, boundary]) =>
  typeof boundary === 'string' || (boundary.slowly && !IS_ALL)
    ? []
    : WHEN.map((when) => ({ activity, when, boundary })),
);

/** Some come to their step only with the second page of an alarm. */
const STANDING_MS = 240_000;
const ENDED_MS = 420_000;
const EVERY_MINUTE = 'default: { every: PT1M, tries: 3 }\n';

const idOf = (name: string) => `KILL-${name}`;
const BETWEEN = 'between-steps';
const IDLE = idOf(BETWEEN);

let world: RealWorld;
/** Of the attack: no two incidents block the same one. */
let sources = 100;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
}, 120_000);

test(
  'kill -9 at the boundaries of every activity, and within them: every effect once, nothing lost, every incident closed',
  async () => {
    const draw = seeded('worker-killed');
    const leaked = await world.leakRole();
    const calls = new Map<string, Hold>();
    const holds: ActivityHold[] = ACTIVITIES.map(({ activity, when, boundary: { input } }) => ({
      workflow: idOf(`${activity}-${when}`),
      activity,
      when,
      input,
    }));
    const holdCall = (name: string) => {
      const { gate, request, stage } = CALLS[name]!;
      const texts = request.map((text) => new RegExp(text.replace('ID', idOf(name)).replaceAll('/', '\\/')));
      calls.set(name, world.gates[gate].hold({ request: texts, stage }));
    };
    for (const name of Object.keys(CALLS)) if (name !== LAST) holdCall(name);
    const env = { TOCSIN_ESCALATION: path.join(world.dir, 'escalation.yaml') };
    writeFileSync(env.TOCSIN_ESCALATION, EVERY_MINUTE);
    const first = await world.startWorker({ holds, env });
    const playing: Promise<unknown>[] = [];
    let trouble = '';
    const play = (played: Promise<unknown>) => {
      played.catch((error: Error) => {
        trouble += ` ${error.message}`;
      });
      playing.push(played);
    };
    const declare = async (name: string, { over, withoutPolicy }: Boundary) => {
      const id = idOf(name);
      const text = JSON.stringify(declarationOf(id, over)).replaceAll('100.N', `100.${++sources}`);
      const declaration = JSON.parse(text.replaceAll('ci-ID', `ci-${id}`));
      await world.client.declare({ declaration, ...(withoutPolicy ? {} : { policy }) });
      return id;
    };
    const start = async (name: string, boundary: Boundary) => {
      const id = await declare(name, boundary);
      const { brought, afterwards } = boundary;
      const people = async () => {
        await brought?.(world, id);
        await (afterwards?.(world, id) ?? peopleClose(world, id, ENDED_MS));
      };
      play(people());
    };
    const named = ACTIVITIES.map(({ activity, when, boundary }) => [`${activity}-${when}`, boundary] as const);
    await withoutPostgres(named.filter(([, { withoutPostgres: away }]) => away));
    const others = [...named.filter(([, { withoutPostgres: away }]) => !away), ...Object.entries(CALLS)];
    for (const [name, boundary] of shuffled(others, draw)) if (name !== LAST) await start(name, boundary);
    await declare(BETWEEN, { over: { serviceAffecting: true } });

    const notYet = () => [
      ...holds
        .filter((hold) => !first.hanging().some(({ workflow }) => workflow === hold.workflow))
        .map((h) => h.workflow),
      ...[...calls].filter(([, hold]) => hold.count() === 0).map(([name]) => name),
    ];
    await until(
      'every incident stands in its step',
      () => notYet().length === 0,
      STANDING_MS,
      () => `missing: ${notYet()} ${trouble}`,
    );
    await rests(world, IDLE);
    holdCall(LAST);
    await start(LAST, CALLS[LAST]!);
    await until('the last incident stands in its step', () => notYet().length === 0, 60_000);
    await sleep(draw() * 2_000);

    injected('an activity held at its boundary', first.hanging().length);
    injected('a call held', calls.size);
    await first.kill();
    for (const gate of Object.values(world.gates)) gate.lift();
    const second = await world.startWorker({ env });
    play(peopleClose(world, IDLE, ENDED_MS));
    const ended = await Promise.allSettled(playing);
    const unclosed = ended.flatMap((each) => (each.status === 'rejected' ? [(each.reason as Error).message] : []));
    const said = unclosed.length > 0 ? second.output().slice(-2_000) : '';
    expect({ said, unclosed }).toEqual({ said: '', unclosed: [] });

    for (const name of [...named.map(([each]) => idOf(each)), ...Object.keys(CALLS).map(idOf), IDLE])
      await world.expectSound(name);
    await expectSecretsInForce(leaked);
    expect(second.output()).not.toMatch(/nondeterminism/i);
    expect(second.output()).not.toContain(AUDIENCE_DOMAIN);

    /** Those whose notice goes out from the spool, and is to be merged once Postgres is back. */
    async function withoutPostgres(those: ReadonlyArray<readonly [string, Boundary]>): Promise<void> {
      for (const [name, boundary] of those) await declare(name, boundary);
      for (const [name] of those) await rests(world, idOf(name));
      await world.stopPostgres();
      const obligation = 'status-subscribers';
      for (const [name] of those)
        await world.client.send(idOf(name), 'approve', { by: 'counsel', obligation, commandId: 'approve' });
      for (const [name] of those)
        await until(`${name} goes from the spool`, () => world.notices(idOf(name), obligation).length > 0);
      await world.startAgain();
      for (const [name] of those) play(peopleClose(world, idOf(name), ENDED_MS));
    }
  },
  STANDING_MS + ENDED_MS + 60_000,
);

/** The secrets that are in the vault are the ones in force. */
async function expectSecretsInForce(leaked: string): Promise<void> {
  expect(await world.canLogIn(leaked)).toBe(false);
  expect(await world.canLogIn((await world.secret('postgres-role/deploy'))!)).toBe(true);
  const token = await world.secret(`cloudflare-token/ci-${idOf('token-roll-unheard')}`);
  const verified = await fetch(`${world.recorder.cloudflareUrl}/user/tokens/verify`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(verified.status).toBe(200);
}
