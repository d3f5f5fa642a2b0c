/** A message that waits for its receipt: by which id it is sent, and whether what came back answers it. */
import { createHash, randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { Receipt } from '../domain/case/contract';
import type { CaseMessage } from '../domain/case/lifecycle';
import { tocsin } from '../domain/kernel/command-lines';
import { type Instant, toInstant } from '../domain/kernel/time';
import { UnknownOutcome } from './errors';

/** With an id that makes a repeat harmless, and the instant of sending: no worker may read it for hours. */
export function stamped<M>(message: M): M & { commandId: string; sentAt: Instant } {
  const { commandId = randomUUID(), sentAt = toInstant(Date.now()) } = message as Partial<CaseMessage>;
  return { ...message, commandId, sentAt };
}

/**
 * Temporal answers an update id that it knows with the first receipt, whatever is sent: so the id stands for what is sent,
 * but for when, and another message under a used command id reaches the case, which says that this command was handled
 * already. It is a digest of both alone: Temporal keeps ids in clear, and whoever makes up a command id may write anything.
 */
export function updateIdOf(name: string, { sentAt: _, ...message }: { commandId: string; sentAt: Instant }): string {
  return createHash('sha256')
    .update(JSON.stringify([name, message]))
    .digest('hex')
    .slice(0, 32);
}

/**
 * The receipt, where it is one of this very message. Whoever takes the tasks of a case and reads Temporal's store has the
 * sealed receipts of others, by which nothing was done.
 */
export function receiptFrom(
  temporal: Client,
  { commandId }: { commandId: string },
  { to, ...receipt }: Receipt,
  id: string,
): Receipt {
  const { payloadCodecs } = temporal.options?.loadedDataConverter ?? {};
  if (!payloadCodecs?.length || to === commandId) return receipt;
  throw new UnknownOutcome(
    `what answered for "${id}" is not an answer to this message: whether it was taken is not known. Look at it with ` +
      `\`${tocsin('show', { id })}\`; are all workers of this version, and does nobody else ask for work on their task queue?`,
  );
}
