/**
 * Detections that come to a case after its decision. Some were sent while nothing was decided: the inbox, which has what became
 * of each, gets them back. Of the others it says that they stay: whoever sent them had looked at the decision.
 */
import { CancellationScope, patched } from '@temporalio/workflow';
import { jsonBytes } from '../../domain/kernel/bytes';
import type { Detected } from '../../domain/triage/state';
import { activities, UNTIL_DONE } from './activity-calls';
import { untilItWorks } from './until-it-works';

/** Of one call; one detection fits. */
const MOST = 100;
const MOST_BYTES = 800_000;

interface Waiting {
  detected: Detected;
  settle: (counted: Promise<void> | undefined) => void;
}

export class HandedBack {
  private readonly waiting: Waiting[] = [];
  private isAsking = false;

  /** @param count counts one that stays. */
  constructor(private readonly count: (detected: Detected) => Promise<void> | undefined) {}

  /** Whether a run asks: one that ended before there was this counted them. */
  get isDone(): boolean {
    return patched('detections-handed-back');
  }

  /** Resolves when it was handed back, or counted. */
  take(caseId: string, detected: Detected): Promise<void> {
    return new Promise((settle) => {
      this.waiting.push({ detected, settle });
      if (!this.isAsking) void CancellationScope.nonCancellable(() => this.ask(caseId));
    });
  }

  private async ask(caseId: string): Promise<void> {
    this.isAsking = true;
    while (this.waiting.length > 0) {
      const some = this.next();
      const detections = some.map(({ detected: { detection } }) => detection);
      const call = activities(UNTIL_DONE, 'ask the inbox for what came after the decision');
      const { stay } = await untilItWorks('ask the inbox', () => call.handBackDetections({ caseId, detections }));
      some.forEach(({ detected, settle }, place) => {
        settle(stay.includes(place) ? this.count(detected) : undefined);
      });
    }
    this.isAsking = false;
  }

  private next(): Waiting[] {
    let bytes = 0;
    const fits = this.waiting.findIndex(({ detected }) => {
      bytes += jsonBytes(detected);
      return bytes > MOST_BYTES;
    });
    return this.waiting.splice(0, fits === -1 ? MOST : Math.min(MOST, Math.max(1, fits)));
  }
}
