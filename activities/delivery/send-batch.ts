/** One frozen batch: sent, refused or unknown, and settled in the ledger. */
import { ApplicationFailure } from '@temporalio/common';
import type { Log } from '../../platform/log';
import { addressKey, isMailAddress } from '../mail/mail-address';
import { effectTags, type MailMessage, type MailOutcome, type MailPort } from '../mail/mail-port';
import type { FrozenNotice } from '../notices/frozen-notice';
import { sha256Hex } from '../storage/artefacts';
import { type ClaimedBatch, SENDER_REFUSED, type SettleResult, UNDECIDED } from './ledger/ledger';
import { type LedgerName, type Ledgers, settle } from './ledgers';

/** Resend keeps keys for 24 hours; from an hour before that on, it is asked before anything is repeated. */
const KEY_TRUSTED_MS = 23 * 3_600_000;

export interface Counts {
  sent: number;
  failed: number;
}

interface BatchDeps {
  ledgers: Ledgers;
  ledger: LedgerName;
  mail: MailPort;
  log: Log;
  now: () => Date;
}

interface BatchToSend {
  effect: { incidentId: string; obligation: string; exercise: boolean };
  batch: ClaimedBatch;
  /** What each of its members gets, by ref. */
  texts: Map<string, MemberText>;
}

/** A frozen notice and the hash of its bytes. */
export interface MemberText {
  notice: FrozenNotice;
  sha256: string;
}

type Member = ClaimedBatch['recipients'][number];

/**
 * Sends a batch and settles it. One request for all; when the provider refuses that for one bad member, each member by
 * itself, so that one never blocks the others. An invalid address fails without a request. What the provider has under the
 * same key with another content waits for a person, who alone can tell what became of it. Throws on an unknown or temporary
 * outcome: the batch stays open, and the repeat has the same members, body and key.
 */
export async function sendBatch(deps: BatchDeps, toSend: BatchToSend, counts: Counts): Promise<void> {
  const { batch, texts } = toSend;
  const record = async (results: SettleResult[]) => {
    await settle(deps.ledgers, deps.ledger, batch.batchKey, results, {
      now: deps.now(),
      exercise: toSend.effect.exercise,
    });
    counts.sent += results.filter(({ status }) => status === 'sent').length;
    counts.failed += results.filter(({ status }) => status === 'failed').length;
  };
  const sentTo = ({ ref }: Member, providerMessageId: string): SettleResult => ({
    ref,
    status: 'sent',
    providerMessageId,
    bodySha256: texts.get(ref)!.sha256,
  });
  const messageTo = messageFactory(toSend);
  const senderOf = ({ sender = deps.mail.sender }: MailMessage) => sender.from;
  const invalid: SettleResult[] = batch.recipients
    .filter((member) => isOpen(member) && !isMailAddress(member.address))
    .map(({ ref }) => ({ ref, status: 'failed', errorCode: 'invalid-address' }));
  let open = batch.recipients.filter((member) => isOpen(member) && isMailAddress(member.address));

  if (!batch.isNew && deps.now().getTime() - Date.parse(batch.claimedAt) > KEY_TRUSTED_MS) {
    open = await stillUnsent(deps, toSend, open, sentTo, record);
  }
  // Only a batch that nobody has touched goes out as one: after a refusal, members may be out one by one already.
  const whole = batch.recipients.every(({ status }) => status === 'sending') && open.length > 0;
  if (whole && open.length + invalid.length === batch.recipients.length) {
    const messages = open.map(messageTo);
    const outcome = await decidable(deps.mail.sendBatch(messages, `batch/${batch.batchKey}`)).catch(async (error) => {
      if (!batch.isNew || failureTypeOf(error) !== 'MailSenderRefused') throw error;
      // The first request under this key, and a certain answer: nobody was told, and it is claimed anew.
      await record([
        ...open.map(({ ref }) => ({ ref, status: 'pending', errorCode: SENDER_REFUSED }) as const),
        ...invalid,
      ]);
      const next = messageTo({ ...open[0]!, errorCode: SENDER_REFUSED });
      if (senderOf(messages[0]!) === senderOf(next)) throw error;
      return undefined;
    });
    if (!outcome) return;
    if (outcome.outcome === 'undecided') return record([...open.map(undecided), ...invalid]);
    if (outcome.outcome === 'sent') {
      return record([...open.map((member, i) => sentTo(member, outcome.messageIds[i]!)), ...invalid]);
    }
    // Noted before the first single mail: a repeat after a crash must not send the whole batch.
    await record([
      // Who goes out from the configured sender goes out from it alone as well.
      ...open.map(({ ref, errorCode }) => ({
        ref,
        status: 'unknown' as const,
        errorCode: errorCode === SENDER_REFUSED ? SENDER_REFUSED : 'batch-refused',
      })),
      ...invalid,
    ]);
  } else {
    await record(invalid);
  }
  for (const member of open) {
    const key = `one/${sha256Hex(JSON.stringify([batch.batchKey, member.ref]))}`;
    const outcome = await decidable(deps.mail.send(messageTo(member), key));
    await record([
      outcome.outcome === 'undecided'
        ? undecided(member)
        : outcome.outcome === 'sent'
          ? sentTo(member, outcome.messageIds[0]!)
          : { ref: member.ref, status: 'failed', errorCode: outcome.errorCode },
    ]);
  }
}

/**
 * The provider has forgotten the key: it is asked what it accepted since the batch was claimed. Who is found is settled
 * as sent. When it cannot be asked, the members fail with `outcome-unknown`: a person looks, nobody is told twice.
 */
async function stillUnsent(
  deps: BatchDeps,
  { effect, batch, texts }: BatchToSend,
  open: Member[],
  sentTo: (member: Member, id: string) => SettleResult,
  record: (results: SettleResult[]) => Promise<void>,
): Promise<Member[]> {
  // One subject for all: only numbers within the notice differ from member to member.
  const { subject } = texts.values().next().value!.notice;
  const found = await deps.mail.findSent(subject, new Date(batch.claimedAt));
  if (!found) {
    deps.log.error(
      { caseId: effect.incidentId, obligation: effect.obligation, recipients: open.length },
      'the outcome of a batch is unknown for longer than the mail provider remembers its key: look there, then tell them by another channel',
    );
    await record(open.map(({ ref }) => ({ ref, status: 'failed', errorCode: 'outcome-unknown' })));
    return [];
  }
  const idOf = ({ address }: Member) => found.get(addressKey(address));
  await record(open.filter((member) => idOf(member)).map((member) => sentTo(member, idOf(member)!)));
  return open.filter((member) => !idOf(member));
}

/** `sending` and `unknown` are open, but for what waits for a person; the rest of a batch that is claimed again is settled. */
function isOpen({ status, errorCode }: Member): boolean {
  return (status === 'sending' || status === 'unknown') && errorCode !== UNDECIDED;
}

/** The answer to a request; `undecided` where the provider has another one under its key. */
async function decidable(sending: Promise<MailOutcome>): Promise<MailOutcome | { outcome: 'undecided' }> {
  try {
    return await sending;
  } catch (error) {
    if (failureTypeOf(error) === 'MailKeyConflict') return { outcome: 'undecided' };
    throw error;
  }
}

function undecided({ ref }: Member): SettleResult {
  return { ref, status: 'unknown', errorCode: UNDECIDED };
}

function failureTypeOf(error: unknown): string | undefined {
  return error instanceof ApplicationFailure ? (error.type ?? undefined) : undefined;
}

function messageFactory({ effect, texts }: BatchToSend): (member: Member) => MailMessage {
  const tags = effectTags(effect);
  return ({ ref, address, errorCode }) => {
    const { sender: approved, unsubscribe: url, subject, html, text } = texts.get(ref)!.notice;
    // The provider takes nothing from the sender that was approved, so nothing went out from it: the one that is configured,
    // unless the incident has another in its place.
    const sender = errorCode === SENDER_REFUSED && !approved?.instead ? undefined : approved;
    const unsubscribe = url && { unsubscribe: { url, subscriber: ref.replace(/^subscriber:/, '') } };
    return { ...(sender && { sender }), to: address, subject, html, text, tags, ...unsubscribe };
  };
}
