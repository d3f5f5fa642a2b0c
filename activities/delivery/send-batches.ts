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
import type { ClaimedBatch, SettleResult } from './ledger/ledger';
import { assertSpoolHere, type LedgerName, type Ledgers, onLedger, presentLedger, settle } from './ledgers';
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
  // Of each one reading: batches that are begun together need it at once.
  const notices = new Map<string, Promise<FrozenNotice>>();
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
      const reading = notices.get(sha256) ?? thawNotice(artefacts, sha256);
      notices.set(sha256, reading);
      return { notice: await reading, sha256 };
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
    const claim = async (most: number) => {
      const ledger = await presentLedger(ledgers, input.ledger, keyOf(input));
      const options = { inHand: [...inHand], most };
      const batches = await onLedger(ledgers, ledger, (l) => l.claimBatches(groupOf(input), size, now(), options));
      for (const { batchKey } of batches) inHand.add(batchKey);
      if (batches.length > 0) await artefacts.remember(claimedList(input), batches.flatMap(refsOf));
      return batches.map((batch) => ({ ledger, batch }));
    };
    const one = async ({ ledger, batch }: Claimed) => {
      const noticeOf = await noticeFor(batch.language);
      const texts = new Map<string, MemberText>();
      for (const ref of refsOf(batch)) texts.set(ref, await noticeOf(ref));
      await sendBatch({ ...deps, ledger, now }, { effect: input, batch, texts }, counts);
      // One that failed is left to the next call.
      inHand.delete(batch.batchKey);
      beat();
    };
    const giveBack = ({ ledger, batch }: Claimed) =>
      settle(ledgers, ledger, batch.batchKey, notBegun(batch), { now: now(), exercise: input.exercise });
    const done = await sideBySide(input.maxBatches, claim, one, giveBack);
    if (!done) return { done, ...counts };
    const ledger = await presentLedger(ledgers, input.ledger, keyOf(input));
    const undecided = await onLedger(ledgers, ledger, (l) => l.waiting(groupOf(input), MOST_UNDECIDED));
    return { done, ...counts, ...(undecided.length > 0 && { undecided }) };
  } finally {
    clearInterval(timer);
  }
}

/** A batch in the ledger where it was claimed. */
interface Claimed {
  ledger: LedgerName;
  batch: ClaimedBatch;
}

/** Batches that one call has on their way at once, and that it claims at once. */
const LANES = 4;

/**
 * Sends up to so many batches, some of them at once, claimed as they are needed. True when nothing is left to claim. The first
 * failure lets those on their way end, begins no other, gives back what was claimed and not begun, and is thrown.
 */
async function sideBySide(
  maxBatches: number,
  claim: (most: number) => Promise<Claimed[]>,
  send: (claimed: Claimed) => Promise<void>,
  giveBack: (claimed: Claimed) => Promise<void>,
): Promise<boolean> {
  let begun = 0;
  const ready: Claimed[] = [];
  const failures: unknown[] = [];
  // One after the other: each must know what the others have in hand.
  let claiming: Promise<unknown> = Promise.resolve();
  const next = () => {
    const claimed = claiming.then(async () => {
      if (failures.length > 0 || begun === maxBatches) return undefined;
      stopWhenCancelled();
      if (ready.length === 0) ready.push(...(await claim(Math.min(LANES, maxBatches - begun))));
      // While it was claimed another may have failed.
      if (failures.length > 0 || ready.length === 0) return undefined;
      begun++;
      return ready.shift();
    });
    claiming = claimed.catch(() => undefined);
    return claimed;
  };
  const lane = async () => {
    try {
      for (let claimed = await next(); claimed; claimed = await next()) await send(claimed);
    } catch (error) {
      failures.push(error);
    }
  };
  for (;;) {
    await Promise.all(Array.from({ length: LANES }, lane));
    if (failures.length > 0) {
      // What cannot be given back is repeated under its key, as after a crash.
      for (const claimed of ready) await giveBack(claimed).catch(() => undefined);
      throw failures[0];
    }
    if (begun === maxBatches) return false;
    // What one lane gave back after the others had found nothing is claimed now.
    const last = await next();
    if (!last) return true;
    await send(last).catch((error) => failures.push(error));
  }
}

/** Of a batch for which nothing was asked under its key: that its members wait as before. */
function notBegun({ isNew, recipients }: ClaimedBatch): SettleResult[] {
  if (!isNew) return [];
  return recipients
    .filter(({ status }) => status === 'sending')
    .map(({ ref, errorCode }) => ({ ref, status: 'pending', ...(errorCode !== undefined && { errorCode }) }));
}

function refsOf(batch: ClaimedBatch): string[] {
  return batch.recipients.map(({ ref }) => ref);
}

/** Between batches only: a request that is under way is never cut off. */
function stopWhenCancelled(): void {
  if (Context.current().cancellationSignal.aborted)
    throw new CancelledFailure('the delivery was cancelled between two batches');
}
