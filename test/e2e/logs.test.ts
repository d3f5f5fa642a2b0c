/**
 * Worker, server, intake and watchdog log in one format, whoever within them writes: every line is provoked here, and parsed. What is
 * on their standard error and no entry of the log fails, and so does a person, a text or a secret in one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { signStandard } from '../detection/intake/samples';
import { rests } from '../faults/standing';
import { AUDIENCE_DOMAIN, declarationOf, everything, policy, RealWorld } from '../setup/real-world';
import { EDGE_SECRET, startTocsin, type TocsinProcess } from '../setup/tocsin-process';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';

interface Line {
  time: string;
  level: string;
  part: string;
  pid: number;
  msg: string;
  [field: string]: unknown;
}

const SECRET = 'sk-live-canary-of-the-logs';
const ID = 'INC-LOGS';

let world: RealWorld;
const running = {} as Record<'worker' | 'serve' | 'intake' | 'watchdog', TocsinProcess>;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start({ lasting: true });
  await world.leakRole();
  // What Node and a fault of our own would write as text.
  const preloaded = path.join(world.dir, 'on-signal.js');
  writeFileSync(
    preloaded,
    `process.on('SIGUSR2', () => process.emitWarning('a warning of a test', 'TestWarning'));
     process.on('SIGWINCH', () => setImmediate(() => { throw new Error('a fault of a test'); }));`,
  );
  const env = { NODE_OPTIONS: `--require ${preloaded}`, TOCSIN_CONTACTS: undefined, RESEND_API_KEY: SECRET };
  const names = ['worker', 'serve', 'intake', 'watchdog'] as const;
  for (const [name, each] of await Promise.all(
    names.map(async (name) => {
      // Nothing listens there.
      const more = name === 'watchdog' && { TOCSIN_WATCHDOG_PING_URL: `http://127.0.0.1:9/${SECRET}` };
      return [name, await startTocsin(world, name, { ...env, ...more })] as const;
    }),
  ))
    running[name] = each;
}, 240_000);

/** The entries of a process so far; a line that is none of the log fails. */
function entries({ name, log }: TocsinProcess): Line[] {
  return log().map((line) => {
    const entry = JSON.parse(line) as Line;
    expect([name, line, entry.level]).toEqual([name, line, expect.stringMatching(/^(warn|error|fatal)$/)]);
    expect(entry).toMatchObject({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      msg: expect.any(String),
      pid: expect.any(Number),
    });
    expect([name, entry.part]).toEqual([name, name === 'serve' ? 'server' : name]);
    return entry;
  });
}

const says = (of: TocsinProcess, what: string, found: (line: Line) => boolean) =>
  until(
    what,
    () => entries(of).find(found),
    90_000,
    () => of.log().slice(-5).join('\n'),
  );

const urlOf = ({ out }: TocsinProcess) => /(?:API and codec:|Intake on) (http:\S+?)[.,]?\s/.exec(out())![1]!;

test('an activity that fails: the SDK and the activity itself say of which incident it is', async () => {
  // The mail provider refuses this key.
  await world.client.declare({ declaration: declarationOf(ID, everything('logs')), policy });
  const failed = await says(
    running.worker,
    'the SDK tells of an activity',
    ({ activity, caseId }) => activity !== undefined && caseId === ID,
  );
  expect(failed).toMatchObject({ error: expect.any(String), problem: expect.any(String), attempt: expect.any(Number) });
}, 120_000);

test('the native part of the SDK, the server, the intake and the watchdog while Temporal is away', async () => {
  await rests(world, ID).catch(() => undefined);
  await world.crashTemporal();
  await says(running.worker, 'the native part tells of it', ({ sdk }) => sdk === 'core');
  const key = readFileSync(path.join(world.dir, 'data', 'server', 'session-key'), 'utf8').trim();
  await fetch(`${urlOf(running.serve)}/v1/incidents/${ID}`, { headers: { authorization: `Bearer ${key}` } });
  await says(running.serve, 'a request was refused', ({ route }) => route === '/v1/incidents/:id');
  await says(running.watchdog, 'nobody hears of its look', ({ msg }) => msg.includes('switch does not answer'));
  await world.stopPostgres();
  const body = JSON.stringify({ type: 'edge.anomaly', title: SECRET, correlationId: 'one' });
  const headers = signStandard(body, 'msg-one', Date.now(), EDGE_SECRET);
  const answer = await fetch(`${urlOf(running.intake)}/intake/edge`, { method: 'POST', body, headers });
  expect(answer.status).toBe(503);
  await says(running.intake, 'a request was refused', ({ msg }) => msg.includes('refused'));
  await says(running.worker, 'it cannot use Postgres', ({ msg }) => msg.includes('Postgres'));
}, 240_000);

test('warnings of Node, and a fault that nobody caught', async () => {
  for (const each of Object.values(running)) {
    each.child.kill('SIGUSR2');
    expect(await says(each, 'Node warns', ({ error }) => error === 'TestWarning')).toMatchObject({
      level: 'warn',
      problem: 'a warning of a test',
    });
    each.child.kill('SIGWINCH');
    expect(await says(each, 'it ends by a fault', ({ level }) => level === 'fatal')).toMatchObject({
      problem: 'a fault of a test',
      error: 'Error',
    });
    expect((await each.ended).code).toBe(1);
  }
}, 120_000);

test('no line holds a person, a text of theirs or a secret', () => {
  for (const each of Object.values(running)) {
    expect([each.name, entries(each).length > 0]).toEqual([each.name, true]);
    const text = each.log().join('\n');
    for (const canary of [
      SECRET,
      AUDIENCE_DOMAIN,
      'Leaked deploy key',
      'public build log',
      '203.0.113.',
      'oncall@watch',
      world.postgres.url,
    ])
      expect([each.name, canary, text.includes(canary)]).toEqual([each.name, canary, false]);
  }
});
