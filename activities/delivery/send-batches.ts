import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { Log } from '../../platform/log';
import { failure } from '../failures';
import type { MailPort } from '../mail/mail-port';
import { type FrozenNotice, thawNotice } from '../notices/frozen-notice';
import { hashesOf } from '../notices/own-renderings';
import { renderingFor } from '../notices/rendering-for';
import type { ArtefactStore } from '../storage/artefacts';
import type { SendBatchesInput, SendBatchesResult } from '../types';
import { batchSize } from './batch-size';
import { claimedList, groupOf, keyOf } from './delivery-key';
import type { ClaimedBatch } from './ledger/ledger';
import { assertSpoolHere, type LedgerName, type Ledgers, onLedger, presentLedger } from './ledgers';
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
 * Sends up to `maxBatches` batches of the round, some side by side: first those whose outcome is open, with the same key, members
 * and body. Nothing is rendered here; the frozen bytes go out. Heartbeats, result and errors hold counts only.
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
  // The ledger's instants follow the incident's clock in an exercise, where time is compressed.
  const now = () => (input.exercise ? new Date(input.at) : deps.now());
  const timer = setInterval(beat, HEARTBEAT_MS);
  try {
    // Of those that are begun now: one that was begun before keeps its members, and with them its body and key.
    const size = await batchSize(artefacts, input.renderings);
    const inHand = new Set<string>();
    const claim = async () => {
      const ledger = await presentLedger(ledgers, input.ledger, keyOf(input));
      const batch = await onLedger(ledgers, ledger, (l) => l.claimBatch(groupOf(input), size, now(), [...inHand]));
      if (batch) inHand.add(batch.batchKey);
      return { ledger, batch };
    };
    const one = async ({ ledger, batch }: { ledger: LedgerName; batch: ClaimedBatch }) => {
      await artefacts.remember(claimedList(input), refsOf(batch));
      const noticeOf = await noticeFor(batch.language);
      const texts = new Map<string, MemberText>();
      for (const ref of refsOf(batch)) texts.set(ref, await noticeOf(ref));
      await sendBatch({ ...deps, ledger, now }, { effect: input, batch, texts }, counts);
      // One that failed is left to the next call.
      inHand.delete(batch.batchKey);
      beat();
    };
    const done = await sideBySide(input.maxBatches, claim, one);
    if (!done) return { done, ...counts };
    const ledger = await presentLedger(ledgers, input.ledger, keyOf(input));
    const undecided = await onLedger(ledgers, ledger, (l) => l.waiting(groupOf(input), MOST_UNDECIDED));
    return { done, ...counts, ...(undecided.length > 0 && { undecided }) };
  } finally {
    clearInterval(timer);
  }
}

/** Batches that one call has on their way at once: while one waits for the provider, the next is claimed. */
const LANES = 4;

/**
 * Sends up to so many batches, some of them at once, each claimed when it is its turn. True when nothing is left to claim. The
 * first failure lets those on their way end, begins no other, and is thrown.
 */
async function sideBySide<C extends { batch: ClaimedBatch | undefined }>(
  maxBatches: number,
  claim: () => Promise<C>,
  send: (claimed: C & { batch: ClaimedBatch }) => Promise<void>,
): Promise<boolean> {
  let left = maxBatches;
  const failures: unknown[] = [];
  // One after the other: each must know what the others have in hand.
  let claiming: Promise<unknown> = Promise.resolve();
  const next = () => {
    const claimed = claiming.then(() => (failures.length === 0 ? claim() : undefined));
    claiming = claimed.catch(() => undefined);
    return claimed;
  };
  const lane = async () => {
    try {
      while (left > 0 && failures.length === 0) {
        stopWhenCancelled();
        left--;
        const claimed = await next();
        if (!claimed?.batch) {
          left++;
          return;
        }
        await send({ ...claimed, batch: claimed.batch });
      }
    } catch (error) {
      failures.push(error);
    }
  };
  for (;;) {
    await Promise.all(Array.from({ length: LANES }, lane));
    if (failures.length > 0) throw failures[0];
    if (left === 0) return false;
    // What one lane gave back after the others had found nothing is claimed now.
    const last = await next();
    if (!last?.batch) return true;
    left--;
    await send({ ...last, batch: last.batch });
  }
}

function refsOf(batch: ClaimedBatch): string[] {
  return batch.recipients.map(({ ref }) => ref);
}

/** Between batches only: a request that is under way is never cut off. */
function stopWhenCancelled(): void {
  if (Context.current().cancellationSignal.aborted)
    throw new CancelledFailure('the delivery was cancelled between two batches');
}
