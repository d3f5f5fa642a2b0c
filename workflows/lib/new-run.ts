/** Begins a new run of a case, by continue-as-new, when the history is long. */
import { allHandlersFinished, condition, makeContinueAsNewFunc } from '@temporalio/workflow';
import { TASK_TIMEOUT } from '../../domain/case/contract';
import { jsonBytes } from '../../domain/kernel/bytes';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { handOver } from './hand-over';
import type { OutsideWork } from './outside-work';
import type { QuietTask } from './quiet-task';
import type { RegisterPump } from './register-pump';

/** The server ends a workflow that hands over more than 2 MB. A state that takes half of that takes no more: decision 0026. */
const MAX_INPUT_BYTES = 1_900_000;
/** How often a task without messages is waited for, while no deadline is looked at. */
const QUIET_TRIES = 40;
/** What is in flight may end within this time before it is cut. */
const PAUSE = '20 seconds';
/** Also for a case that began with less. */
const newRun = (input: unknown) => makeContinueAsNewFunc({ workflowTaskTimeout: TASK_TIMEOUT })(input);

/** What a run has in flight, and what the next one begins with. */
interface Ending<E extends RecordedEvent> {
  caseId: string;
  work: OutsideWork;
  pump: RegisterPump<E>;
  task: QuietTask;
  nextInput(): unknown;
  /** Called where this run goes on, in the same moment in which that is known. */
  goOn(): void;
}

/**
 * Lets what is in flight end, cuts what does not, and begins a new run. Everything is safe to repeat; the caller begins no
 * work and looks at no deadline meanwhile. When something came in while it paused, this run goes on.
 */
export async function tryNewRun<E extends RecordedEvent>({
  caseId,
  work,
  pump,
  task,
  nextInput,
  goOn,
}: Ending<E>): Promise<void> {
  pump.pause();
  const quiet = () => work.isQuiet() && !pump.running;
  if (!(await condition(quiet, PAUSE))) {
    work.cut();
    pump.cancel();
    await condition(quiet);
  }
  for (let tries = 0; tries < QUIET_TRIES; tries++) {
    await condition(allHandlersFinished);
    // Nothing may be awaited between these checks and the call: a message that came in now would be lost.
    const surplus = pump.surplus();
    if (!quiet()) break;
    if (surplus.length > 0) {
      if (!(await handOver(caseId, surplus))) break;
      pump.handedOver(surplus);
    } else if (task.isQuiet()) {
      const input = nextInput();
      if (jsonBytes(input) > MAX_INPUT_BYTES) break;
      await newRun(input);
    } else await task.next();
  }
  goOn();
}
