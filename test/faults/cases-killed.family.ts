/**
 * The worker dies by kill -9 at both boundaries of every activity that triage cases, vulnerability reports, patch tasks, the
 * audit watch and the dependency check call: each case and task once, each mail once, every entry there. Not of those that an
 * escalation calls an hour after an acknowledgement.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Activities } from '../../activities/types';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { triageCaseId } from '../../detection/intake/inbox/triage-case-id';
import { ReportDispatcher, reportStarter } from '../../detection/reports/start-reports';
import { acceptReport } from '../../detection/reports/store/accept-report';
import { TASK_QUEUE } from '../../domain/incident/contract';
import { toInstant } from '../../domain/kernel/time';
import { readEvents } from '../../register/read-incident';
import { aLog, bytesOf } from '../detection/audit/helpers';
import { injected, report, Tally } from '../setup/invariants/tally';
import { type ActivityHold, RealWorld, type WorkerChild } from '../setup/real-world';
import { until } from '../setup/until';
import { quietWorkers } from '../setup/workflow-harness';
import { MINIMIST } from '../unit/detection/dependencies/records';
import { detection, judged, RULES } from '../unit/domain/helpers/detections';
import { soundCase } from './sound-case';

const WHEN = ['before', 'after'] as const;
const named = (activities: readonly (keyof Activities)[]) =>
  activities.flatMap((activity) => WHEN.map((when) => ({ activity, when, name: `${activity}-${when}` })));

const CHECKS = named(['checkDependencies', 'nextPatchActions', 'donePatchActions']);
const WATCHES = named(['auditLogs', 'checkAuditLog', 'raiseDetections']);
const TASKS = named(['recheckPatchTask', 'settlePatchTask']);
const TRIAGES = named(['appendEntries', 'raiseAlarm', 'pageOnCall']);
const REPORTS = named(['mailReporter']);

/** A page comes a minute after the mail of its alarm. */
const STANDING_MS = 180_000;

let world: RealWorld;
let inventory: string;
const log = aLog(40);

beforeAll(async () => {
  quietWorkers();
  world = await RealWorld.start();
  inventory = path.join(world.dir, 'package-lock.json');
  mkdirSync(path.join(world.dir, 'advisories'));
  // The first page is the mails of the alarms; the second is a step.
  writeFileSync(file('escalation.yaml'), 'default: { every: PT1M, tries: 3 }\n');
}, 120_000);

const file = (name: string) => path.join(world.dir, name);
const env = () => ({
  TOCSIN_INVENTORIES: `web=${inventory}`,
  TOCSIN_ADVISORIES: file('advisories'),
  TOCSIN_AUDIT_LOGS: `platform=${file('platform.jsonl')}`,
  TOCSIN_AUDIT_EVERY: 'PT6H',
  TOCSIN_ESCALATION: file('escalation.yaml'),
});

const packageOf = (n: number) => `package-${n}`;

/** Installs packages in their vulnerable version, or in the mended one. */
function install(vulnerable: readonly number[], mended: readonly number[] = []): void {
  const packages: Record<string, object> = { '': { name: 'web', version: '1.0.0' } };
  for (const n of vulnerable) packages[`node_modules/${packageOf(n)}`] = { version: '1.2.5' };
  for (const n of mended) packages[`node_modules/${packageOf(n)}`] = { version: '1.2.6' };
  writeFileSync(inventory, JSON.stringify({ name: 'web', lockfileVersion: 3, packages }));
}

function publishAdvisories(count: number): void {
  for (let n = 1; n <= count; n++) {
    const text = JSON.stringify({ ...MINIMIST, id: `GHSA-aaaa-bbbb-${1000 + n}`, aliases: [] });
    writeFileSync(file(`advisories/${n}.json`), text.replaceAll('"minimist"', `"${packageOf(n)}"`));
  }
}

const start = (workflow: string, id: string) =>
  world.temporal.workflow.start(workflow, { taskQueue: TASK_QUEUE, workflowId: id, args: [{}] });
const ended = (id: string) => world.temporal.workflow.getHandle(id).result();

const taskIds = async () => (await world.client.list('patch', { limit: 100 })).map(({ id }) => id).sort();
const taskOf = async (n: number) => {
  for (const id of await taskIds()) {
    const view = await world.client.view<'patch'>(id);
    if (view?.state.finding.package === packageOf(n)) return id;
  }
  return undefined;
};

test('kill -9 at the boundaries of every activity of the other cases', async () => {
  publishAdvisories(TASKS.length + CHECKS.length);
  const first = TASKS.map((_, n) => n + 1);
  install(first);
  writeFileSync(file('platform.jsonl'), bytesOf(log.slice(0, 20)));
  const opening = await world.startWorker({ env: env() });
  const tasks = new Map<string, string>();
  for (const [n, { name }] of TASKS.entries()) tasks.set(name, await until(`task ${n + 1}`, () => taskOf(n + 1)));
  await until('the log was watched', async () => {
    const { rowCount } = await world.pool.query(`SELECT FROM tocsin.audit_heads WHERE log = 'platform'`);
    return rowCount! > 0;
  });
  await opening.stop();

  const reportIds = await acceptReports();
  const triageIds = new Map(TRIAGES.map(({ name }) => [name, detected(name)]));
  const holds: ActivityHold[] = [
    ...CHECKS.map(({ name, ...hold }) => ({ ...hold, workflow: `CHECK-${name}` })),
    ...WATCHES.map(({ name, ...hold }) => ({ ...hold, workflow: `WATCH-${name}` })),
    ...TASKS.map(({ name, ...hold }) => ({ ...hold, workflow: tasks.get(name)! })),
    ...TRIAGES.map(({ name, ...hold }) => ({ ...hold, workflow: triageIds.get(name)!.caseId })),
    ...REPORTS.map(({ name, ...hold }) => ({ ...hold, workflow: reportIds.get(name)! })),
  ];
  const worker = await world.startWorker({ env: env(), holds });
  await startReports();
  for (const { given } of triageIds.values()) await openTriage(world.client, given, judged(given), RULES);
  // Two are said to be patched, and are looked at again; two are patched, which a check finds.
  for (const { activity, name } of TASKS)
    if (activity === 'recheckPatchTask')
      await world.client.send(tasks.get(name)!, 'patched', { by: 'platform', commandId: `patched ${name}` });
  const mended = TASKS.flatMap(({ activity }, n) => (activity === 'settlePatchTask' ? [n + 1] : []));
  const vulnerable = first.filter((n) => !mended.includes(n));
  for (const [n, { name }] of CHECKS.entries()) {
    vulnerable.push(TASKS.length + n + 1);
    install(vulnerable, mended);
    await start('dependencyCheck', `CHECK-${name}`);
    await stands(worker, `CHECK-${name}`);
  }
  writeFileSync(file('platform.jsonl'), bytesOf([...log.slice(0, 12), ...log.slice(13, 30)]));
  for (const { name } of WATCHES) await start('auditWatch', `WATCH-${name}`);
  for (const hold of holds) await stands(worker, hold.workflow);
  injected('an activity held at its boundary', worker.hanging().length);
  await worker.kill();

  const second = await world.startWorker({ env: env() });
  for (const { name } of CHECKS) await ended(`CHECK-${name}`);
  for (const { name } of WATCHES) await ended(`WATCH-${name}`);

  const tally = new Tally();
  const wanted = [...first, ...vulnerable.filter((n) => !first.includes(n))].map(packageOf);
  const found = await until('every patch task is there', async () => {
    const ids = (
      await world.pool.query(`SELECT DISTINCT incident_id FROM tocsin.register_entries WHERE kind = 'patch-due'`)
    ).rows as Array<{ incident_id: string }>;
    return ids.length >= wanted.length && ids.map(({ incident_id }) => incident_id);
  });
  const views = await Promise.all(found.map((id) => world.client.view<'patch'>(id)));
  tally.once(
    'patch tasks',
    wanted,
    views.map((view) => view!.state.finding.package),
  );
  for (const { name, activity } of TASKS) {
    if (activity !== 'settlePatchTask') continue;
    const closed = await until(
      `${name} is closed`,
      async () => (await world.client.view(tasks.get(name)!))?.state.closedAt,
    )
      .then(() => true)
      .catch(() => false);
    tally.whole(closed, () => `${name}: it is patched, and its task is open`);
  }
  const pending = await world.pool.query(`SELECT FROM tocsin.inbox WHERE source = 'audit-log'`);
  tally.check('doubled', pending.rowCount === 1, () => `the damaged log is ${pending.rowCount} detections`);
  const [damage] = await until('the damage is handed to its case', async () => {
    const { rows } = await world.pool.query(
      `SELECT case_id FROM tocsin.inbox WHERE source = 'audit-log' AND case_id IS NOT NULL`,
    );
    return rows.length > 0 && (rows as Array<{ case_id: string }>);
  });
  for (const [name, id] of reportIds) {
    await until(`${name}: the mail to the reporter is recorded`, async () =>
      (await readEvents(world.pool, id)).some(({ kind }) => kind === 'reporter-mailed'),
    );
    const keys = world.mailbox
      .messages({})
      .map(({ request }) => request?.key)
      .filter((key) => key?.startsWith(`report/${id}/`));
    tally.once(`${id}: mails to its reporter`, [`report/${id}/confirmation`], keys as string[]);
  }
  const cases = [
    ...found,
    ...reportIds.values(),
    damage!.case_id,
    ...[...triageIds.values()].map(({ caseId }) => caseId),
  ];
  for (const id of cases) await soundCase(world, tally, id);
  tally.cannot('early', 'nothing of these is sent at a time of its own');
  report(tally);
  expect(tally.found()).toEqual([]);
  expect(second.output()).not.toMatch(/nondeterminism/i);
  await second.stop();
}, 600_000);

/** A detection that opens a case of its own. */
function detected(name: string) {
  const given = detection({ eventId: name, correlationId: name, systems: [name], at: toInstant(Date.now()) });
  return { given, caseId: caseIdOf(given) };
}

function caseIdOf(given: ReturnType<typeof detection>): string {
  return triageCaseId(judged(given), given.at);
}

function stands(worker: WorkerChild, workflow: string): Promise<unknown> {
  const hangs = () => worker.hanging().some((hold) => hold.workflow === workflow);
  return until(`${workflow} stands in its step`, hangs, STANDING_MS);
}

const dispatcher = () =>
  new ReportDispatcher(world.pool, reportStarter(world.client), { warn: () => undefined } as never, () => new Date());
const startReports = () => dispatcher().drain();

async function acceptReports(): Promise<Map<string, string>> {
  const limit = 100;
  const limits = {
    openFromOneSender: limit,
    openFromOneOrigin: limit,
    openFromOneNetwork: limit,
    open: limit,
    perHour: limit,
  };
  const ids = new Map<string, string>();
  for (const [n, { name }] of REPORTS.entries()) {
    const reportId = `VR-20260401-0000000${n}`;
    const receivedAt = new Date();
    const workflowInput = {
      reportId,
      via: 'json',
      receivedAt: toInstant(receivedAt.getTime()),
      reachable: true,
      owner: 'oncall',
      clock: {
        dueAt: toInstant(receivedAt.getTime() + 3 * 86_400_000),
        alarms: [{ threshold: { kind: 'start' }, at: toInstant(receivedAt.getTime()) }],
        businessDays: 3,
        timeZone: 'UTC',
        daysOff: [],
      },
      repeatEveryMs: 86_400_000,
      followUpAfterMs: 30 * 86_400_000,
    };
    const content = { text: `A report ${name}`, email: `reporter-${n}@research.example`, credit: 'anonymous' as const };
    const given = {
      reportId,
      receivedAt,
      via: 'json' as const,
      content,
      confirmBase: 'https://security.example',
      workflowInput,
    };
    expect(await acceptReport(world.pool, given, limits)).toMatchObject({ outcome: 'accepted', fresh: true });
    ids.set(name, reportId);
  }
  return ids;
}
