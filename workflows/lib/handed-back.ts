/** Detections that were sent to a case while nothing was decided and came to it after the decision: the inbox gets them back. */
import { patched } from '@temporalio/workflow';
import type { Detected } from '../../domain/triage/state';
import { activities, UNTIL_DONE } from './activity-calls';
import { untilItWorks } from './until-it-works';

/** Of one call: each may be tens of kilobytes. */
const BATCH = 10;

export class HandedBack {
  private readonly waiting: Detected[] = [];
  private handing: Promise<void> | undefined;

  /** @param count counts one that stays: whoever sent it had looked at the decision. */
  constructor(private readonly count: (detected: Detected) => Promise<void> | undefined) {}

  /** Whether a run does it: one that ended before there was this counted them. */
  get isDone(): boolean {
    return patched('detections-handed-back');
  }

  /** Resolves when the inbox has it, and all that came meanwhile. */
  take(caseId: string, detected: Detected): Promise<void> {
    this.waiting.push(detected);
    this.handing ??= this.hand(caseId).finally(() => {
      this.handing = undefined;
    });
    return this.handing;
  }

  private async hand(caseId: string): Promise<void> {
    while (this.waiting.length > 0) {
      const some = this.waiting.splice(0, BATCH);
      const detections = some.map(({ detection }) => detection);
      const call = activities(UNTIL_DONE, 'hand back what came after the decision');
      const { stay } = await untilItWorks('hand back', () => call.handBackDetections({ caseId, detections }));
      await Promise.all(stay.map((place) => this.count(some[place]!)));
    }
  }
}
