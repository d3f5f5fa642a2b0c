// Each activity of an incident fails once in each way: clocks, queries and updates go on, and what it was for is done later.
import { ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import type { Activities } from '../../activities/types';
import { WorkflowHarness } from '../setup/workflow-harness';

const IE = 'gdpr-art33-authority:ie-dpc';

/** Every activity, and whose it is. One that is not named here fails the first test, and its line says where it is walked. */
const WALKED: Record<
  keyof Activities,
  | 'incident'
  | 'escalation'
  | 'triage'
  | 'report'
  | 'audit'
  | 'patch'
  | 'spool'
  | 'closed'
  | 'undecided'
  | 'stopped'
  | 'came-back'
  | 'asked-for'
> = {
  snapshotPolicy: 'incident',
  appendEntries: 'incident',
  verifyRegister: 'incident',
  draftNotice: 'incident',
  openFilingTask: 'incident',
  publishStatus: 'incident',
  openDelivery: 'incident',
  sendBatches: 'incident',
  summariseDelivery: 'incident',
  raiseAlarm: 'incident',
  applyMeasure: 'incident',
  undoMeasure: 'incident',
  incidentInRegister: 'closed',
  caseToResume: 'closed',
  mergeSpool: 'spool',
  settleBatch: 'undecided',
  stopDelivery: 'stopped',
  recountDelivery: 'came-back',
  tellInApp: 'asked-for',
  pageOnCall: 'escalation',
  standingOfAlarms: 'escalation',
  tellAcknowledged: 'escalation',
  tellResolved: 'escalation',
  raiseDetections: 'audit',
  handBackDetections: 'triage',
  auditLogs: 'audit',
  checkAuditLog: 'audit',
  mailReporter: 'report',
  checkDependencies: 'patch',
  nextPatchActions: 'patch',
  donePatchActions: 'patch',
  recheckPatchTask: 'patch',
  settlePatchTask: 'patch',
};
const OF_INCIDENT = (Object.keys(WALKED) as Array<keyof Activities>).filter((name) => WALKED[name] === 'incident');

/** Ways to fail, and how often in a row, so that a manner of retrying with few attempts gives up. */
const WAYS: Record<string, { times: number; failure: () => Error }> = {
  retryable: { times: 4, failure: () => ApplicationFailure.retryable('the other side is busy', 'Busy') },
  final: { times: 1, failure: () => ApplicationFailure.nonRetryable('the other side refuses', 'Refused') },
  'an error of the language': { times: 4, failure: () => new TypeError('x is undefined') },
  cancelled: { times: 1, failure: () => new CancelledFailure('cut off') },
  'timed out': { times: 4, failure: () => new TimeoutFailure('no answer in time', undefined, 'START_TO_CLOSE') },
};

let harness: WorkflowHarness;
let way: (typeof WAYS)[string] | undefined;
let failed: Map<string, number>;

beforeAll(async () => {
  harness = await WorkflowHarness.start((_client, world) => {
    const all = world.activities();
    const failing = (name: keyof Activities) => async (input: never) => {
      const times = failed.get(name) ?? 0;
      if (way && times < way.times) {
        failed.set(name, times + 1);
        throw way.failure();
      }
      return (all[name] as (input: never) => Promise<unknown>)(input);
    };
    return Object.fromEntries(OF_INCIDENT.map((name) => [name, failing(name)])) as Partial<Activities>;
  });
}, 120_000);
beforeEach(() => {
  failed = new Map();
});
afterEach(async () => {
  way = undefined;
  await harness.endOfScenario();
}, 60_000);

test('every activity has its line', () => {
  expect(Object.keys(harness.world.activities()).filter((name) => !(name in WALKED))).toEqual([]);
});

test.each(Object.keys(WAYS))(
  '%s',
  async (name) => {
    way = WAYS[name]!;
    const incident = await harness.start();
    incident.stuck = () => true;
    // The workflow begins though the policy could not be had at first, and answers while everything fails.
    await harness.sleep(5 * 60_000);
    expect((await incident.view()).state.status).toBe('declared');
    await incident.send('measure', { text: 'Asked the hoster' });
    await harness.sleepHours(1);
    await incident.send('status', {
      status: 'contained',
      despite: 'the affected network is cut off by hand at the switch',
    });
    // Where the first attempt was refused for good, it is asked for again.
    const source = '203.0.113.9';
    await incident.send('contain', { measure: { action: 'block-source', source } });
    await harness.sleepHours(0.5);
    await incident.send('contain', { undo: 'block-source 203.0.113.9' });
    // A block that does not stand is not said any more: the letter is written anew, and that one is approved.
    await harness.sleep(5 * 60_000);
    await incident.send('approve', { obligation: 'enterprise-notice' });
    await harness.sleepHours(2);
    incident.stuck = () => false;
    await harness.sleepHours(20);
    for (const obligation of ['gdpr-art34-individuals', 'pipeda-individuals'])
      await incident.send('approve', { obligation });
    await incident.send('filed', { obligation: IE, reference: 'IN-1' });
    await incident.send('filed', { obligation: 'pipeda-opc-report:opc', reference: 'PB-1' });
    await incident.send('status', { status: 'resolved' });
    await harness.sleepHours(5);
    await incident.quiet();
    expect(OF_INCIDENT.filter((activity) => !failed.has(activity))).toEqual([]);
    // Done, once each, and on time all the same.
    expect(new Set(incident.mails().map(({ obligation, round, to }) => `${obligation} ${round} ${to}`)).size).toBe(
      incident.mails().length,
    );
    expect((await incident.obligation('enterprise-notice')).status).toBe('fulfilled');
    expect(incident.mails('status-subscribers').length).toBeGreaterThan(0);
    expect(harness.world.filingTasks.some(({ input }) => input.incidentId === incident.id)).toBe(true);
    expect((await incident.state()).registerVerified).toBeDefined();
  },
  120_000,
);
