/**
 * One round of one email notice: opens the delivery ledger, drains it in batches, tells the incident to look.
 * Recipients stay in the ledger; this history holds counts.
 */
import { CancellationScope, continueAsNew, getExternalWorkflowHandle, sleep, workflowInfo } from '@temporalio/workflow';
import type { Audience, DeliveryRef, OpenedDelivery } from '../activities/types';
import { activities, failureText, failureType, SENDING, UNTIL_DONE } from './lib/activity-calls';

export interface DeliveryInput {
  delivery: DeliveryRef;
  audience: Audience;
  title: string;
  /** Carried over continue-as-new: the ledger that was opened, and whether it changed in the middle. */
  opened?: OpenedDelivery;
  changedOver?: boolean;
}

/** Batches that one activity call sends before it returns. */
const BATCHES_A_CALL = 20;

/**
 * A cancellation is ignored, as that of an incident is: half of the recipients would hear nothing.
 */
export function delivery(input: DeliveryInput): Promise<void> {
  return CancellationScope.nonCancellable(() => deliver(input));
}

async function deliver(input: DeliveryInput): Promise<void> {
  const { delivery: ref, audience, title } = input;
  const incident = getExternalWorkflowHandle(ref.incidentId);
  const tell: Tell = (problem) =>
    incident.signal('delivery-problem', { obligation: ref.obligation, problem }).catch(() => undefined);

  let opened = input.opened ?? (await opening(ref, audience, title, tell));
  let changedOver = input.changedOver ?? false;
  for (let done = false; !done; ) {
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof delivery>({ ...input, opened, changedOver });
    }
    try {
      done = await sendSome(ref, opened, title);
    } catch (error) {
      if (failureType(error) === 'LedgerUnavailable') {
        // Postgres went away in the middle: opening again goes on in the spool, without those it may have reached.
        opened = await opening(ref, audience, title, tell);
        changedOver = true;
      } else await later(error, title, tell);
    }
  }
  // What was open in Postgres when it went away can only be settled there; until then the ledger is not whole.
  if (changedOver) await settleInPostgres(ref, opened, title, tell);
  const { obligation, round } = ref;
  await incident.signal('delivered', { obligation, round }).catch(() => undefined);
  if (!changedOver && opened.ledger === 'spool') await settleInPostgres(ref, opened, title, tell);
}

type Tell = (problem: string) => Promise<void>;

/** Whatever fails for good is told and done again later: a delivery that ended half way would tell half of its recipients. */
async function insist<T>(title: string, tell: Tell, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      await later(error, title, tell);
    }
  }
}

async function later(error: unknown, title: string, tell: Tell): Promise<void> {
  await tell(failureText(error));
  await sleep('15 minutes', { summary: `try ${title} again` });
}

/** Sends some batches; true when nothing is left. */
async function sendSome(ref: DeliveryRef, { ledger, total }: OpenedDelivery, title: string): Promise<boolean> {
  const sending = activities(SENDING, `send ${title}, ${total} recipients`);
  return (await sending.sendBatches({ ...ref, ledger, maxBatches: BATCHES_A_CALL })).done;
}

/** When Postgres is back: brings the spool into it, and sends whatever was left open there. */
async function settleInPostgres(ref: DeliveryRef, opened: OpenedDelivery, title: string, tell: Tell): Promise<void> {
  await insist(title, tell, () => activities(UNTIL_DONE, `bring spooled ${title} into Postgres`).mergeSpool(ref));
  for (let done = false; !done; ) {
    try {
      done = await sendSome(ref, { ...opened, ledger: 'postgres' }, title);
    } catch (error) {
      if (failureType(error) === 'LedgerUnavailable') await sleep('30 seconds', { summary: 'wait for Postgres' });
      else await later(error, title, tell);
    }
  }
}

function opening(ref: DeliveryRef, audience: Audience, title: string, tell: Tell): Promise<OpenedDelivery> {
  return insist(title, tell, () =>
    activities(UNTIL_DONE, `resolve recipients of ${title}`).openDelivery({ ...ref, audience }),
  );
}
