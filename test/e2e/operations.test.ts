// Each command of docs/operations.md is run as it stands there, in the situation that the page has it for. One that is added to the
// page and not run here fails.
import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { TocsinClient } from '../../client/tocsin-client';
import { packageRoot } from '../../platform/package-root';
import { readIncidentEvents } from '../../register/read-incident';
import { expectOk, shellEnv, tocsin } from '../faults/commands';
import { peopleClose } from '../faults/people';
import { duesOf, forget, isTold, rests } from '../faults/standing';
import { fromSetup, temporaryDir } from '../setup/helpers';
import { declarationOf, OWNERS, of, policy, RealWorld, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { inMarkdown, wordsOf } from '../unit/cli/emitted-commands';

const PAGE = path.join(packageRoot(), 'docs', 'operations.md');
const ID = 'INC-OPERATIONS';
/** Gets the test mail: the address on the page is there to be replaced. */
const MAILED = 'me@audience.example';

/** Run by another test, whose file has this text. */
const ELSEWHERE: Record<string, [file: string, text: string]> = {
  'npx tocsin worker': ['test/e2e/canaries.test.ts', "start('worker', 'worker')"],
  // These play for long: what is run here is that they exist.
  'npm run faults': ['package.json', '"faults": "node tools/faults.js"'],
  'npm run faults worker-killed -- --seed 7': ['test/faults/worker-killed.test.ts', 'seeded('],
  'npm run bench incidents': ['tools/bench/incidents.bench.ts', 'incidents'],
  'npm test': ['package.json', '"test": "node tools/test.js"'],
};

const ran = new Set<string>();
/** The incident that `INC-…` stands for. */
let subject = ID;
let world: RealWorld;

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  await world.startWorker();
  await world.client.declare({ declaration: declarationOf(ID, { assessment: wholeBreach }), policy });
  await rests(world, ID);
}, 180_000);

/** A command of the page against this world, `INC-…` being its `subject` and `ws-delta` one of its workspaces; words behind it where the page leaves them to the reader. */
async function run(command: string, ...more: string[]) {
  ran.add(command);
  const here: Record<string, string> = { 'INC-…': subject, 'ws-delta': 'ws-1', 'you@example.com': MAILED };
  const words = wordsOf(command).map((word) => here[word] ?? word);
  if (words[0] === 'temporal') return temporal(...words.slice(1), ...more);
  if (words[0] === 'npm') return shell('npm', words.slice(1), process.env);
  return tocsin(world, ...words.slice(words.indexOf('tocsin') + 1), ...more);
}

async function shell(file: string, args: string[], env: NodeJS.ProcessEnv) {
  const { stdout, stderr } = await promisify(execFile)(file, args, { cwd: packageRoot(), env });
  return { exitCode: 0, out: stdout, err: stderr };
}

function temporal(...args: string[]) {
  const env = { ...process.env, TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' };
  return shell(fromSetup('TEMPORAL_CLI_PATH'), [...args, '--address', world.temporalAddress.address], env);
}

const statusOf = async () => (await world.temporal.workflow.getHandle(ID).describe()).status.name;

/** It runs again, and each deadline is where it was. */
async function goesOn(before: string): Promise<void> {
  await rests(world, ID);
  expect([await statusOf(), await duesOf(world, ID)]).toEqual(['RUNNING', before]);
}

afterEach(() => {
  subject = ID;
  world.mailbox.faults.set({});
});

/** Another incident that the commands are about; at rest. */
async function aboutAnother(id: string, over: Parameters<typeof declarationOf>[1]): Promise<void> {
  subject = id;
  await world.client.declare({ declaration: declarationOf(id, over), policy });
  await rests(world, id);
}

const approve = () =>
  world.client.send(subject, 'approve', { obligation: 'enterprise-notice', by: 'counsel', commandId: 'approve' });

test('while all is in order: list, show, and one look of the watchdog', async () => {
  expect(await expectOk(run('npx tocsin list'))).toMatchObject({ out: expect.stringContaining(ID) });
  await expectOk(run('npx tocsin show INC-…'));
  await until('one look finds nothing', async () => (await run('npx tocsin watchdog --once')).exitCode === 0);
  const { out } = await run('temporal task-queue describe --task-queue tocsin');
  expect(out).toMatch(/@/);
}, 120_000);

test('the watchdog in a process of its own', async () => {
  ran.add('npx tocsin watchdog');
  const child = spawn(process.execPath, [path.join(packageRoot(), 'bin', 'tocsin.js'), 'watchdog'], {
    env: shellEnv(world),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk;
    });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await until(
      'it looks',
      () => output.includes('Looking every 60 s'),
      60_000,
      () => output,
    );
  } finally {
    child.kill('SIGINT');
  }
  expect(await ended).toBe(0);
}, 90_000);

test('reset: it stops itself, and resume brings it back; a run that runs is replaced', async () => {
  const before = await duesOf(world, ID);
  const { events } = await world.temporal.workflow.getHandle(ID).fetchHistory();
  const first = (events ?? []).find(({ workflowTaskCompletedEventAttributes: completed }) => completed)!;
  await run('temporal workflow reset', '--workflow-id', ID, '--event-id', String(first.eventId), '--reason', 'a test');
  await until('it has stopped itself', async () => (await statusOf()) === 'FAILED');
  await expectOk(run('npx tocsin resume INC-…', '--by', 'oncall'));
  await goesOn(before);
  await expectOk(run('npx tocsin resume INC-… --replace-running', '--by', 'oncall'));
  await goesOn(before);
}, 240_000);

test('terminated: the watchdog finds it, resume brings it back, alone, under the policy of today, and among all', async () => {
  const before = await duesOf(world, ID);
  for (const resume of [
    'npx tocsin resume INC-…',
    'npx tocsin resume INC-… --current-policy',
    'npx tocsin resume --all',
  ]) {
    await run('temporal workflow terminate', '--workflow-id', ID);
    expect((await run('npx tocsin watchdog --once')).exitCode).toBe(1);
    await expectOk(run(resume, '--by', 'oncall'));
    await goesOn(before);
  }
}, 240_000);

test('terminated before anything of it was written: nothing to resume, and what is left of it is deleted', async () => {
  subject = 'INC-UNWRITTEN';
  await new TocsinClient(world.temporal, 'nobody-works-here', 0).declare({
    declaration: declarationOf(subject),
    policy,
  });
  await run('temporal workflow terminate', '--workflow-id', subject);
  expect(await run('npx tocsin resume INC-…')).toMatchObject({
    exitCode: 1,
    err: expect.stringContaining('stands in the register'),
  });
  await expectOk(run('temporal workflow show --workflow-id INC-…'));
  await expectOk(run('temporal workflow delete --workflow-id INC-…'));
  await until('Temporal has it no more', async () => (await world.client.stands(subject)) === undefined);
}, 60_000);

test('before a rollout, after a restore, and at the end', async () => {
  // It counts aloud while it takes long.
  const counted = { exitCode: 0, err: expect.stringMatching(/^(\d+ of \d+ runs …\n)*$/) };
  expect(await run('npx tocsin replay --open')).toMatchObject(counted);
  expect(await run('npx tocsin replay INC-…')).toMatchObject(counted);
  await expectOk(run('npx tocsin register verify'));
  const { exitCode, err } = (await run('npx tocsin close INC-…', '--by', 'oncall')) as {
    exitCode: number;
    err: string;
  };
  expect([exitCode, err]).toEqual([1, expect.stringContaining('enterprise-notice')]);
  expect((await run('npm run faults -- --list')).out).toContain('worker-killed');
}, 180_000);

test('how far the anchors keep the register: the doctor says it, and signing by hand gives them the rest', async () => {
  await until('it is signed and anchored', async () => {
    const { out } = (await run('npx tocsin doctor')) as { out: string };
    return /Anchors +file: keeps \d+ entries/.test(out);
  });
  await expectOk(run('npx tocsin register sign'));
}, 120_000);

test('a mail came back: who it was, told otherwise, and mailed again', async () => {
  await expectOk(
    run('npx tocsin told INC-… enterprise-notice --channel phone --workspaces ws-delta', '--by', 'oncall'),
  );
  await expectOk(run('npx tocsin approve INC-… enterprise-notice', '--by', 'counsel', '--yes'));
  await isTold(world, ID, 'enterprise-notice');
  await expectOk(run('npx tocsin notice recipients INC-… enterprise-notice --state came-back --addresses'));
  await expectOk(run('npx tocsin intake unknown'));
}, 120_000);

test('the mail provider refuses a recipient: who it was, while all others are told', async () => {
  await aboutAnother('INC-REFUSED', { assessment: wholeBreach });
  // One batch of those side by side, and one of those that are then sent by themselves.
  const { faults } = world.mailbox;
  const refuse = (failPath: string) =>
    faults.set({ failNext: 1, failStatus: 422, failName: 'validation_error', failPath });
  refuse('/emails/batch');
  await approve();
  while (faults.current.failNext > 0) await sleep(1);
  refuse('/emails');
  await until('all others are told', () => world.notices(subject, 'enterprise-notice').length === OWNERS - 1);
  const refused = 'npx tocsin notice recipients INC-… enterprise-notice --state refused';
  await until('one was refused', async () => /validation_error/.test((await expectOk(run(refused))).out));
}, 120_000);

test('the mail provider has another request under the key of a batch: a person settles it', async () => {
  await aboutAnother('INC-CONFLICT', { assessment: wholeBreach });
  world.mailbox.faults.set({
    failNext: 1,
    failStatus: 409,
    failName: 'invalid_idempotent_request',
    failPath: '/emails/batch',
  });
  await approve();
  await until('an alarm asks for it', async () =>
    of(await readIncidentEvents(world.pool, subject), 'alarm-raised').some(
      ({ data }) => data.threshold.kind === 'undecided',
    ),
  );
  // Whichever of its batches, which are begun side by side, met it.
  expect([100, OWNERS % 100]).toContain(OWNERS - world.notices(subject, 'enterprise-notice').length);
  const settle = `npx tocsin notice settle INC-… enterprise-notice --not-accepted --reason "the provider's log has none of them"`;
  await expectOk(run(settle, '--by', 'counsel'));
  await isTold(world, subject, 'enterprise-notice');
  expect(world.notices(subject, 'enterprise-notice')).toHaveLength(OWNERS);
}, 120_000);

test('what was done by hand, who is alarmed, and a test mail', async () => {
  await expectOk(
    run('npx tocsin measure INC-… "blocked at the edge by hand" --category containment', '--by', 'oncall'),
  );
  await run('npx tocsin oncall');
  expect(await run('npx tocsin doctor --mail-to you@example.com')).toMatchObject({
    out: expect.stringContaining(MAILED),
  });
  expect(world.mailbox.messages().flatMap(({ to }) => to)).toContain(MAILED);
}, 120_000);

test('closed, and no longer kept by Temporal: it takes what comes later, and opens again', async () => {
  await aboutAnother('INC-RETAINED', {});
  await peopleClose(world, subject, 90_000);
  await forget(world, subject);
  await expectOk(run('npx tocsin follow-up INC-… "the authority closed its file"', '--by', 'counsel'));
  await world.client.finished(subject);
  await forget(world, subject);
  await expectOk(run('npx tocsin reopen INC-… --reason "the same key was used again"', '--by', 'oncall'));
  await rests(world, subject);
  expect((await world.view(subject)).state.closedAt).toBeUndefined();
}, 180_000);

test('the notice that went out is proved by one file, which holds without a database, and no recipient', async () => {
  const file = path.join(temporaryDir('proof'), 'proof.jsonl');
  const made = await expectOk(
    tocsin(world, 'notice', 'proof', ID, 'enterprise-notice', '-o', file, '--recipient', 'an authority', '--json'),
  );
  const { key, notice } = JSON.parse(made.out) as { key: string; notice: { texts: Array<{ text?: string }> } };
  expect(notice.texts.length).toBeGreaterThan(0);
  for (const { text } of notice.texts) expect(text).toContain(ID);
  const addresses = await world.pool.query(
    'SELECT address, provider_message_id AS id FROM tocsin.deliveries WHERE incident_id = $1',
    [ID],
  );
  const held = readFileSync(file, 'utf8');
  expect(addresses.rows.length).toBeGreaterThan(0);
  for (const { address } of addresses.rows) expect(held).not.toContain(address);
  expect(held).toContain(addresses.rows.find(({ id }) => id)!.id);
  const verifier = path.join(packageRoot(), 'dist', 'verify-register.cjs');
  const verified = await shell(process.execPath, [verifier, file, '--key', key], { PATH: '' });
  expect(verified.out.replace(/\s+/g, ' ')).toMatch(/the mail provider had accepted \d+ of \d+ mails, the first at /);
  const altered = held.replace(/"delivered":(\d+)|"sent":(\d+)/, (field) => `${field}1`);
  expect(altered).not.toBe(held);
  writeFileSync(file, altered);
  await expect(shell(process.execPath, [verifier, file, '--key', key], { PATH: '' })).rejects.toMatchObject({
    code: 1,
  });
  const none = await tocsin(world, 'notice', 'proof', ID, 'no-such-notice', '-o', file);
  expect(none).toMatchObject({ exitCode: 1, err: expect.stringContaining('no notice of no-such-notice of') });
}, 120_000);

test('a schedule that somebody paused is found, and goes on', async () => {
  const schedule = world.temporal.schedule.getHandle('audit-watch');
  await schedule.pause();
  const { exitCode, out } = (await run('npx tocsin watchdog --once')) as { exitCode: number; out: string };
  expect([exitCode, out.replace(/\s+/g, ' ')]).toEqual([1, expect.stringContaining('"audit-watch" is paused')]);
  await run('temporal schedule toggle --schedule-id audit-watch --unpause', '--reason', 'a test');
  await until('it is in order', async () => (await run('npx tocsin watchdog --once')).exitCode === 0);
  await schedule.delete();
  await until('it is missed', async () => (await run('npx tocsin watchdog --once')).exitCode === 1);
}, 120_000);

test('nothing stands on the page that was not run', () => {
  for (const [command, [file, text]] of Object.entries(ELSEWHERE)) {
    const isThere = readFileSync(path.join(packageRoot(), file), 'utf8').includes(text);
    expect({ command, file, isThere }).toEqual({ command, file, isThere: true });
  }
  const known = [...ran, ...Object.keys(ELSEWHERE)];
  const onPage = commandsOnPage();
  expect(onPage.filter((command) => !known.includes(command))).toEqual([]);
  expect(known.filter((command) => !onPage.includes(command))).toEqual([]);
});

/** Every command of the page, without remarks: those of Tocsin, of Temporal, and of npm. */
function commandsOnPage(): string[] {
  const text = readFileSync(PAGE, 'utf8');
  const others = text.matchAll(/(?:^|`)((?:temporal|npm) [a-z][^`\n]*)/gm);
  const all = [...inMarkdown(PAGE).map(({ text: line }) => line), ...[...others].map(([, line]) => line!)];
  return [...new Set(all.map((line) => line.split(/ {2,}/)[0]!.trim()))].filter((line) => line.includes(' '));
}
