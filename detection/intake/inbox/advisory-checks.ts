/** An advisory came in: a dependency check is started soon after, one for all that come within a minute. */
import { type Client, ScheduleNotFoundError, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { DEPENDENCY_CHECK, DEPENDENCY_SCHEDULE } from '../../../domain/patch/patch-task';
import type { HandOver } from './settled';

/** Those of one minute of the clock share a check, which starts after its end. */
const GATHER_MS = 60_000;
/** Clocks of two machines may differ by that much. */
const MARGIN_MS = 5_000;

/**
 * Sees to it that a check starts after this moment, within about a minute. Nothing happens where no worker has an
 * inventory to check, or a person paused the checks: both show in the schedule of the daily one. Rejects while Temporal is away; then call it again.
 */
export function createCheckStarter(
  temporal: Pick<Client, 'workflow' | 'schedule'>,
  taskQueue: string,
  now: () => number = Date.now,
): () => Promise<void> {
  let seenTo: number | undefined;
  return async () => {
    const at = now();
    const minute = Math.floor(at / GATHER_MS);
    if (seenTo === minute) return;
    if (await isScheduled(temporal)) {
      try {
        await temporal.workflow.start(DEPENDENCY_CHECK, {
          workflowId: `${DEPENDENCY_SCHEDULE}-advisories-${minute}`,
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          startDelay: (minute + 1) * GATHER_MS - at + MARGIN_MS,
          taskQueue,
          args: [{}],
          staticSummary: 'advisories came in',
        });
      } catch (error) {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      }
    }
    seenTo = minute;
  };
}

async function isScheduled({ schedule }: Pick<Client, 'schedule'>): Promise<boolean> {
  try {
    const { state } = await schedule.getHandle(DEPENDENCY_SCHEDULE).describe();
    return !state.paused;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

/** Has a check started before an advisory's detection is handed over: a crash in between does it again. */
export function checkingAdvisories(handOver: HandOver, startCheck: () => Promise<void>): HandOver {
  return async (detection) => {
    if (detection.format === 'osv' || detection.type === 'github.security_advisory') await startCheck();
    return handOver(detection);
  };
}
