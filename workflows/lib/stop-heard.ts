/** A person stops a delivery: the ledger in which it goes on is told so, before anything more is claimed there. */
import { defineSignal, setHandler } from '@temporalio/workflow';
import type { DeliveryRef, OpenedDelivery } from '../../activities/types';
import { activities, SENDING, sooner } from './activity-calls';
import { STOP } from './delivery-id';
import { atSpool } from './spool-place';

export class StopHeard {
  private there: OpenedDelivery | undefined;

  /** Made first thing in a delivery. @param heard it was stopped before it was begun. */
  constructor(
    private readonly ref: DeliveryRef,
    private readonly title: string,
    public heard: boolean,
  ) {
    setHandler(
      defineSignal(STOP),
      () => {
        this.heard = true;
        // What is under way there looks at the ledger before each claim; where this fails, it is done again before the next call.
        if (this.there) void this.tell(this.there).catch(() => undefined);
      },
      { description: 'Incident workflow: a person stopped the sending' },
    );
  }

  /** Before anything is sent in a ledger, each time: it may be one that was restored to before the stop. */
  async before(there: OpenedDelivery): Promise<void> {
    this.there = there;
    if (this.heard) await this.tell(there);
  }

  private async tell({ ledger, spool }: OpenedDelivery): Promise<void> {
    const { incidentId, exercise, ledgerKey, round } = this.ref;
    const input = { incidentId, exercise, ledgerKey, round, ledger, ...(spool && { spool }) };
    await activities(sooner(atSpool(SENDING, spool)), `stop ${this.title}`).stopDelivery(input);
  }
}
