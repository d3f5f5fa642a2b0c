/** A delivery waits for a person who looks at the mail provider: nothing else tells what became of a batch. */
import { condition, defineSignal, setHandler } from '@temporalio/workflow';
import type { UndecidedBatch } from '../../activities/types';
import { plural } from '../../domain/kernel/plural';
import { minuteText } from '../../domain/kernel/time';
import { SETTLED } from './delivery-id';

/** The ledger is looked at though nothing was heard: a signal may get lost. */
const LOOK = '15 minutes';

export class PersonAwaited {
  private told = '';
  private heard = false;

  /** Made first thing in a delivery. @param tell tells of a batch, once. */
  constructor(private readonly tell: (problem: string) => Promise<void>) {
    setHandler(
      defineSignal(SETTLED),
      () => {
        this.heard = true;
      },
      { description: 'Incident workflow: a person settled what waited for one' },
    );
  }

  async await(undecided: UndecidedBatch[]): Promise<void> {
    const batches = undecided.map(({ batch }) => batch).join();
    if (batches !== this.told) await this.tell(textOf(undecided));
    this.told = batches;
    await condition(() => this.heard, LOOK);
    this.heard = false;
  }
}

function textOf(undecided: UndecidedBatch[]): string {
  const each = undecided.map(
    ({ batch, recipients, claimedAt }) =>
      `${batch.slice(0, 12)} (${plural(recipients, 'recipient')}, first tried ${minuteText(claimedAt)} UTC)`,
  );
  const one = undecided.length === 1;
  return `Nobody knows whether ${one ? 'this batch was' : 'these batches were'} accepted, as the mail provider has another request under the same key, or the ledger lost what became of it: ${each.join('; ')}. Everybody else is told meanwhile`;
}
