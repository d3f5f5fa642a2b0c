// What holds for a case of any kind, on a real server that asks for a new run every 60 history events.
import type { Client, WorkflowHandle } from '@temporalio/client';
import { TocsinClient } from '../../client/tocsin-client';
import { openTriage } from '../../detection/intake/inbox/open-triage';
import { ACKNOWLEDGE_ALARMS } from '../../domain/case/acknowledge';
import type { Alarm } from '../../domain/case/alarm';
import type { CaseView, Receipt } from '../../domain/case/contract';
import type { CaseState } from '../../domain/case/lifecycle';
import { INCIDENT_WORKFLOW, TASK_QUEUE } from '../../domain/incident/contract';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { DAY_MS, toInstant } from '../../domain/kernel/time';
import { PATCH_WORKFLOW } from '../../domain/patch/patch-task';
import type { PatchTaskInput } from '../../domain/patch/state';
import type { VulnerabilityReportInput } from '../../domain/report/state';
import { VULNERABILITY_REPORT_WORKFLOW } from '../../domain/report/vulnerability-report';
import { thresholdName } from '../setup/threshold-name';
import { connectTo, declaration, startDevServerWith } from '../setup/workflow-harness';
import { detection, judged, RULES } from '../unit/domain/helpers/detections';

let client: Client;
let world: Awaited<ReturnType<typeof connectTo>>['world'];
beforeAll(async () => {
  const { address } = await startDevServerWith({ 'limit.historyCount.suggestContinueAsNew': 60 });
  ({ client, world } = await connectTo(address));
}, 120_000);
afterEach(() => world.repair());

const start = async (workflow: string, workflowId: string, input: unknown): Promise<string> => {
  await client.workflow.start(workflow, { taskQueue: TASK_QUEUE, workflowId, args: [input] });
  return workflowId;
};

/** Each opens a case on which nothing is due for hours. `nth` makes it another one. */
const KINDS: Record<string, (nth: number) => Promise<string>> = {
  async incident(nth) {
    const id = `INC-KIND-${nth}`;
    const calm = { assessment: undefined, serviceAffecting: false, maliciousSources: [], credentials: [] };
    return start(INCIDENT_WORKFLOW, id, { declaration: declaration(id, Date.now(), calm), policy: world.policy });
  },
  async triage(nth) {
    const given = detection({ eventId: `kind-${nth}`, source: `kind-${nth}`, at: toInstant(Date.now()) });
    return (await openTriage(new TocsinClient(client), given, judged(given), RULES)).caseId;
  },
  async 'vulnerability report'(nth) {
    const [id, now] = [`VR-20260401-0000000${nth}`, Date.now()];
    const input: VulnerabilityReportInput = {
      ...{ reportId: id, via: 'form', receivedAt: toInstant(now), length: 12, commitment: 'a'.repeat(64) },
      ...{ reachable: false, owner: 'lead', repeatEveryMs: DAY_MS, followUpAfterMs: DAY_MS },
      clock: { dueAt: toInstant(now + DAY_MS), alarms: [], businessDays: 1, timeZone: 'UTC', daysOff: [] },
    };
    return start(VULNERABILITY_REPORT_WORKFLOW, id, input);
  },
  async 'patch task'(nth) {
    const input: PatchTaskInput = {
      finding: {
        ...{
          key: `00000000000${nth}cdef`,
          inventory: 'web',
          ecosystem: 'npm',
          package: 'minimist',
          versions: ['1.2.0'],
        },
        ...{ advisory: 'GHSA-xvch-5gv4-984h', severity: 'high' },
      },
      plan: {
        ...{
          owner: 'lead',
          deadlines: { critical: 'P2D', high: 'P7D', medium: 'P30D', low: 'P90D', unknown: 'P7D' },
          tellAtOnce: [],
          alarmAt: [50],
          repeatEvery: 'P1D',
        },
        longestWaiver: 'P90D',
      } as unknown as PatchTaskInput['plan'],
      foundAt: toInstant(Date.now()),
    };
    return start(PATCH_WORKFLOW, `PATCH-00000000000${nth}`, input);
  },
};

async function until(what: string, met: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!(await met())) {
    if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const viewOf = (handle: WorkflowHandle) => handle.query<CaseView<CaseState> | undefined>('state');
const entries = (id: string, kind?: string) =>
  (world.register(id) as RecordedEvent[]).filter((entry) => kind === undefined || entry.kind === kind);
const acknowledge = (handle: WorkflowHandle, message: object) =>
  handle.executeUpdate<Receipt, [unknown]>(ACKNOWLEDGE_ALARMS, { args: [message] });
const refusal = async (answer: Promise<unknown>) => {
  const { cause } = (await answer.catch((error) => error)) as { cause: { type: string; message: string } };
  return cause;
};

/** Opens a case and waits until it has come to rest; its first alarm is acknowledged. */
async function opened(kind: string, nth: number): Promise<WorkflowHandle> {
  const handle = client.workflow.getHandle(await KINDS[kind]!(nth));
  await until('the case', async () => {
    const view = await viewOf(handle).catch(() => undefined);
    return view !== undefined && view.registerBacklog === 0 && view.inFlight.length === 0;
  });
  await acknowledge(handle, { by: 'anna' });
  return handle;
}

describe.each(Object.keys(KINDS))('%s', (kind) => {
  test('goes on from the register when its workflow was terminated: the same state and deadline', async () => {
    const handle = await opened(kind, 7);
    const id = handle.workflowId;
    const before = (await viewOf(handle))!;
    const { type } = await handle.describe();
    await handle.terminate('by mistake');
    const { title, severity, owner, status } = before.state;
    const input = { resumed: { caseId: id, by: 'anna', found: 'terminated' as const } };
    await new TocsinClient(client).resume({ workflow: type, id, title, severity, owner, status, input });
    const again = client.workflow.getHandle(id);
    await until('it rests', async () => (await viewOf(again).catch(() => undefined))?.registerBacklog === 0);
    const after = (await viewOf(again))!;
    expect(after.nextDueAt).toBe(before.nextDueAt);
    expect({ ...after.state, seq: before.state.seq }).toEqual(before.state);
    expect(entries(id, 'resumed')).toMatchObject([{ by: 'anna', data: { found: 'terminated' } }]);
    // It takes messages as before.
    expect(await acknowledge(again, { by: 'anna' })).toMatchObject({ events: [{ kind: 'noted' }] });
  }, 60_000);

  test('continues as new while an alarm is stuck in retry, which goes out once when it can', async () => {
    const handle = await opened(kind, 1);
    const id = handle.workflowId;
    world.fail('raiseAlarm');
    // The workflow is not cancelled: the request is alarmed.
    await handle.cancel();
    const { runId: first } = await handle.describe();
    let sent = 0;
    await until(
      'two new runs',
      async () => {
        await handle.signal(ACKNOWLEDGE_ALARMS, { by: 'tool', alarms: `none ${sent++}` });
        return entries(id, 'rejected').length > 60 && (await handle.describe()).runId !== first;
      },
      150_000,
    );
    const view = (await viewOf(handle))!;
    expect(view.inFlight.filter((key) => key.startsWith('alarm'))).toHaveLength(1);
    expect(view.state.closedAt).toBeUndefined();
    world.repair();
    const alarms = () => world.alarms.filter(({ input }) => input.incidentId === id);
    await until('the alarm', () => alarms().some(({ input }) => thresholdName(input.threshold) === 'cancel-requested'));
    await until('rest', async () => {
      const { inFlight, registerBacklog } = (await viewOf(handle))!;
      return inFlight.length === 0 && registerBacklog === 0;
    });
    expect(alarms().filter(({ input }) => thresholdName(input.threshold) === 'cancel-requested')).toHaveLength(1);
    expect(entries(id, 'rejected')).toHaveLength(sent);
    expect(entries(id).map(({ seq }) => seq)).toEqual(entries(id).map((_, i) => i + 1));
    const history = await handle.fetchHistory();
    const failed = (history.events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []);
    expect(failed.map(({ failure }) => failure?.message)).toEqual([]);
  }, 240_000);

  test('goes on when it is cancelled, and says so in an alarm', async () => {
    const handle = await opened(kind, 2);
    await handle.cancel();
    const raised = () =>
      entries(handle.workflowId, 'alarm-raised').map(({ data }) => thresholdName((data as Alarm).threshold));
    await until('the alarm', () => raised().includes('cancel-requested'));
    const { status } = await handle.describe();
    expect(status.name).toBe('RUNNING');
    expect(await acknowledge(handle, { by: 'anna' })).toMatchObject({ events: [{ kind: 'alarm-acknowledged' }] });
  }, 60_000);

  test('answers a repeated command id the same way, and does nothing', async () => {
    const handle = await opened(kind, 3);
    const message = { by: 'anna', commandId: 'detector-17' };
    const { note } = await acknowledge(handle, message);
    expect(note).toBe('no alarm waits for an acknowledgement');
    const { seq } = (await viewOf(handle))!.state;
    expect(await acknowledge(handle, message)).toMatchObject({ events: [], note: 'this command was already handled' });
    await handle.signal(ACKNOWLEDGE_ALARMS, message);
    await handle.signal(ACKNOWLEDGE_ALARMS, { ...message, alarms: 'unreadable' });
    expect((await viewOf(handle))!.state.seq).toBe(seq);
  }, 60_000);

  test('refuses an unreadable update, and records an unreadable signal once with its sender', async () => {
    const handle = await opened(kind, 4);
    const id = handle.workflowId;
    const problem = 'alarms: must be "all" or a list of alarm numbers, like [12, 15]';
    expect(await refusal(acknowledge(handle, { by: 'anna', alarms: 'some' }))).toMatchObject({
      type: 'InvalidMessage',
      message: problem,
    });
    expect(await refusal(acknowledge(handle, { by: 'Tocsin' }))).toMatchObject({
      type: 'InvalidMessage',
      message: 'by: must name a person',
    });
    expect(entries(id, 'rejected')).toEqual([]);
    for (const commandId of ['bad-1', 'bad-1']) {
      await handle.signal(ACKNOWLEDGE_ALARMS, { by: 'anna', alarms: 'some', commandId });
    }
    await handle.signal(ACKNOWLEDGE_ALARMS);
    await handle.signal('no-such-message', { by: 'anna' });
    await handle.signal('acknowlege-alarm', { by: 'anna' });
    await until('the entries', () => entries(id, 'rejected').length === 4);
    expect(entries(id, 'rejected').map(({ by, commandId, data }) => ({ by, commandId, ...data }))).toEqual([
      { by: 'anna', commandId: 'bad-1', message: ACKNOWLEDGE_ALARMS, problems: [problem] },
      { by: 'unknown', message: ACKNOWLEDGE_ALARMS, problems: [expect.stringContaining('message: ')] },
      {
        by: 'unknown',
        message: 'no-such-message',
        problems: [expect.stringContaining('there is none of this name; there are ')],
      },
      {
        by: 'unknown',
        message: 'acknowlege-alarm',
        problems: [
          expect.stringContaining('there is none of this name; did you mean "acknowledge-alarms"? There are '),
        ],
      },
    ]);
  }, 60_000);
});
