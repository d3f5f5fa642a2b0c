import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { Log } from '../../platform/log';
import { failure } from '../failures';
import type { MailPort } from '../mail/mail-port';
import { type FrozenNotice, thawNotice } from '../notices/frozen-notice';
import { hashesOf } from '../notices/own-renderings';
import { renderingFor } from '../notices/rendering-for';
import type { ArtefactStore } from '../storage/artefacts';
import type { SendBatchesInput, SendBatchesResult, UndecidedBatch } from '../types';
import { batchSize } from './batch-size';
import { claimedList, groupOf, keyOf } from './delivery-key';
import { type ClaimedBatch, type DeliveryLedger, UNDECIDED } from './ledger/ledger';
import { assertSpoolHere, type Ledgers, onLedger, presentLedger } from './ledgers';
import { type Counts, type MemberText, sendBatch } from './send-batch';

/** What sending needs. `now`: the real clock. */
export interface SendBatchesDeps {
  ledgers: Ledgers;
  mail: MailPort;
  artefacts: ArtefactStore;
  log: Log;
  now: () => Date;
}

const HEARTBEAT_MS = 5_000;
/** Undecided batches that one answer names; the others follow once these are settled. */
const MOST_UNDECIDED = 20;

/**
 * Sends up to `maxBatches` batches of the round: first the one whose outcome is open, with the same key, members and
 * body. Nothing is rendered here; the frozen bytes go out. Heartbeats, result and errors hold counts only.
 */
export async function sendBatches(deps: SendBatchesDeps, input: SendBatchesInput): Promise<SendBatchesResult> {
  const { ledgers, artefacts } = deps;
  if (input.ledger === 'spool') assertSpoolHere(ledgers, input.spool);
  const counts: Counts = { sent: 0, failed: 0 };
  const notices = new Map<string, FrozenNotice>();
  const noticeFor = async (language: string) => {
    const rendering = renderingFor(input.renderings, language);
    if (!rendering)
      throw failure(
        'ArtefactFault',
        `${input.obligation} of ${input.incidentId} has no rendering in any language: draft the notice first`,
      );
    const hashOf = await hashesOf(artefacts, rendering);
    return async (ref: string) => {
      const sha256 = hashOf(ref);
      const notice = notices.get(sha256) ?? (await thawNotice(artefacts, sha256));
      notices.set(sha256, notice);
      return { notice, sha256 };
    };
  };
  const beat = () => Context.current().heartbeat({ sent: counts.sent, failed: counts.failed });
  const timer = setInterval(beat, HEARTBEAT_MS);
  try {
    // Of those that are begun now: one that was begun before keeps its members, and with them its body and key.
    const size = await batchSize(artefacts, input.renderings);
    for (let batches = 0; batches < input.maxBatches; batches++) {
      stopWhenCancelled();
      // The ledger's instants follow the incident's clock in an exercise, where time is compressed.
      const now = () => (input.exercise ? new Date(input.at) : deps.now());
      const ledger = await presentLedger(ledgers, input.ledger, keyOf(input));
      const batch = await onLedger(ledgers, ledger, (l) => l.claimBatch(groupOf(input), size, now()));
      if (!batch) {
        const undecided = await onLedger(ledgers, ledger, (l) => undecidedOf(l, input));
        return { done: true, ...counts, ...(undecided.length > 0 && { undecided }) };
      }
      await artefacts.remember(claimedList(input), refsOf(batch));
      const noticeOf = await noticeFor(batch.language);
      const texts = new Map<string, MemberText>();
      for (const ref of refsOf(batch)) texts.set(ref, await noticeOf(ref));
      await sendBatch({ ...deps, ledger, now }, { effect: input, batch, texts }, counts);
      beat();
    }
    return { done: false, ...counts };
  } finally {
    clearInterval(timer);
  }
}

/** The batches of the round that wait for a person. */
async function undecidedOf(ledger: DeliveryLedger, input: SendBatchesInput): Promise<UndecidedBatch[]> {
  if ((await ledger.summary(keyOf(input))).unknown === 0) return [];
  const found = new Map<string, UndecidedBatch>();
  for (const { batchKey, claimedAt, errorCode, round } of await ledger.recipients(keyOf(input))) {
    if (errorCode !== UNDECIDED || round !== input.round || !batchKey || !claimedAt) continue;
    const { recipients = 0 } = found.get(batchKey) ?? {};
    found.set(batchKey, { batch: batchKey, recipients: recipients + 1, claimedAt });
  }
  return [...found.values()].slice(0, MOST_UNDECIDED);
}

function refsOf(batch: ClaimedBatch): string[] {
  return batch.recipients.map(({ ref }) => ref);
}

/** Between batches only: a request that is under way is never cut off. */
function stopWhenCancelled(): void {
  if (Context.current().cancellationSignal.aborted)
    throw new CancelledFailure('the delivery was cancelled between two batches');
}
