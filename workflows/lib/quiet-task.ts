/**
 * A workflow task in which no message came. The server refuses to end a run while a message waits that the task has not
 * seen (UnhandledCommand), and the worker then replays the whole history: under messages without pause that takes longer
 * than the time between two of them, and a run that tried in the same task would try for ever. So a new run begins in a task
 * that has nothing else to do, which takes milliseconds.
 */
import { patched, sleep, workflowInfo } from '@temporalio/workflow';

/** Long enough that the task after it is one of its own. */
const PAUSE = '50 milliseconds';

export class QuietTask {
  private heardAt = -1;

  /** A message came in the present task. */
  heard(): void {
    this.heardAt = workflowInfo().historyLength;
  }

  /** True in a task in which no message came; always in histories from before this was looked at. */
  isQuiet(): boolean {
    return this.heardAt !== workflowInfo().historyLength || !patched('new-run-in-a-quiet-task');
  }

  next(): Promise<void> {
    return sleep(PAUSE, { summary: 'a new run begins in a task without messages' });
  }
}
