/**
 * One round of one email notice: opens the delivery ledger, drains it in batches, reports to the incident.
 * Recipients stay in the ledger; this history holds counts.
 */
import { continueAsNew, getExternalWorkflowHandle, sleep, workflowInfo } from '@temporalio/workflow';
import type { Audience, DeliveryRef, OpenedDelivery } from '../activities/types';
import type { DeliveryReport } from '../domain/incident/contract';
import { activities, failureText, failureType, isFinal, SENDING, UNTIL_DONE } from './lib/activity-calls';

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

export async function delivery(input: DeliveryInput): Promise<void> {
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
      } else if (isFinal(error)) {
        await tell(failureText(error));
        await sleep('15 minutes', { summary: `try ${title} again` });
      } else throw error;
    }
  }
  // What was open in Postgres when it went away can only be settled there; until then the counts are not whole.
  if (changedOver) await settleInPostgres(ref, opened, title);
  const { total, sent, failed, firstSentAt, lastSentAt } = await activities(
    UNTIL_DONE,
    `count ${title}`,
  ).summariseDelivery({ ...ref, ledger: changedOver ? 'postgres' : opened.ledger });
  const { obligation, round } = ref;
  const report: DeliveryReport = { obligation, round, total, sent, failed, firstSentAt, lastSentAt };
  await incident.signal('delivered', report).catch(() => undefined);
  if (!changedOver && opened.ledger === 'spool') await settleInPostgres(ref, opened, title);
}

type Tell = (problem: string) => Promise<void>;

/** Sends some batches; true when nothing is left. */
async function sendSome(ref: DeliveryRef, { ledger, total }: OpenedDelivery, title: string): Promise<boolean> {
  const sending = activities(SENDING, `send ${title}, ${total} recipients`);
  return (await sending.sendBatches({ ...ref, ledger, maxBatches: BATCHES_A_CALL })).done;
}

/** When Postgres is back: brings the spool into it, and sends whatever was left open there. */
async function settleInPostgres(ref: DeliveryRef, opened: OpenedDelivery, title: string): Promise<void> {
  await activities(UNTIL_DONE, `bring spooled ${title} into Postgres`).mergeSpool(ref);
  for (let done = false; !done; ) {
    try {
      done = await sendSome(ref, { ...opened, ledger: 'postgres' }, title);
    } catch (error) {
      if (failureType(error) !== 'LedgerUnavailable') throw error;
      await sleep('30 seconds', { summary: 'wait for Postgres' });
    }
  }
}

async function opening(ref: DeliveryRef, audience: Audience, title: string, tell: Tell): Promise<OpenedDelivery> {
  for (;;) {
    try {
      return await activities(UNTIL_DONE, `resolve recipients of ${title}`).openDelivery({ ...ref, audience });
    } catch (error) {
      if (!isFinal(error)) throw error;
      await tell(failureText(error));
      await sleep('15 minutes', { summary: `try ${title} again` });
    }
  }
}
