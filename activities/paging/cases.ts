import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import {
  type AlarmSignal,
  ESCALATION_WORKFLOW,
  type EscalatedAlarm,
  escalationId,
  type Standing,
} from '../../domain/escalation/escalation';
import { standingOf, type ViewWithAlarms } from '../../domain/escalation/standing';
import type { Log } from '../../platform/log';

/** The running cases, as the activities of an escalation reach them. */
export interface CasesPort {
  /** Hands an alarm to the case's escalation, which begins with its first one. Throws while Temporal cannot be reached. */
  escalate(caseId: string, signal: AlarmSignal): Promise<void>;
  /** What the case says about alarms; `undefined` when it does not answer. */
  standing(caseId: string, alarms: EscalatedAlarm[]): Promise<Standing | undefined>;
}

/** Time for one call to Temporal. */
const CALL_MS = 10_000;

/** Through Temporal. `connected` gives the client and the queue of the worker that runs the activity. */
export function createTemporalCases(connected: () => { client: Client; taskQueue: string }, log: Log): CasesPort {
  return {
    async escalate(caseId, signal) {
      const { client, taskQueue } = connected();
      await within(client, () =>
        client.workflow.signalWithStart(ESCALATION_WORKFLOW, {
          workflowId: escalationId(caseId),
          taskQueue,
          args: [{ caseId }],
          signal: 'alarm',
          signalArgs: [signal],
          staticSummary: `Alarms of ${caseId}`,
        }),
      );
    },
    async standing(caseId, alarms) {
      const { client } = connected();
      const handle = client.workflow.getHandle(caseId);
      const gone: Standing = { isClosed: true, acknowledged: [], settled: [] };
      try {
        const { status } = await within(client, () => handle.describe());
        if (status.name !== 'RUNNING') return gone;
        const view = await within(client, () => handle.query<ViewWithAlarms | undefined>('state'));
        return view && standingOf(view, alarms);
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return gone;
        log.warn({ caseId, error: (error as Error).name }, 'a case does not report its state: its alarms are repeated');
        return undefined;
      }
    },
  };
}

function within<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + CALL_MS, call);
}
