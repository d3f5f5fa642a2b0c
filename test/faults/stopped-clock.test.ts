/** A clock that was stopped is noticed from outside, and goes on from the register: nothing is lost, nobody is told twice. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createResendMail } from '../../activities/mail/resend-mail';
import { TocsinClient } from '../../client/tocsin-client';
import { MINUTE_MS } from '../../domain/kernel/time';
import { readIncidentEvents } from '../../register/read-incident';
import { LOCAL_API_KEY } from '../../stack';
import { Watchdog } from '../../watchdog/watchdog';
import { injected, report, Tally } from '../setup/invariants/tally';
import { declarationOf, of, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { tocsin as runTocsin } from './commands';
import { peopleClose } from './people';
import { forget, rests, rings, terminate } from './standing';

const ONCALL = 'oncall@watch.example';
const MANAGER = 'manager@watch.example';

let world: RealWorld;
beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  await world.startWorker();
}, 180_000);

/** A watchdog whose clock is moved by hand. */
function watch() {
  let passed = 0;
  const told = () => [ONCALL, MANAGER].flatMap((to) => world.mailbox.messages({ to }));
  const before = told().length;
  const watchdog = new Watchdog(
    {
      pool: world.pool,
      temporal: async () => world.client,
      taskQueue: 'tocsin',
      mail: createResendMail({ apiKey: LOCAL_API_KEY, baseUrl: world.mailbox.url, from: 'Watchdog <w@watch.example>' }),
      dataDir: world.dir,
      log: { error: () => undefined, warn: () => undefined, info: () => undefined } as never,
      now: () => new Date(Date.now() + passed),
    },
    { mail: [ONCALL], later: [MANAGER], everyMs: 60_000 },
  );
  return {
    /** One look after so many minutes more. */
    async after(minutes: number): Promise<void> {
      passed += minutes * MINUTE_MS;
      await watchdog.round();
    },
    look: () => watchdog.look(),
    mails: () =>
      told()
        .slice(0, told().length - before)
        .map(({ to, subject, text }) => ({ to: to[0], subject, text })),
  };
}

const tocsin = (...argv: string[]) => runTocsin(world, ...argv);

async function declared(id: string, assessment: object = wholeBreach): Promise<void> {
  await world.client.declare({
    declaration: declarationOf(id, { serviceAffecting: false, assessment } as never),
    policy,
  });
  await rests(world, id);
}

test('terminated: on-call is told once with the command, the manager when it lasts; the command brings it back, and it ends well', async () => {
  const id = 'INC-stopped-1';
  await declared(id);
  await world.client.send(id, 'approve', { obligation: 'enterprise-notice', by: 'counsel' });
  await rests(world, id);
  const dog = watch();
  await dog.after(0);
  await dog.after(1);
  expect(dog.mails()).toEqual([]);

  await terminate(world, id);
  await expectToldAsStopped(id, /its workflow was terminated at/);
  const once = await tocsin('watchdog', '--once');
  expect(once).toMatchObject({ exitCode: 1, err: expect.stringContaining('1 fault found') });
  expect(once.out.replace(/\s+/g, ' ')).toMatch(
    /INC-stopped-1 is open in the register, .* npx tocsin resume INC-stopped-1/,
  );
  await dog.after(1);
  expect(dog.mails()).toEqual([]);
  await dog.after(1);
  expect(dog.mails()).toMatchObject([
    { to: ONCALL, subject: expect.stringContaining(`${id} is open in the register`) },
  ]);
  expectNotSilent(`${id} was terminated`, dog.mails().length === 1);
  expect(dog.mails()[0]!.text).toMatch(/Next deadline: .* left\n.*npx tocsin resume INC-stopped-1/);
  await dog.after(1);
  expect(dog.mails()).toHaveLength(1);
  await dog.after(15);
  expect(
    dog
      .mails()
      .map(({ to }) => to)
      .sort(),
  ).toEqual([MANAGER, ONCALL, ONCALL]);

  expect(await tocsin('resume', id, '--by', 'oncall')).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('resumed from'),
  });
  await rests(world, id);
  await dog.after(1);
  expect(dog.mails().filter(({ subject }) => subject.includes('Cleared: '))).toHaveLength(2);
  await peopleClose(world, id, 90_000);
  await world.expectSound(id);
}, 180_000);

test('gone from Temporal altogether, with its deliveries: resume --all finds it, and goes on; awareness and deadlines are the recorded ones', async () => {
  const id = 'INC-stopped-2';
  await declared(id);
  await world.client.send(id, 'approve', { obligation: 'enterprise-notice', by: 'counsel' });
  await rests(world, id);
  const { state: before } = await world.view(id);
  await forget(world, id);
  await forget(world, `${id}/enterprise-notice/1`);
  const dog = watch();
  const { found } = await dog.look();
  expect(found).toMatchObject([{ kind: 'missing', caseId: id }]);
  expectNotSilent(`${id} is gone`, found.length === 1);
  await expectToldAsStopped(id, /Temporal has no workflow of it/);

  const { exitCode, out } = await tocsin('resume', '--all', '--by', 'oncall', '--json');
  expect({ exitCode, ids: JSON.parse(out).resumed.map((each: { id: string }) => each.id) }).toEqual({
    exitCode: 0,
    ids: [id],
  });
  await rests(world, id);
  const { state } = await world.view(id);
  expect(state.anchors).toEqual(before.anchors);
  expect(Object.values(state.obligations).map(({ dueAt }) => dueAt)).toEqual(
    Object.values(before.obligations).map(({ dueAt }) => dueAt),
  );
  expect(await tocsin('resume', '--all')).toMatchObject({
    exitCode: 0,
    out: expect.stringContaining('nothing to resume'),
  });
  await peopleClose(world, id, 90_000);
  await world.expectSound(id);
}, 180_000);

test('reset to its first task: the fork says that it has stopped itself, and a run from the register goes on', async () => {
  const id = 'INC-stopped-3';
  await declared(id);
  const { state: before } = await world.view(id);
  const entries = (await readIncidentEvents(world.pool, id)).length;
  const { workflowService } = world.temporal;
  const execution = { workflowId: id };
  await workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: execution,
    reason: 'a test',
    workflowTaskFinishEventId: 4 as never,
    requestId: `reset-${id}`,
  });
  injected('a reset');
  const statusOf = async () => (await world.temporal.workflow.getHandle(id).describe()).status.name;
  await until('the fork has stopped itself', async () => (await statusOf()) === 'FAILED');
  const told = world.mails(id).some(({ text }) => text?.includes(`npx tocsin resume ${id}`));
  expectNotSilent('the fork has stopped itself', told);
  await expectToldAsStopped(id, /its workflow was terminated/);
  expect(await tocsin('resume', id, '--by', 'oncall')).toMatchObject({ exitCode: 0 });
  await rests(world, id);
  const { state } = await world.view(id);
  expect(state.anchors).toEqual(before.anchors);
  const events = await readIncidentEvents(world.pool, id);
  expect(events.slice(entries).map(({ kind }) => kind)[0]).toBe('resumed');
  expect(of(events, 'resumed')).toMatchObject([{ by: 'oncall', data: { found: 'failed' } }]);
}, 180_000);

test('resumed by two people at once: one run goes on, and whoever came second is told so', async () => {
  const id = 'INC-stopped-5';
  await declared(id);
  await terminate(world, id);
  injected('a case resumed twice at once');
  const both = await Promise.all(['ann', 'bob'].map((by) => tocsin('resume', id, '--by', by)));
  const codes = both.map(({ exitCode }) => exitCode).sort();
  const said = both.map(({ err }) => err).join('');
  expect([codes, said]).toEqual([[0, 1], expect.stringMatching(/^error: .*(has a running workflow|meanwhile)/)]);
  await rests(world, id);
  // Who replaces a run ends the one that was seen, and not the one that somebody else put in its place since.
  const seen = await world.client.find(id);
  expect(await tocsin('resume', id, '--replace-running', '--by', 'ann')).toMatchObject({ exitCode: 0 });
  injected('a run replaced twice');
  await expect(world.client.terminate(id, 'replaced by a run from the register: bob', seen)).rejects.toThrow(
    /meanwhile/,
  );
  await rests(world, id);
  expect((await world.temporal.workflow.getHandle(id).describe()).status.name).toBe('RUNNING');
  const resumed = of(await readIncidentEvents(world.pool, id), 'resumed');
  expect(resumed.map(({ data }) => data.found)).toEqual(['terminated', 'replaced']);
  await peopleClose(world, id, 90_000);
  await world.expectSound(id);
}, 180_000);

test('terminated before anything of it was written: it is told, with what to do, until it is deleted', async () => {
  const id = 'INC-stopped-6';
  await new TocsinClient(world.temporal, 'nobody-works-here', 0).declare({ declaration: declarationOf(id), policy });
  await terminate(world, id);
  injected('a case terminated before its first entry');
  const dog = watch();
  await dog.after(3);
  await until('lists have it', async () => (await neverWritten(dog)).length > 0);
  await dog.after(1);
  const [mail] = dog.mails();
  expect(mail).toMatchObject({ to: ONCALL, text: expect.stringContaining(`workflow show --workflow-id ${id}`) });
  expectNotSilent('a case ended before its first entry', mail !== undefined);
  expect(await tocsin('resume', id)).toMatchObject({
    exitCode: 1,
    err: expect.stringMatching(/nothing of "INC-stopped-6" stands in the register[\s\S]*Declare it\s+again/),
  });
  await forget(world, id);
  await until('lists have it no more', async () => (await neverWritten(dog)).length === 0);
}, 60_000);

async function neverWritten(dog: ReturnType<typeof watch>) {
  return (await dog.look()).found.filter(({ kind }) => kind === 'never-written');
}

test('what repeats its alarms was terminated, and is gone: it is told, and the command has them repeated again', async () => {
  const id = 'INC-stopped-4';
  const escalation = `${id}/escalation`;
  const anHourAgo = new Date(Date.now() - 65 * MINUTE_MS).toISOString();
  await world.client.declare({
    declaration: declarationOf(id, {
      serviceAffecting: false,
      detectedAt: anHourAgo,
      assessment: wholeBreach,
    } as never),
    policy,
  });
  await rings(world, id);
  await rests(world, id);
  const statusOf = async () => (await world.temporal.workflow.getHandle(escalation).describe()).status.name;
  expect(await statusOf()).toBe('RUNNING');
  const dog = watch();
  const hushed = async () => (await dog.look()).found.filter(({ kind }) => kind === 'hushed');
  // An alarm that has just rung may not have been handed over yet.
  await dog.after(3);
  expect(await hushed()).toEqual([]);
  for (const end of [terminate, forget]) {
    await end(world, escalation);
    injected(`an escalation ended: ${end.name}`);
    const found = await hushed();
    expect(found).toMatchObject([{ caseId: id, status: end === terminate ? 'TERMINATED' : 'MISSING' }]);
    expectNotSilent('nobody is paged about open alarms', found.length === 1);
    expect(await tocsin('resume', id, '--replace-running', '--by', 'oncall')).toMatchObject({ exitCode: 0 });
    await rests(world, id);
    expect(await statusOf()).toBe('RUNNING');
    expect(await hushed()).toEqual([]);
  }
  await peopleClose(world, id, 90_000);
  await world.expectSound(id);
}, 180_000);

test('no worker asks for work: it is told; and while nobody can be told, the dead man’s switch is not called', async () => {
  let pings = 0;
  const server = createServer((_request, response) => {
    pings += 1;
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const refusing = { send: async () => Promise.reject(new Error('the mail is down')) };
  const sent: string[] = [];
  const taking = { send: async ({ text }: { text: string }) => ({ outcome: sent.push(text) > 0 && 'sent' }) };
  let mail: object = refusing;
  const watchdog = new Watchdog(
    {
      pool: world.pool,
      temporal: async () => world.client,
      taskQueue: 'nobody-works-here',
      mail: { send: (...of: unknown[]) => (mail as { send(...of: unknown[]): unknown }).send(...of) } as never,
      dataDir: world.dir,
      log: { error: () => undefined } as never,
    },
    {
      mail: [ONCALL],
      later: [],
      everyMs: 60_000,
      pingUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    },
  );
  try {
    await watchdog.round();
    injected('a queue without a worker');
    expect(pings).toBe(1);
    await watchdog.round();
    await watchdog.round();
    expect(pings).toBe(1);
    mail = taking;
    await watchdog.round();
    expect(pings).toBe(2);
    expect(sent).toEqual([expect.stringContaining('No worker asks for work on the queue "nobody-works-here"')]);
    expect(sent[0]).toContain('npx tocsin worker');
    expectNotSilent('no worker asks for work', sent.length === 1);
  } finally {
    server.close();
  }
}, 60_000);

/** Whether it was told that a clock stopped, and how, counts for the family. */
function expectNotSilent(what: string, wasTold: boolean): void {
  const tally = new Tally();
  tally.check('silent', wasTold, () => what);
  report(tally);
  expect(tally.found()).toEqual([]);
}

/** What every command says of it: it is on the board as stopped, and takes nothing; its id is not taken for another one. */
async function expectToldAsStopped(id: string, how: RegExp): Promise<void> {
  const flat = ({ out, err }: { out: string; err: string }) => `${out}${err}`.replace(/\s+/g, ' ');
  const board = await tocsin('list');
  expect(board.out).toMatch(new RegExp(`${id} .*stopped`));
  expect(flat(board)).toMatch(how);
  expect(flat(board)).toContain(`npx tocsin resume ${id}`);
  const listed = JSON.parse((await tocsin('list', '--json')).out) as Array<{ id: string; open: boolean }>;
  expect(listed.find((each) => each.id === id)).toMatchObject({ open: true, stopped: {} });
  expect(flat(await tocsin('show', id))).toMatch(how);
  const refused = await tocsin('measure', id, 'All sessions ended', '--by', 'oncall');
  expect(refused.exitCode).toBe(1);
  expect(flat(refused)).toMatch(how);
  expect(flat(refused)).not.toMatch(/is closed/);
  const again = await tocsin(
    ...[
      'declare',
      '--id',
      id,
      '--title',
      'Another one',
      '--kind',
      'leak',
      '--severity',
      'sev2',
      '--affects',
      'integrity',
    ],
    ...['--no-service-affecting', '--by', 'oncall'],
  );
  expect(again.exitCode).toBe(1);
  expect(flat(again)).toMatch(how);
}
