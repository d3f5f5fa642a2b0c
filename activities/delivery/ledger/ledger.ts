import type { AudienceRows, DirectoryRecipient } from '../../directory/directory-port';
import type { Fate } from './delivery-events';

/** One obligation of one incident. */
export interface ObligationKey {
  incidentId: string;
  obligationId: string;
}

/** The recipients of one obligation over one channel, found in one round of resolving the audience (1 for the first). */
export interface DeliveryGroup extends ObligationKey {
  channel: string;
  round: number;
}

/** A person or an account to be told. `ref` is a stable reference without personal data; the address is erasable. */
export interface Recipient {
  ref: string;
  address: string;
  /** BCP 47 tag of the rendering to send. */
  language: string;
}

/**
 * pending → sending (claimed, the call may have happened) → sent | failed | unknown (nobody knows, ask or repeat with
 * the same key) | pending again (known not to have happened). `sent` is final: the provider took it. What became of it then
 * is its `fate`.
 */
export type DeliveryStatus = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown';

/** One row of the ledger. Instants are UTC, ISO 8601. */
export interface Delivery extends Recipient {
  channel: string;
  round: number;
  status: DeliveryStatus;
  batchKey?: string;
  providerMessageId?: string;
  bodySha256?: string;
  errorCode?: string;
  createdAt: string;
  updatedAt: string;
  claimedAt?: string;
  sentAt?: string;
  /** Of a mail that was sent: what the provider told of it since. A spool knows of none. */
  fate?: Fate;
}

/** Of a row: what says whether somebody was told. */
export type Known = Pick<Delivery, 'ref' | 'address' | 'status' | 'errorCode'> & { fate?: Pick<Fate, 'kind'> };

/** One whom an audience wants to be told. `isKnownAddress`: the ledger has the address, be it under another ref. */
export type Wanted = DirectoryRecipient & { isKnownAddress?: true };

/** One workspace or person: its addresses in the audience, and what the ledger has of it. Either may be empty. */
export interface Beside {
  /** What the refs of all its addresses have in common: `workspace:ws-1` of `workspace:ws-1#2`. */
  base: string;
  wanted: Wanted[];
  known: Known[];
}

/** Adds recipients that are not in the ledger yet, as of the same moment as what was read; how many there were. */
export type Enter = (group: DeliveryGroup, recipients: Recipient[]) => Promise<number>;

/** Batches of a round that wait for a person. */
export interface Waiting {
  batch: string;
  recipients: number;
  claimedAt: string;
}

/**
 * Why nobody knows, or why it starts afresh: `UNDECIDED`, the provider has another request under the same key, or a restored
 * ledger had lost the row, and only a person who looks there can tell whether it was accepted · `NOT_ACCEPTED`, that person says that it was not ·
 * `SENDER_REFUSED`, the provider took no mail from that sender at all · `STOPPED`, a person stopped the round before they were
 * claimed: they are `failed` until a later round enters them again.
 */
export const UNDECIDED = 'key-conflict';
export const NOT_ACCEPTED = 'not-accepted';
export const SENDER_REFUSED = 'sender-refused';
export const STOPPED = 'stopped';

/** Those that are known not to have been sent under the key that they had: the next attempt has another. */
export const AFRESH: readonly string[] = [NOT_ACCEPTED, SENDER_REFUSED, STOPPED];

/** A frozen batch: the same key always comes with the same recipients in the same order. */
export interface ClaimedBatch {
  /** SHA-256 hex over incident, obligation, channel and the sorted refs: the source of the provider's idempotency key. */
  batchKey: string;
  /** Language of all its recipients. */
  language: string;
  /** First claim of this batch; a provider forgets idempotency keys (some after 24 h), so look before repeating later. */
  claimedAt: string;
  /** False when it was handed out before and its outcome is not known: repeat with the same key, or ask the provider. */
  isNew: boolean;
  /** All members, sorted by ref, also those whose outcome is known already: a repeat must send the same body. */
  recipients: BatchMember[];
}

/** `inHand`: keys of open batches that the caller has already. `most`: new ones at once, at most; one, unless it is given. */
export interface ClaimOptions {
  inHand?: readonly string[];
  most?: number;
}

/** One of a batch; `errorCode`: what its last attempt came to. */
export interface BatchMember extends Recipient {
  status: DeliveryStatus;
  errorCode?: string;
}

/** The outcome for one recipient of a batch. `pending` only when the call is known not to have happened. */
export interface SettleResult {
  ref: string;
  status: 'sent' | 'failed' | 'unknown' | 'pending';
  providerMessageId?: string;
  /** SHA-256 hex of the exact bytes that were sent. */
  bodySha256?: string;
  errorCode?: string;
}

/** How many deliveries stand where. Whom a stop took out is in `stopped` alone, and in no total. */
export interface DeliveryCounts {
  total: number;
  pending: number;
  /** Claimed and not settled: a call is under way, or died. */
  sending: number;
  sent: number;
  failed: number;
  unknown: number;
  stopped: number;
}

/** The counts of an obligation, together and by channel, without personal data. */
export interface DeliverySummary extends DeliveryCounts {
  byChannel: Record<string, DeliveryCounts>;
  firstSentAt?: string;
  lastSentAt?: string;
}

/**
 * Who is told what, with which outcome. A row exists before any call to a provider; a recipient is mailed once.
 *
 * Guarantees of every implementation:
 * - a recipient is in the ledger once for an obligation and channel, however often and by whomever it is opened;
 * - no recipient is ever handed out under two keys while the outcome of the first is open, also to concurrent claims;
 * - a claim that is repeated before its batch is settled gets the same batch: same key, same members, same order; but by
 *   whoever says that it is in hand;
 * - settling twice is harmless, and `sent` never goes back.
 */
export interface DeliveryLedger {
  /**
   * Adds the recipients that are not there yet, in this round, and takes over those whom a stop took out of another one. `total`:
   * all of the obligation in this channel.
   */
  open(group: DeliveryGroup, recipients: Recipient[]): Promise<{ added: number; total: number }>;
  /**
   * An audience beside the ledger's rows, some at a time and each workspace or person once. `withAddresses`: also says of whom
   * the ledger knows the address. What was entered stands once this resolves, all of it or nothing.
   */
  beside(
    key: ObligationKey,
    audience: AudienceRows,
    withAddresses: boolean,
    each: (some: Beside[], enter: Enter) => Promise<void>,
  ): Promise<void>;
  /**
   * The group's open batch, or the next pending recipients as new ones, each of one language and of `size` recipients at most;
   * none when all is done, or waits for a person. A batch that waits for a person blocks no other.
   */
  claimBatches(group: DeliveryGroup, size: number, now: Date, options?: ClaimOptions): Promise<ClaimedBatch[]>;
  /**
   * Stops a round for good: once this resolves nobody more is claimed in it, whoever was or is entered; open batches are handed out
   * until they are settled. Repeating it changes nothing.
   */
  stop(group: DeliveryGroup): Promise<void>;
  /** Records outcomes, as of `now`; without it, as the ledger's own clock has it. `strangers`: refs that are not (or no longer) in this batch; nothing was recorded for them. */
  settleBatch(batchKey: string, results: SettleResult[], now?: Date): Promise<{ settled: number; strangers: string[] }>;
  /** Batches of a group that wait for a person, `most` of them. */
  waiting(group: DeliveryGroup, most: number): Promise<Waiting[]>;
  /** Counts and first and last instant of sending. */
  summary(key: ObligationKey): Promise<DeliverySummary>;
  /** Every delivery of the obligation, personal data included, by channel and ref. */
  recipients(key: ObligationKey): Promise<Delivery[]>;
}
