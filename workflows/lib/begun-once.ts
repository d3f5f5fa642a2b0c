/**
 * A case begins once. Whoever reads Temporal's store has the sealed input with which a run began, and could begin another
 * one with it after the case was ended or closed, in which every message of then would count again.
 */
import { ActivityFailure, ApplicationFailure, patched, sleep, workflowInfo } from '@temporalio/workflow';
import { FAILURES } from '../../domain/kernel/failures';
import { MINUTE_MS, minuteText, toInstant } from '../../domain/kernel/time';
import { activities, FIRST_ATTEMPTS } from './activity-calls';
import { sealOf } from './payload-converter';

/** A run begins within so long of the moment in which its input was sealed, where the clocks are right. */
const FRESH_MS = 2 * MINUTE_MS;

interface Begins {
  carried?: unknown;
  resumed?: { entries?: number };
  closed?: unknown;
}

/**
 * Asks the register where an input was not sealed just now: by a wrong clock, or long ago. Throws, which fails the workflow,
 * when the register has the case already, or more of it than was handed over.
 *
 * @param seqOf how much of the case an input hands over.
 */
export async function begunOnce(input: unknown, seqOf: () => number): Promise<void> {
  const seal = sealOf(input);
  const { workflowId, startTime, runStartTime } = workflowInfo();
  const isFresh = (at: Date) => seal && Math.abs(at.getTime() - seal.atMs) <= FRESH_MS;
  // The run began when it was started; its first task came then or, where no worker was there, later.
  if (!seal || isFresh(startTime) || isFresh(runStartTime)) return;
  const { carried, resumed, closed } = input as Begins;
  // Begins from the register itself, and writes nothing without a message.
  if (closed) return;
  // A person asked for it once: the register has what came of it, under that person's name.
  if (resumed && !patched('resumed-once')) return;
  const entries = await registered(workflowId);
  if (entries === undefined || entries <= (resumed?.entries ?? (carried ? seqOf() : 0))) return;
  const when = minuteText(toInstant(seal.atMs));
  throw ApplicationFailure.nonRetryable(
    `The input is not valid:\ninput: was sealed at ${when} UTC, and the register has ${entries} entries of "${workflowId}" since: nothing is begun again by it`,
    FAILURES.invalidInput,
  );
}

/** How many entries the register has of it; `undefined` where a worker says that it cannot be read: no clock waits for that. */
async function registered(incidentId: string): Promise<number | undefined> {
  for (;;) {
    try {
      const look = activities(FIRST_ATTEMPTS, 'look whether it is in the register');
      return (await look.verifyRegister({ incidentId, seq: 0 })).entries;
    } catch (error) {
      // Anything else may come from whoever begins it again.
      if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure) return undefined;
      await sleep('30 seconds', { summary: 'look into the register again' });
    }
  }
}
