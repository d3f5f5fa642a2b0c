// Alarms are repeated at their exact instants, from person to person, until a named one acknowledges them.

import type { Client } from '@temporalio/client';
import { failure } from '../../activities/failures';
import { createTemporalCases } from '../../activities/paging/cases';
import { createContacts } from '../../activities/paging/contacts';
import { escalate, pageOnCall, tellAcknowledged, tellResolved } from '../../activities/paging/escalate';
import type { Acknowledged, EscalationPort, Page, Resolved } from '../../activities/paging/escalation-port';
import type { ArtefactStore } from '../../activities/storage/artefacts';
import type { Activities } from '../../activities/types';
import { TocsinClient } from '../../client/tocsin-client';
import { type EscalationState, escalationId, toldBy } from '../../domain/escalation/escalation';
import { RotaSchema } from '../../domain/escalation/rota';
import { TASK_QUEUE } from '../../domain/incident/contract';
import { groundsOf } from '../../domain/incident/grounds';
import { isSettled } from '../../domain/incident/state';
import { type Instant, toMs } from '../../domain/kernel/time';
import { refusalOf } from '../../server/api/failures';
import type { FakeWorld } from '../setup/fake-world';
import { thresholdName } from '../setup/threshold-name';
import { decodedPayloads, PROMPT_MS, type TestIncident, WorkflowHarness } from '../setup/workflow-harness';

const SECRET_SLACK_ID = 'U0SECRETID';
const person = (name: string) => ({
  name,
  email: `${name}@rota.example`,
  slack: `${SECRET_SLACK_ID}${name.toUpperCase()}`,
});
const level = (who: string) => ({
  name: who,
  timeZone: 'UTC',
  handover: '00:00',
  rotations: [{ start: '2020-01-01', every: 'P1W', people: [who] }],
});
const rota = RotaSchema.parse({
  people: { ann: person('ann'), bob: person('bob'), cleo: person('cleo') },
  levels: [level('ann'), level('bob'), level('cleo')],
});

/** Shorter than what lies between two pages. */
const STEP_MINUTES = 2;

/** What went out, with the instant on the server's clock. */
const paged: Array<{ at: Instant; through: string; page: Page }> = [];
const acknowledgements: Acknowledged[] = [];
const ends: Resolved[] = [];
let slackIsDown = false;
/** No paging service is configured. */
let mailsAlone = false;
/** How the register has each case. */
let inRegister: 'open' | 'closed' = 'open';

function recorder(name: EscalationPort['name'], now: () => Promise<Instant>): EscalationPort {
  return {
    name,
    async page(page) {
      if (name === 'slack' && slackIsDown) throw failure('PageBusy', 'Slack answered 503: it is sent again');
      paged.push({ at: await now(), through: name, page });
    },
    acknowledged: async (note) => void (name === 'slack' && acknowledgements.push(note)),
    resolved: async (note) => void (name === 'slack' && ends.push(note)),
  };
}

/** The real activities of escalations, with recorders in place of mail and Slack. */
function escalating(client: Client, world: FakeWorld): Partial<Activities> {
  const marks = new Set<string>();
  const artefacts = {
    mark: async (key: string) => void marks.add(key),
    isMarked: async (key: string) => marks.has(key),
  } as unknown as ArtefactStore;
  const log = { info() {}, warn() {}, error() {} };
  const now = () => harness.now();
  const email = recorder('email', now);
  const services = [recorder('slack', now), recorder('pagerduty', now)];
  const deps = {
    get ports() {
      return mailsAlone ? [email] : [email, ...services];
    },
    rota: async () => rota,
    repeat: () => ({ every: 'PT5M', tries: 3 }),
    cases: createTemporalCases(
      () => ({ client, taskQueue: TASK_QUEUE }),
      async () => inRegister,
      log,
    ),
    contacts: createContacts({ fallback: 'fallback@rota.example' }),
    artefacts,
    log,
  };
  const faked = world.activities();
  return {
    async raiseAlarm(input) {
      await faked.raiseAlarm(input);
      if (!input.exercise) await escalate(deps, input);
    },
    pageOnCall: (input) => pageOnCall(deps, input),
    standingOfAlarms: ({ caseId, alarms }) => deps.cases.standing(caseId, alarms),
    tellAcknowledged: (input) => tellAcknowledged(deps, input),
    tellResolved: (input) => tellResolved(deps, input),
  };
}

/**
 * Each scenario has a server of its own, and one that fails is played once more. A page and its end come at one instant here, and
 * the time-skipping server refuses whole a task that cancels a timer which has just fired ("invalid history builder state for
 * action"; a real one knows that it may): now and then it stands still after that.
 */
jest.retryTimes(1, { logErrorsBeforeRetry: true });
let harness: WorkflowHarness;
beforeEach(async () => {
  slackIsDown = false;
  mailsAlone = false;
  inRegister = 'open';
  for (const list of [paged, acknowledgements, ends]) list.length = 0;
  harness = await WorkflowHarness.start(escalating);
}, 120_000);
afterEach(async () => {
  await harness.endOfScenario().finally(() => harness.stop());
}, 90_000);

/** Nothing but the containment is owed soon: it alarms at 60, 90, 108 and 120 minutes, then every four hours. */
async function declared(): Promise<{ incident: TestIncident; from: Instant }> {
  const from = await harness.now();
  const incident = await harness.declare({
    detectedAt: from,
    declaredAt: from,
    owner: 'somebody-else',
    serviceAffecting: false,
    assessment: { personalData: 'no', dataSets: [] },
  });
  return { incident, from };
}

/**
 * Lets time pass; a page of the last moment may still be on its way out. In steps, each at rest before the next: in one
 * step, on a busy machine, the server's clock once stood at the end before the pages on the way there had gone out.
 */
async function minutes(n: number): Promise<void> {
  for (let passed = 0; passed < n; passed += STEP_MINUTES) {
    await harness.sleep(Math.min(STEP_MINUTES, n - passed) * 60_000);
    for (const { id } of harness.incidents) await atRest(escalationId(id));
  }
}

/** Waits until an activity of a workflow was tried at least once. */
async function atRest(workflowId: string): Promise<void> {
  for (let looks = 0; looks < 500; looks++) {
    const described = await harness.client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    const fresh = described?.raw.pendingActivities?.filter(({ attempt, lastFailure }) => !lastFailure && attempt! < 2);
    if (!described || (fresh?.length === 0 && !described.raw.pendingWorkflowTask)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Pages through a port as [minute, level, person, alarms]; each came at its exact instant. */
function pages(from: Instant, through = 'slack'): Array<[number, number, string, number]> {
  return paged
    .filter((each) => each.through === through)
    .map(({ at, page }) => {
      const minute = Math.round((toMs(at) - toMs(from)) / 60_000);
      const lateMs = toMs(at) - toMs(from) - minute * 60_000;
      if (lateMs < 0 || lateMs > PROMPT_MS)
        throw new Error(`page ${page.attempt} is ${lateMs} ms off minute ${minute}`);
      return [minute, page.level, page.person.handle, page.alarms.length];
    });
}

async function escalationOf(incident: TestIncident) {
  const handle = harness.client.workflow.getHandle(escalationId(incident.id));
  const { status } = await handle.describe();
  return { handle, status: status.name, state: await handle.query<EscalationState>('state') };
}

test('repeated every five minutes: three times to each level, then round again; later alarms join', async () => {
  const { incident, from } = await declared();
  await minutes(107);
  expect(pages(from)).toEqual([
    [60, 1, 'ann', 1],
    [65, 1, 'ann', 1],
    [70, 1, 'ann', 1],
    [75, 2, 'bob', 1],
    [80, 2, 'bob', 1],
    [85, 2, 'bob', 1],
    // The alarm of minute 90 may come just before or after the page of that minute.
    [90, 3, 'cleo', expect.any(Number)],
    [95, 3, 'cleo', 2],
    [100, 3, 'cleo', 2],
    [105, 1, 'ann', 2],
  ]);
  // The first page is not mailed: the alarm itself was.
  expect(pages(from, 'email')).toEqual(pages(from).slice(1));
  expect(incident.alarms('containment').map(({ threshold }) => thresholdName(threshold))).toEqual(['50 %', '75 %']);
  const { lines, subject, commands } = paged.at(-1)!.page.digest;
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('2 alarms about this');
  expect(subject).toContain('2 alarms not acknowledged (page 10, level 1)');
  expect(commands[0]).toBe(`npx tocsin acknowledge ${incident.id} --by ann`);
}, 60_000);

test('without a paging service the first page is the mails of the alarms, and no step; the others come at their instants', async () => {
  mailsAlone = true;
  const { incident, from } = await declared();
  await minutes(62);
  const { handle, state } = await escalationOf(incident);
  expect(state.climb).toMatchObject({ attempt: 1, number: 1 });
  const steps = async () =>
    (await handle.fetchHistory()).events!.filter((event) => event.activityTaskScheduledEventAttributes).length;
  expect(await steps()).toBe(0);
  await minutes(11);
  expect(await steps()).toBe(2);
  expect(pages(from, 'email')).toEqual([
    [65, 1, 'ann', 1],
    [70, 1, 'ann', 1],
  ]);
  // A climb that begins once a service is there pages through it at once.
  mailsAlone = false;
  await incident.send('acknowledge-alarms', { by: 'ann' });
  await minutes(19);
  expect(pages(from)).toEqual([[90, 1, 'ann', 1]]);
}, 60_000);

test('an acknowledgement stands in the register and stops the pages at once; the next alarm begins again', async () => {
  const { incident, from } = await declared();
  await minutes(72);
  const receipt = await incident.send('acknowledge-alarms', { by: 'ann' });
  expect(receipt.events.map(({ kind }) => kind)).toEqual(['alarm-acknowledged']);
  await minutes(17);
  expect(pages(from).map(([minute]) => minute)).toEqual([60, 65, 70]);
  const [alarm] = incident.alarms('containment');
  expect(incident.entries('alarm-acknowledged')).toMatchObject([{ by: 'ann', data: { alarms: [alarm!.seq] } }]);
  expect(acknowledgements).toMatchObject([{ by: 'ann', alarms: [alarm!.seq], remaining: 0 }]);
  // Asked again there is nothing left to acknowledge.
  expect((await incident.send('acknowledge-alarms', { by: 'ann' })).note).toContain('no alarm waits');

  await minutes(7);
  expect(pages(from).slice(3)).toEqual([
    [90, 1, 'ann', 1],
    [95, 1, 'ann', 1],
  ]);
  expect(paged.at(-1)!.page.climb.number).toBe(2);
}, 60_000);

test('an acknowledgement that PagerDuty reports says so; of somebody unknown it is noted, and the pages go on', async () => {
  const { incident, from } = await declared();
  await minutes(62);
  const [alarm] = incident.alarms('containment');
  // What the server asks when PagerDuty calls back.
  const client = new TocsinClient(harness.client);
  expect(toldBy((await client.escalation(incident.id))!, await harness.now())).toEqual([alarm!.seq]);
  const none = await client.escalation('INC-NOBODY').catch(refusalOf);
  expect(none).toMatchObject({ kind: 'not-found' });
  const said = { alarms: [alarm!.seq], commandId: 'event-1' };
  const unknown = { service: 'pagerduty', person: 'unknown' };
  const noted = await incident.send('acknowledge-alarms', { ...said, by: 'PagerDuty', via: unknown });
  expect(noted.note).toContain('whom the rota does not know');
  await minutes(5);
  expect(pages(from).map(([minute]) => minute)).toEqual([60, 65]);
  expect(incident.entries('alarm-acknowledged')).toEqual([]);
  const via = { service: 'pagerduty', person: 'on-rota' };
  await incident.send('acknowledge-alarms', { ...said, commandId: 'event-2', by: 'ann', via });
  await minutes(10);
  expect(pages(from)).toHaveLength(2);
  expect(acknowledgements).toMatchObject([{ by: 'ann', via: 'pagerduty', remaining: 0 }]);
  expect(incident.entries('alarm-acknowledged')).toMatchObject([
    { by: 'ann', data: { alarms: [alarm!.seq], via: 'pagerduty' } },
  ]);
}, 60_000);

test('one alarm of two acknowledged: the other is repeated on', async () => {
  const { incident, from } = await declared();
  await minutes(97);
  const numbers = incident.alarms('containment').map(({ seq }) => seq);
  const [first] = incident.alarms('containment');
  // A repeated page that PagerDuty took tells of what joined since the first.
  expect(numbers).toHaveLength(2);
  expect(toldBy((await escalationOf(incident)).state, await harness.now())).toEqual(numbers);
  await incident.send('acknowledge-alarms', { by: 'bob', alarms: [first!.seq] });
  await minutes(5);
  expect(pages(from).slice(-2)).toEqual([
    [95, 3, 'cleo', 2],
    [100, 3, 'cleo', 1],
  ]);
  expect(acknowledgements).toMatchObject([{ by: 'bob', remaining: 1 }]);
}, 60_000);

test('an acknowledgement ends: what is not done pages again from the first level, is on record, and no more once it is done', async () => {
  const { incident, from } = await declared();
  // The deadline itself: after it the clock rings every four hours.
  await minutes(132);
  await incident.send('acknowledge-alarms', { by: 'bob' });
  const before = paged.length;
  await minutes(28);
  expect(paged).toHaveLength(before);
  expect((await incident.state()).alarmed?.containment?.acknowledged?.by).toBe('bob');
  await minutes(18);
  expect(pages(from).slice(-4)).toEqual([
    [162, 1, 'ann', 1],
    [167, 1, 'ann', 1],
    [172, 1, 'ann', 1],
    [177, 2, 'bob', 1],
  ]);
  const alarm = incident.alarms('containment').at(-1)!;
  expect(alarm).toMatchObject({ threshold: { kind: 'acknowledgement-expired', by: 'bob' } });
  expect(paged.at(-1)!.page.digest.lines[0]).toMatch(/acknowledged by bob at \d{4}-.* UTC, and still not done/);
  // Acknowledged again, and this time it is done.
  await incident.send('acknowledge-alarms', { by: 'ann' });
  await minutes(10);
  await incident.send('status', { status: 'contained' });
  const count = paged.length;
  await minutes(60);
  expect(paged).toHaveLength(count);
  expect(incident.alarms('containment').at(-1)).toEqual(alarm);
}, 120_000);

test('no page about something done: the obligation is met, and the escalation ends', async () => {
  const { incident, from } = await declared();
  await minutes(72);
  await incident.send('status', { status: 'contained' });
  await minutes(120);
  expect(pages(from).map(([minute]) => minute)).toEqual([60, 65, 70]);
  expect(ends).toMatchObject([{ reason: 'done' }]);
  expect(await escalationOf(incident)).toMatchObject({ status: 'COMPLETED', state: { open: [] } });
}, 60_000);

test('it ends with its case, acknowledged or not', async () => {
  const [open, seen] = [(await declared()).incident, (await declared()).incident];
  await minutes(62);
  await seen.send('acknowledge-alarms', { by: 'ann' });
  for (const incident of [open, seen]) {
    await incident.send('status', { status: 'resolved' });
    await incident.quiet();
    await incident.send('not-owed', { all: true, reason: 'two of us went through the access log of that night' });
    const { obligations } = await incident.state();
    const { pack } = harness.world.policy;
    for (const { id } of pack.obligations) {
      const settled = Object.values(obligations).some((o) => o.rule === id && isSettled(o));
      const ground = groundsOf({ id }, pack).find(({ onlyWhen }) => !onlyWhen)?.id;
      if (ground && !settled)
        await incident.send('waive', {
          obligation: id,
          ground,
          reason: 'two of us saw that nothing else is left to do here',
        });
    }
    await incident.send('close', {});
    await incident.handle.result();
  }
  const count = paged.length;
  await harness.sleep(70 * 60_000);
  expect(paged).toHaveLength(count);
  expect(ends.map(({ caseId, reason }) => [caseId, reason]).sort()).toEqual(
    [open, seen].map(({ id }) => [id, 'closed']).sort(),
  );
  for (const incident of [open, seen]) expect((await escalationOf(incident)).status).toBe('COMPLETED');
}, 60_000);

test('a case whose workflow was ended is not closed: its alarms go on to page, until it is', async () => {
  const { incident, from } = await declared();
  await minutes(62);
  await incident.handle.terminate('not by its closing');
  await minutes(10);
  expect(pages(from).map(([minute]) => minute)).toEqual([60, 65, 70]);
  expect(ends).toEqual([]);
  inRegister = 'closed';
  await minutes(8);
  expect(pages(from)).toHaveLength(3);
  expect(ends).toMatchObject([{ reason: 'closed' }]);
}, 60_000);

test('acknowledged before its escalation heard of it: nobody is paged', async () => {
  const { incident } = await declared();
  harness.world.fail('raiseAlarm');
  incident.stuck = (key) => key.startsWith('alarm');
  await minutes(61);
  await incident.send('acknowledge-alarms', { by: 'ann' });
  harness.world.repair();
  incident.stuck = () => false;
  await minutes(20);
  expect(incident.alarms('containment')).toHaveLength(1);
  expect(paged).toEqual([]);
}, 60_000);

test('a service that is away holds up neither the others nor the pages after it', async () => {
  const { from } = await declared();
  slackIsDown = true;
  await minutes(82);
  expect(pages(from, 'email').map(([minute, to]) => [minute, to])).toEqual([
    [65, 1],
    [70, 1],
    [75, 2],
    [80, 2],
  ]);
  slackIsDown = false;
  await minutes(4);
  expect(pages(from, 'email').at(-1)!.slice(0, 2)).toEqual([85, 2]);
  expect(paged.filter(({ through }) => through === 'slack').length).toBeGreaterThan(0);
}, 60_000);

test('a malformed signal, and a start by hand without any alarm, do no harm', async () => {
  const { incident, from } = await declared();
  await minutes(62);
  const { handle } = await escalationOf(incident);
  for (const garbage of [undefined, 7, { alarm: { seq: 'x' } }, { by: 'ann' }, { by: '', alarms: 'all' }]) {
    await handle.signal('alarm', garbage);
    await handle.signal('acknowledge', garbage);
  }
  await minutes(5);
  expect(pages(from).map(([minute]) => minute)).toEqual([60, 65]);
  const lone = await harness.client.workflow.start('escalation', {
    taskQueue: TASK_QUEUE,
    workflowId: escalationId('INC-by-hand'),
    args: [{ caseId: 'INC-by-hand' }],
  });
  await harness.sleep(2 * 60_000);
  expect((await lone.describe()).status.name).toBe('COMPLETED');
}, 60_000);

test('its history holds handles, and neither addresses nor ids of people', async () => {
  const { incident } = await declared();
  await minutes(100);
  await incident.send('acknowledge-alarms', { by: 'ann' });
  await minutes(1);
  const { handle } = await escalationOf(incident);
  for (const each of [handle, incident.handle]) {
    const text = decodedPayloads(await each.fetchHistory());
    expect(text).not.toContain('@rota.example');
    expect(text).not.toContain(SECRET_SLACK_ID);
  }
  expect(decodedPayloads(await handle.fetchHistory())).toContain('"who":"bob"');
}, 300_000);
