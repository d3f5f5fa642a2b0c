/** Looks at the workflows of cases from outside: by the server's own description, which no workflow can colour. */
import type { Client } from '@temporalio/client';
import { type google, temporal as proto } from '@temporalio/proto';
import { namedAsEnded, writerAsItStands } from '../client/entry-writers';
import { described, executions, infoOf } from '../client/executions';
import { howItStands } from '../client/how-it-ended';
import { KINDS } from '../client/kinds';
import { ATTRIBUTES } from '../client/start-options';
import type { EntryWriter } from '../domain/case/backlog-id';
import { ESCALATION_WORKFLOW, escalationId } from '../domain/escalation/escalation';
import { IncidentIdSchema } from '../domain/incident/incident';
import { SCHEDULES } from '../domain/kernel/schedules';
import type { EndedRun, ListedRun, Part, WatchedRun } from '../domain/watch/finding';
import type { RegisteredCase } from '../domain/watch/registered-case';
import { astray } from './astray';
import { InTurn } from './in-turn';
import { MOST_NAMED, WritersEye } from './writers-eye';

/** Time for one call. */
const CALL_MS = 10_000;
/** Time for a whole list, of thousands too. */
const LIST_MS = 60_000;
/** Calls at once: a look at thousands of cases must not crowd out what it looks at. */
const AT_ONCE = 10;
/** Runs that a look asks after of those that ended with nothing in the register. */
export const MOST_ENDED = 20;
/** What lists are asked for: workflows of cases, of any kind. */
const OF_CASES = `WorkflowType IN (${Object.values(KINDS)
  .map(({ workflow }) => `"${workflow}"`)
  .join(', ')})`;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;

/** What does not happen while a schedule does not run. */
const NOT_DONE: Record<keyof typeof SCHEDULES, string> = {
  audit: 'the audit logs are not verified',
  dependencies: 'nobody compares what is installed with the advisories',
};

export class TemporalEye {
  constructor(
    private readonly client: Client,
    private readonly taskQueue: string,
    private readonly writersEye = new WritersEye(),
    private readonly endedTurns = new InTurn<EndedRun>(MOST_ENDED),
  ) {}

  /** How the workflows of these cases stand; `null` where the server has none. Throws while Temporal is away. */
  async runs(
    cases: ReadonlyArray<Pick<RegisteredCase, 'id' | 'workflow' | 'ringingAt'>>,
  ): Promise<Map<string, WatchedRun | null>> {
    const runs = new Map<string, WatchedRun | null>();
    for (let i = 0; i < cases.length; i += AT_ONCE) {
      const some = cases.slice(i, i + AT_ONCE);
      const seen = await Promise.all(some.map((each) => this.withEscalation(each)));
      some.forEach(({ id }, n) => {
        runs.set(id, seen[n]!);
      });
    }
    return runs;
  }

  /** Every case that runs, of any kind. Visibility lags behind by a moment. */
  async listed(): Promise<ListedRun[]> {
    const query = `${OF_CASES} AND ExecutionStatus = "Running"`;
    return this.client.withDeadline(Date.now() + LIST_MS, async () => {
      const found: ListedRun[] = [];
      for await (const { workflowId, startTime } of executions(this.client, query))
        found.push({ id: workflowId, startedAt: startTime.toISOString() });
      return found;
    });
  }

  /** Cases of which `written` has nothing and whose workflow ended all the same. One that was not valid opened none. */
  async neverWritten(written: ReadonlySet<string>): Promise<EndedRun[]> {
    const query = `${OF_CASES} AND ExecutionStatus IN ("Failed", "TimedOut", "Terminated", "Canceled")`;
    const named = await this.client.withDeadline(Date.now() + LIST_MS, async () => {
      const found = new Map<string, EndedRun>();
      for await (const { workflowId: id, type, startTime, closeTime, status, typedSearchAttributes } of executions(
        this.client,
        query,
      )) {
        // Under another id than a case can have no worker opens one.
        if (written.has(id) || found.has(id) || !closeTime || !IncidentIdSchema.safeParse(id).success) continue;
        if (typedSearchAttributes.get(ATTRIBUTES.exercise)) continue;
        const [startedAt, endedAt] = [startTime.toISOString(), closeTime.toISOString()];
        found.set(id, { id, workflow: type, startedAt, endedAt, status: status.name });
        if (found.size >= MOST_NAMED) break;
      }
      return [...found.values()];
    });
    return this.endedTurns.found(
      named,
      ({ id }) => id,
      async (run) => (typeof (await this.timed(() => howItStands(this.client, run.id))) === 'object' ? run : undefined),
    );
  }

  /** Workflows that were to write entries of these cases and ended before. */
  async writers(cases: readonly RegisteredCase[]): Promise<EntryWriter[]> {
    const named = await this.timed(() => namedAsEnded(this.client, MOST_NAMED));
    return this.writersEye.ended(named, cases, (writer) => this.timed(() => writerAsItStands(this.client, writer)));
  }

  /** Schedules that workers made and that do not run: deleted, or paused. */
  async schedules(): Promise<Part[]> {
    const parts: Part[] = [];
    for (const [name, id] of Object.entries(SCHEDULES) as Array<[keyof typeof SCHEDULES, string]>) {
      const how = await this.timed(() => this.schedule(id));
      if (how === 'runs' || (how === 'gone' && name !== 'audit' && !(await this.timed(() => this.hasRun(id)))))
        continue;
      const remedy =
        how === 'gone'
          ? 'Start a worker anew: it makes the schedule again'
          : `Let it go on: temporal schedule toggle --schedule-id ${id} --unpause --reason "…"`;
      const what = how === 'gone' ? `Temporal has no schedule "${id}"` : `The schedule "${id}" is paused`;
      parts.push({ part: 'schedule', of: id, problem: `${what}: ${NOT_DONE[name]}. ${remedy}` });
    }
    return parts;
  }

  private async schedule(scheduleId: string): Promise<'runs' | 'paused' | 'gone'> {
    const { namespace } = this.client.options;
    try {
      const { schedule } = await this.client.workflowService.describeSchedule({ namespace, scheduleId });
      return schedule?.state?.paused ? 'paused' : 'runs';
    } catch (error) {
      if ((error as { code?: number }).code === NOT_FOUND) return 'gone';
      // Whoever may look at workflows may not look at schedules everywhere.
      if ((error as { code?: number }).code === PERMISSION_DENIED) return 'runs';
      throw error;
    }
  }

  /** Without anything to check there is no schedule, so that one is missed only where it was seen to run. */
  private async hasRun(scheduleId: string): Promise<boolean> {
    for await (const _ of executions(this.client, `TemporalScheduledById="${scheduleId}"`)) return true;
    return false;
  }

  /** Whether any worker asks for work. */
  async worker(): Promise<Part | undefined> {
    const { namespace } = this.client.options;
    const kinds = proto.api.enums.v1.TaskQueueType;
    const asked = await this.timed(() =>
      Promise.all(
        [kinds.TASK_QUEUE_TYPE_WORKFLOW, kinds.TASK_QUEUE_TYPE_ACTIVITY].map((taskQueueType) =>
          this.client.workflowService.describeTaskQueue({
            namespace,
            taskQueue: { name: this.taskQueue },
            taskQueueType,
          }),
        ),
      ),
    );
    if (asked.every(({ pollers }) => pollers?.length)) return undefined;
    const problem = `No worker asks for work on the queue "${this.taskQueue}": no deadline is acted on until one does`;
    return { part: 'worker', problem };
  }

  private async withEscalation({
    id,
    workflow,
    ringingAt,
  }: Pick<RegisteredCase, 'id' | 'workflow' | 'ringingAt'>): Promise<WatchedRun | null> {
    const run = await this.run(id, workflow);
    if (!run || ringingAt === undefined) return run;
    return { ...run, escalation: await this.run(escalationId(id), ESCALATION_WORKFLOW) };
  }

  private async run(id: string, workflow: string): Promise<WatchedRun | null> {
    const raw = await this.timed(() => described(this.client, id));
    if (!raw?.workflowExecutionInfo) return null;
    const { status, startTime, closeTime } = await infoOf(this.client, raw.workflowExecutionInfo);
    const task = raw.pendingWorkflowTask;
    const how = astray(raw, { workflow, taskQueue: this.taskQueue }, Date.now());
    return {
      status: status.name,
      startedAt: startTime.toISOString(),
      ...(closeTime && { endedAt: closeTime.toISOString() }),
      ...(how && { astray: how }),
      ...(task && {
        task: { since: instantOf(task.originalScheduledTime ?? task.scheduledTime), attempt: task.attempt ?? 1 },
      }),
      failing: (raw.pendingActivities ?? []).flatMap(
        ({ activityType, attempt, lastFailure, nextAttemptScheduleTime: next, paused }) =>
          lastFailure || paused
            ? [
                {
                  activity: activityType?.name ?? 'an activity',
                  attempt: attempt ?? 1,
                  ...(next && { nextAt: instantOf(next) }),
                  ...(paused && { paused }),
                },
              ]
            : [],
      ),
    };
  }

  private timed<T>(call: () => Promise<T>): Promise<T> {
    return this.client.withDeadline(Date.now() + CALL_MS, call);
  }
}

function instantOf(time: google.protobuf.ITimestamp | null | undefined): string {
  return new Date(Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6).toISOString();
}
