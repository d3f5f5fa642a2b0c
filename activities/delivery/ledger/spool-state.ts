import { assertBatchSize, batchKeyOf, byCodeUnit } from './batch-key';
import {
  AFRESH,
  type ClaimedBatch,
  type Delivery,
  type DeliveryGroup,
  type ObligationKey,
  type Recipient,
  type SettleResult,
  UNDECIDED,
} from './ledger';

/** What one journal is about: the recipients of an obligation over one channel. */
export type SpoolKey = Omit<DeliveryGroup, 'round'>;

/** One line of a journal. The first is always `key`. */
export type SpoolRecord =
  | ({ type: 'key' } & SpoolKey)
  | { type: 'open'; round: number; at: string; recipients: Recipient[] }
  | { type: 'claim'; batchKey: string; at: string; refs: string[] }
  | { type: 'settle'; batchKey: string; at: string; results: SettleResult[] };

/** The deliveries of one journal, folded from its records: the same rules as the SQL operations beside it. */
export class SpoolState {
  readonly byRef = new Map<string, Delivery>();

  constructor(readonly key: SpoolKey) {}

  /** Folds one record in. */
  apply(record: SpoolRecord): void {
    if (record.type === 'open') this.add(record.recipients, record.round, record.at);
    else if (record.type === 'claim') this.mark(record.batchKey, record.refs, record.at);
    else if (record.type === 'settle') this.settle(record.batchKey, record.results, record.at);
  }

  /** The recipients that are not there yet, each once. */
  missing(recipients: Recipient[]): Recipient[] {
    const fresh = new Map<string, Recipient>();
    for (const { ref, address, language } of recipients) {
      if (!this.byRef.has(ref) && !fresh.has(ref)) fresh.set(ref, { ref, address, language });
    }
    return [...fresh.values()];
  }

  /** The open batch of this round, if there is one. */
  openBatch(round: number, inHand: readonly string[] = []): ClaimedBatch | undefined {
    for (const { round: found, status, batchKey, errorCode } of this.byRef.values()) {
      const isOpen = errorCode !== UNDECIDED && found === round && (status === 'sending' || status === 'unknown');
      if (isOpen && !inHand.includes(batchKey!)) return this.batch(batchKey!, false);
    }
    return undefined;
  }

  /** The record that claims the next pending recipients of one language, or undefined when none is pending. */
  nextClaim(round: number, size: number, at: string): Extract<SpoolRecord, { type: 'claim' }> | undefined {
    assertBatchSize(size);
    const refs: string[] = [];
    const former: string[] = [];
    let language: string | undefined;
    for (const delivery of this.byRef.values()) {
      if (delivery.round !== round || delivery.status !== 'pending') continue;
      language ??= delivery.language;
      if (delivery.language !== language) continue;
      refs.push(delivery.ref);
      if (delivery.batchKey && AFRESH.includes(delivery.errorCode ?? '')) former.push(delivery.batchKey);
      if (refs.length === size) break;
    }
    return refs.length === 0 ? undefined : { type: 'claim', batchKey: batchKeyOf(this.key, refs, former), at, refs };
  }

  /** The members of a batch, sorted by ref. */
  batch(batchKey: string, isNew: boolean): ClaimedBatch {
    const members = this.membersOf(batchKey).sort((a, b) => byCodeUnit(a.ref, b.ref));
    const { language, claimedAt } = members[0]!;
    const recipients = members.map(({ ref, address, language, status, errorCode }) => ({
      ...{ ref, address, language, status },
      ...(errorCode !== undefined && { errorCode }),
    }));
    return { batchKey, language, claimedAt: claimedAt!, isNew, recipients };
  }

  /** The deliveries that stand under this key now. */
  membersOf(batchKey: string): Delivery[] {
    return [...this.byRef.values()].filter((delivery) => delivery.batchKey === batchKey);
  }

  /** Whether this journal belongs to the obligation. */
  isOf({ incidentId, obligationId }: ObligationKey): boolean {
    return this.key.incidentId === incidentId && this.key.obligationId === obligationId;
  }

  private add(recipients: Recipient[], round: number, at: string): void {
    const { channel } = this.key;
    for (const recipient of this.missing(recipients)) {
      this.byRef.set(recipient.ref, { ...recipient, channel, round, status: 'pending', createdAt: at, updatedAt: at });
    }
  }

  private mark(batchKey: string, refs: string[], at: string): void {
    for (const ref of refs) {
      const before = this.byRef.get(ref)!;
      const claimedAt = before.batchKey === batchKey ? before.claimedAt! : at;
      this.byRef.set(ref, { ...before, status: 'sending', batchKey, claimedAt, updatedAt: at });
    }
  }

  private settle(batchKey: string, results: SettleResult[], at: string): void {
    for (const { ref, status, providerMessageId, bodySha256, errorCode } of results) {
      const before = this.byRef.get(ref);
      if (before === undefined || before.batchKey !== batchKey || before.status === 'sent') continue;
      const { errorCode: _, ...kept } = before;
      this.byRef.set(ref, {
        ...kept,
        status,
        updatedAt: at,
        ...(providerMessageId !== undefined && { providerMessageId }),
        ...(bodySha256 !== undefined && { bodySha256 }),
        ...(errorCode !== undefined && { errorCode }),
        ...(status === 'sent' && { sentAt: at }),
      });
    }
  }
}
