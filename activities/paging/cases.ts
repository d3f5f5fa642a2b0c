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

/** How the register has a case; `undefined`: not at all. Throws while it cannot be read. */
export type InRegister = (caseId: string) => Promise<'open' | 'closed' | undefined>;

const GONE: Standing = { isClosed: true, acknowledged: [], settled: [] };

/** Through Temporal. `connected` gives the client and the queue of the worker that runs the activity. */
export function createTemporalCases(
  connected: () => { client: Client; taskQueue: string },
  inRegister: InRegister,
  log: Log,
): CasesPort {
  /**
   * Of a case whose workflow is over in another way than by its closing, or is not there: somebody may have ended it, and then its
   * alarms are as open as before, until it is resumed.
   */
  async function withoutRun(caseId: string, run: 'ended' | 'missing'): Promise<Standing | undefined> {
    const stands = await inRegister(caseId);
    if (stands === 'closed' || (stands === undefined && run === 'missing')) return GONE;
    log.warn({ caseId }, 'the workflow of a case has stopped, and the case is not closed: its alarms are repeated');
    return undefined;
  }

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
      try {
        const status = await within(client, () => handle.describe()).then(
          (run) => run.status.name,
          (error: unknown) => {
            if (error instanceof WorkflowNotFoundError) return undefined;
            throw error;
          },
        );
        if (status === 'COMPLETED') return GONE;
        if (status !== 'RUNNING') return await withoutRun(caseId, status === undefined ? 'missing' : 'ended');
        const view = await within(client, () => handle.query<ViewWithAlarms | undefined>('state'));
        return view && standingOf(view, alarms);
      } catch (error) {
        log.warn({ caseId, error: (error as Error).name }, 'a case does not report its state: its alarms are repeated');
        return undefined;
      }
    },
  };
}

function within<T>(client: Client, call: () => Promise<T>): Promise<T> {
  return client.withDeadline(Date.now() + CALL_MS, call);
}
