/**
 * One round of one email notice: opens the delivery ledger, drains it in batches, reports to the incident.
 * Recipients stay in the ledger; this history holds counts.
 */
import { continueAsNew, getExternalWorkflowHandle, sleep, workflowInfo } from '@temporalio/workflow';
import type { Audience, DeliveryRef, OpenedDelivery } from '../activities/types';
import type { DeliveryReport } from '../domain/contract';
import { activities, failureText, isFinal, SENDING, UNTIL_DONE } from './activity-calls';

export interface DeliveryInput {
  delivery: DeliveryRef;
  audience: Audience;
  title: string;
  /** Carried over continue-as-new: the ledger that was opened. */
  opened?: OpenedDelivery;
}

/** Batches that one activity call sends before it returns. */
const BATCHES_A_CALL = 20;

export async function delivery(input: DeliveryInput): Promise<void> {
  const { delivery: ref, audience, title } = input;
  const incident = getExternalWorkflowHandle(ref.incidentId);
  const tell = (problem: string) =>
    incident.signal('delivery-problem', { obligation: ref.obligation, problem }).catch(() => undefined);

  const opened = input.opened ?? (await opening(ref, audience, title, tell));
  const { ledger } = opened;
  for (let done = false; !done; ) {
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof delivery>({ ...input, opened });
    try {
      const sending = activities(SENDING, `send ${title}, ${opened.total} recipients`);
      done = (await sending.sendBatches({ ...ref, ledger, maxBatches: BATCHES_A_CALL })).done;
    } catch (error) {
      if (!isFinal(error)) throw error;
      await tell(failureText(error));
      await sleep('15 minutes', { summary: `try ${title} again` });
    }
  }
  const { total, sent, failed, firstSentAt, lastSentAt } = await activities(
    UNTIL_DONE,
    `count ${title}`,
  ).summariseDelivery({
    ...ref,
    ledger,
  });
  const report: DeliveryReport = {
    obligation: ref.obligation,
    round: ref.round,
    total,
    sent,
    failed,
    firstSentAt,
    lastSentAt,
  };
  await incident.signal('delivered', report).catch(() => undefined);
  if (ledger === 'spool') await activities(UNTIL_DONE, `bring spooled ${title} into Postgres`).mergeSpool(ref);
}

async function opening(
  ref: DeliveryRef,
  audience: Audience,
  title: string,
  tell: (problem: string) => Promise<void>,
): Promise<OpenedDelivery> {
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
