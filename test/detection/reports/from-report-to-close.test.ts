// One report through all real parts: form, Postgres, Temporal, mails, the command, the register; and what is left of it.

import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { appendToRegister } from '../../../activities/register';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { TocsinClient } from '../../../client/tocsin-client';
import { reportStarter } from '../../../detection/reports/start-reports';
import { claimReporterMail, settleReporterMail } from '../../../detection/reports/store/reporter';
import { foldCase } from '../../../domain/case/advance';
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../../domain/incident/contract';
import type { VulnerabilityReportEvent } from '../../../domain/report/state';
import { vulnerabilityReportLifecycle } from '../../../domain/report/vulnerability-report';
import { createPool } from '../../../postgres/pool';
import { Appender } from '../../../register/append/appender';
import { readIncidentEvents } from '../../../register/read-incident';
import { verifyRegister } from '../../../register/verify';
import { createActivities } from '../../../worker/create-activities';
import { FakeWorld } from '../../setup/fake-world';
import { afterFile, createTestDatabase, startDevServer } from '../../setup/helpers';
import { decodedPayloads, plain, quietWorkers, startWorker } from '../../setup/workflow-harness';
import { type Bench, startBench } from '../../unit/activities/fixtures';
import { Screen } from '../../unit/cli/helpers';
import { type Intake, startIntake } from './helpers';

const TEXT = 'SECRET-FINDING \u001b[2J\u202eevil\u2066 <script>alert(1)</script>\nsecond line';
const REPORTER = 'finder@reporter.example';

let bench: Bench;
let intake: Intake;
let temporal: Client;
let url: string;

beforeAll(async () => {
  quietWorkers();
  url = (await createTestDatabase()).url;
  const pool = createPool(url);
  bench = await startBench();
  bench.clock.now = new Date();
  const { address } = await startDevServer(SEARCH_ATTRIBUTES);
  const native = await NativeConnection.connect({ address });
  afterFile(() => native.close());
  const connection = await Connection.connect({ address });
  afterFile(() => connection.close());
  temporal = new Client({ connection });
  const real = createActivities({
    ...bench.deps,
    reporters: {
      claim: (...of) => claimReporterMail(pool, ...of),
      settle: (...of) => settleReporterMail(pool, ...of),
    },
  });
  const appender = new Appender(pool);
  const register = {
    append: (events: never[]) => appender.append(events),
    verify: () => Promise.reject(new Error()),
    state: () => Promise.reject(new Error()),
    events: () => Promise.reject(new Error()),
  };
  await startWorker(native, new FakeWorld(() => Date.now()), {
    appendEntries: (input: never) => appendToRegister(register, input),
    mailReporter: real.mailReporter,
    raiseAlarm: real.raiseAlarm,
  });
  intake = await startIntake({
    pool,
    start: reportStarter(new TocsinClient(temporal, TASK_QUEUE, 0)),
    now: () => new Date(),
  });
  afterFile(() => appender.close());
}, 120_000);

async function tocsin(...argv: string[]) {
  const [stdout, stderr] = [new Screen(), new Screen()];
  const client = new TocsinClient(temporal);
  const shell = new Shell({ TOCSIN_BY: 'aoife', DATABASE_URL: url }, stdout, stderr, client);
  const exitCode = await runCommand(argv, shell);
  return { exitCode, out: stdout.text, err: stderr.text };
}

async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const giveUpAt = Date.now() + 20_000;
  while (Date.now() < giveUpAt) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain for ${what}`);
}

test('received, mailed, shown, decided, closed, erased', async () => {
  const given = { text: TEXT, email: REPORTER, name: 'F \u202e', credit: 'named' };
  const answer = await intake.json(given, { host: '127.0.0.1:8787' }, '127.0.0.1');
  expect(answer.statusCode).toBe(201);
  const { id } = answer.json();

  const request = await until('the request to confirm', () => bench.mailbox.messages({ to: REPORTER })[0]);
  expect(request.subject).toBe(`[${id}] Please confirm your address`);
  expect(`${request.subject}${request.text}${request.html}`).not.toMatch(/SECRET|script>|evil|reporter\.example/);

  const listed = await until('the list', async () => {
    const { out } = await tocsin('report', 'list');
    return out.includes(id) ? out : undefined;
  });
  expect(listed).toContain('received');

  const shown = await tocsin('report', 'show', id);
  expect(shown.exitCode).toBe(0);
  expect(shown.out).toContain('│ SECRET-FINDING <U+001B>[2J<U+202E>evil<U+2066> <script>alert(1)</script>');
  expect(shown.out).toContain('│ second line');
  expect(shown.out).toContain(REPORTER);
  expect(shown.out).toContain('Nobody has confirmed this address');
  const link = /^http:\/\/127\.0\.0\.1:8787(\/security\/report\/VR-\S+)$/m.exec(request.text!)![1] as string;
  expect(request.html).toContain(`href="http://127.0.0.1:8787${link}"`);
  expect((await intake.app.inject({ method: 'POST', url: link })).statusCode).toBe(200);
  expect((await tocsin('report', 'show', id)).out).toContain('They confirmed this address');
  expect(shown.out).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
  const json = await tocsin('report', 'show', id, '--json');
  expect(json.out).not.toMatch(/\p{Cf}|(?!\n)\p{Cc}/u);
  expect(JSON.parse(json.out).report.content.text).toBe(TEXT);

  expect((await tocsin('report', 'accept', id)).exitCode).toBe(2);
  expect((await tocsin('report', 'fixed', id, '1.0')).exitCode).toBe(1);
  expect((await tocsin('report', 'acknowledge', 'VR-20260101-00000000')).exitCode).toBe(1);
  const acknowledged = await tocsin('report', 'acknowledge', id);
  expect(acknowledged).toMatchObject({ exitCode: 0, err: '' });
  expect(acknowledged.out).toMatch(/\/\d+ {2}acknowledged\n/);
  expect((await tocsin('report', 'show', id)).out).toContain('in time');
  expect((await tocsin('report', 'acknowledge', id)).out).toContain('Nothing changed: aoife acknowledged it');
  await until('the second mail', () => bench.mailbox.messages({ to: REPORTER }).length === 2);
  for (const command of [
    `accept ${id} --severity sev2`,
    `fixed ${id} 2.4.1`,
    `disclose ${id} --on 2099-01-01`,
    `disclose ${id} --url https://example.com/a/1`,
    `credit ${id} named`,
    `declare ${id} --incident INC-1`,
    `close ${id}`,
  ]) {
    const { exitCode, err } = await tocsin('report', ...command.split(' '));
    expect({ command, exitCode, err }).toEqual({ command, exitCode: 0, err: '' });
  }
  await temporal.workflow.getHandle(id).result();

  // Everything about it stands in the register, verifiable; its fold is the workflow's state; no word of the report.
  const events = (await readIncidentEvents(intake.pool, id)) as unknown as VulnerabilityReportEvent[];
  const { state } = (await new TocsinClient(temporal).view(id)) as { state: object };
  expect(plain(foldCase(vulnerabilityReportLifecycle, events))).toEqual(state);
  expect(await verifyRegister(intake.pool, { incidentId: id })).toMatchObject({ ok: true, entries: events.length });
  const payloads = decodedPayloads(await temporal.workflow.getHandle(id).fetchHistory());
  for (const place of [JSON.stringify(events), payloads, bench.logged.join(), intake.logged.join()]) {
    expect(place).not.toMatch(/SECRET|reporter\.example|evil/);
  }
  const alarms = bench.mailbox.messages({}).filter(({ to }) => !to.includes(REPORTER));
  expect(alarms.length).toBeGreaterThan(0);
  for (const { subject, text } of alarms) expect(`${subject}${text}`).not.toMatch(/SECRET|reporter\.example|evil/);

  const erased = await tocsin('report', 'erase', id, '--by', 'dpo', '--yes');
  expect(erased).toMatchObject({ exitCode: 0, err: '' });
  expect((await tocsin('report', 'erase', id, '--by', 'dpo', '--yes')).out).toContain('was already erased');
  const after = (await readIncidentEvents(intake.pool, id)) as unknown as VulnerabilityReportEvent[];
  expect(after.slice(events.length)).toMatchObject([{ kind: 'erased', by: 'dpo', seq: events.length + 1 }]);
  expect((await tocsin('report', 'show', id)).out).toContain('were erased');
}, 120_000);

test('nobody confirms: the acknowledgement goes nowhere, and the report says so', async () => {
  const victim = 'victim@victim.example';
  const { id } = (
    await intake.json({ text: 'not theirs', email: victim }, { host: '127.0.0.1:8787' }, '127.0.0.1')
  ).json();
  await until('the request to confirm', () => bench.mailbox.messages({ to: victim })[0]);
  expect((await tocsin('report', 'acknowledge', id)).exitCode).toBe(0);
  const shown = await until('what became of it', async () => {
    const { out } = await tocsin('report', 'show', id);
    return /Reporter told of it: not mailed: nobody/.test(out) ? out : undefined;
  });
  expect(shown).toContain('Nobody has confirmed this address');
  expect((await tocsin('report', 'decline', id, '--reason', 'spam')).exitCode).toBe(0);
  expect((await tocsin('report', 'close', id)).exitCode).toBe(0);
  await temporal.workflow.getHandle(id).result();
  expect(bench.mailbox.messages({ to: victim })).toHaveLength(1);
}, 60_000);

test('an open report is erased, and its workflow records it', async () => {
  const { id } = (await intake.json({ text: 'erase this one' })).json();
  await until('its workflow', async () => (await new TocsinClient(temporal).find(id)) && true);
  expect((await tocsin('report', 'erase', id, '--by', 'dpo', '--yes')).exitCode).toBe(0);
  const kinds = await until('the entry', async () => {
    const all = (await readIncidentEvents(intake.pool, id).catch(() => [])).map(({ kind }) => kind as string);
    return all.includes('erased') ? all : undefined;
  });
  expect(kinds).toContain('erased');
  await temporal.workflow.getHandle(id).terminate('the test is over');
}, 60_000);

describe('a mail to a reporter goes out once', () => {
  const input = (id: string) => ({
    incidentId: id,
    exercise: false,
    mail: 'confirmation' as const,
  });
  const stored = async (email: string) => {
    const content = { text: `about ${email}`, email };
    return ((await intake.json(content, { host: '127.0.0.1:8787' }, '127.0.0.1')).json() as { id: string }).id;
  };
  const activities = (settle?: () => Promise<void>) =>
    createActivities({
      ...bench.deps,
      reporters: {
        claim: (...of) => claimReporterMail(intake.pool, ...of),
        settle: settle ?? ((...of) => settleReporterMail(intake.pool, ...of)),
      },
    });
  const mailsTo = (address: string) => bench.mailbox.messages({ to: address }).length;

  test('when it is asked for again, when two ask at once, and when the worker dies between the mail and its note', async () => {
    const id = await stored('twice@reporter.example');
    const dying = activities(() => Promise.reject(new Error('the worker died')));
    await expect(dying.mailReporter(input(id))).rejects.toThrow();
    const answers = await Promise.all([activities().mailReporter(input(id)), activities().mailReporter(input(id))]);
    expect(answers).toEqual([{ outcome: 'sent' }, { outcome: 'sent' }]);
    expect(await activities().mailReporter(input(id))).toEqual({ outcome: 'sent' });
    await until('one mail', () => mailsTo('twice@reporter.example') >= 1);
    expect(mailsTo('twice@reporter.example')).toBe(1);
  });

  test('not to an erased address; an unknown report is an error', async () => {
    const id = await stored('gone@reporter.example');
    await tocsin('report', 'erase', id, '--by', 'dpo', '--yes');
    await temporal.workflow
      .getHandle(id)
      .terminate('the test is over')
      .catch(() => undefined);
    expect((await activities().mailReporter({ ...input(id), mail: 'confirmation' })).outcome).toMatch(
      /no-address|sent/,
    );
    await expect(activities().mailReporter(input('VR-20260101-00000000'))).rejects.toThrow(/no vulnerability report/);
  });
});
