/**
 * Where a worker can die around an activity: before it begins, and when it is done and nobody has heard of it. What brings
 * an incident to each, so that `worker-killed` can kill there; a unit test demands every activity of the table in here.
 */
import type { Activities } from '../../activities/types';
import { escalationId } from '../../domain/escalation/escalation';
import { readIncidentEvents } from '../../register/read-incident';
import { type declarationOf, of, type RealWorld, wholeBreach } from '../setup/real-world';
import { until } from '../setup/until';
import { peopleClose } from './people';
import { isTold, rests, rings, terminate } from './standing';

/** All incidents are brought to their steps at once. */
const BROUGHT_MS = 200_000;

export type Declaration = Partial<ReturnType<typeof declarationOf>>;

export interface Boundary {
  /** What the incident must be like to come to this activity. */
  over: Declaration;
  /** A text of the activity's input, where it comes to the activity more than once. */
  input?: string;
  /** The policy comes from the worker. */
  withoutPolicy?: boolean;
  /** Postgres is away for a while when the notice goes out. */
  withoutPostgres?: boolean;
  /** What people do to bring it there, before they go on to its end. */
  brought?(world: RealWorld, id: string): Promise<unknown>;
  /** It is closed by the time it comes there: who still acts, and goes on trying. */
  afterwards?(world: RealWorld, id: string): Promise<unknown>;
  /** It comes there only after a minute, which the test suite does not wait. */
  slowly?: true;
}

/**
 * `case`: no incident calls it; `cases-killed` kills there, for what is handed back `handed-back` does. `undecided`: an incident
 * comes to it only once the mail provider has refused a repeat; `conflict` kills there. `hourly`: an escalation comes to it an hour after an acknowledgement; nobody is
 * killed there. `asked-for`: an incident comes to it only under a pack or by a person
 * that asks for it; `in-app.test` and `stopped.test` lose its answers,
 * and `stop-killed` kills at the ledger's.
 */
export const BOUNDARIES: Record<keyof Activities, Boundary | 'case' | 'undecided' | 'hourly' | 'asked-for'> = {
  snapshotPolicy: { over: {}, withoutPolicy: true },
  appendEntries: { over: {} },
  verifyRegister: { over: {} },
  caseToResume: { over: {}, brought: terminatedAndResumed },
  incidentInRegister: { over: {}, brought: (world, id) => peopleClose(world, id, BROUGHT_MS), afterwards: followedUp },
  draftNotice: { over: { assessment: wholeBreach }, input: 'enterprise-notice' },
  openFilingTask: { over: { assessment: wholeBreach } },
  publishStatus: { over: { serviceAffecting: true } },
  openDelivery: { over: { assessment: wholeBreach }, input: 'enterprise-notice' },
  sendBatches: { over: { assessment: wholeBreach }, input: 'individuals' },
  summariseDelivery: { over: { serviceAffecting: true } },
  mergeSpool: { over: { serviceAffecting: true }, withoutPostgres: true },
  raiseAlarm: { over: late() },
  pageOnCall: { over: late() },
  tellAcknowledged: { over: late(), brought: acknowledged },
  applyMeasure: { over: { maliciousSources: ['198.51.100.N'] } },
  undoMeasure: { over: { isolate: ['ci-runner'] }, brought: released },
  recountDelivery: { over: { assessment: wholeBreach }, brought: cameBack },
  tellResolved: {
    over: late(),
    brought: (world, id) => peopleClose(world, id, BROUGHT_MS),
    afterwards: paged,
    slowly: true,
  },
  settleBatch: 'undecided',
  stopDelivery: 'asked-for',
  tellInApp: 'asked-for',
  standingOfAlarms: 'hourly',
  raiseDetections: 'case',
  handBackDetections: 'case',
  mailReporter: 'case',
  auditLogs: 'case',
  checkAuditLog: 'case',
  checkDependencies: 'case',
  nextPatchActions: 'case',
  donePatchActions: 'case',
  recheckPatchTask: 'case',
  settlePatchTask: 'case',
};

/** Half of the two hours for containment have gone by: an alarm at once. */
export function late(): Declaration {
  return { detectedAt: new Date(Date.now() - 1.2 * 3_600_000).toISOString() };
}

async function terminatedAndResumed(world: RealWorld, id: string): Promise<void> {
  await rests(world, id, BROUGHT_MS);
  await terminate(world, id);
  const declared = of(await readIncidentEvents(world.pool, id), 'declared')[0]!.data.declaration;
  const { title, severity, owner } = declared;
  // It stands in the activity, so that nobody answers until another worker took it over.
  void world.client
    .resume({
      workflow: 'incident',
      id,
      title,
      severity,
      owner,
      status: 'declared',
      exercise: false,
      input: { resumed: { caseId: id, by: 'oncall', found: 'terminated' } },
    })
    .catch(() => undefined);
}

/** One note after it was closed, sent again until somebody answers. */
async function followedUp(world: RealWorld, id: string): Promise<void> {
  const note = { by: 'oncall', text: 'The vendor confirmed it', commandId: `follow-up ${id}` };
  await until('the note is taken', () => world.client.sendEvenIfClosed(id, 'follow-up', note), 200_000);
  await world.client.finished(id);
  const noted = of(await readIncidentEvents(world.pool, id), 'followed-up');
  if (noted.length !== 1) throw new Error(`${id}: the note stands ${noted.length} times in the register`);
}

async function acknowledged(world: RealWorld, id: string): Promise<void> {
  await rings(world, id, BROUGHT_MS);
  await world.client.send(id, 'acknowledge-alarms', { by: 'oncall', commandId: `acknowledge ${id}` });
}

/** The escalation of a closed incident learns of that from its next page, tells the paging services, and ends. */
async function paged(world: RealWorld, id: string): Promise<void> {
  const escalation = world.temporal.workflow.getHandle(escalationId(id));
  await until(
    'its escalation has ended',
    async () => (await escalation.describe()).status.name === 'COMPLETED',
    200_000,
  );
}

/** What the intake says when the mail provider tells of mails that came back: they are counted again. */
async function cameBack(world: RealWorld, id: string): Promise<void> {
  const obligation = 'enterprise-notice';
  await rests(world, id, BROUGHT_MS);
  await world.client.send(id, 'approve', { by: 'counsel', obligation, commandId: `approve ${id}` });
  await isTold(world, id, obligation, BROUGHT_MS);
  await world.temporal.workflow.getHandle(id).signal('mails-came-back', { ledgerKey: obligation });
}

async function released(world: RealWorld, id: string): Promise<void> {
  const isApplied = async () =>
    of(await readIncidentEvents(world.pool, id), 'containment-step').some(({ data }) => data.outcome === 'applied');
  await until('it is isolated', isApplied, BROUGHT_MS);
  const undo = 'isolate-system ci-runner';
  await world.client.send(id, 'contain', { by: 'oncall', undo, commandId: `undo ${id}` });
}
