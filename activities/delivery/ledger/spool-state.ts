import { assertBatchSize, batchKeyOf, byCodeUnit } from './batch-key';
import { countedAs } from './count-deliveries';
import {
  AFRESH,
  type ClaimedBatch,
  type Delivery,
  type DeliveryGroup,
  type ObligationKey,
  type Recipient,
  type SettleResult,
  STOPPED,
  UNDECIDED,
} from './ledger';

/** What one journal is about: the recipients of an obligation over one channel. */
export type SpoolKey = Omit<DeliveryGroup, 'round'>;

/** One line of a journal. The first is always `key`. */
export type SpoolRecord =
  | ({ type: 'key' } & SpoolKey)
  | { type: 'open'; round: number; at: string; recipients: Recipient[] }
  | { type: 'claim'; batchKey: string; at: string; refs: string[] }
  | { type: 'settle'; batchKey: string; at: string; results: SettleResult[] }
  | { type: 'stop'; round: number; at: string };

/** The deliveries of one journal, folded from its records: the same rules as the SQL operations beside it. */
export class SpoolState {
  readonly byRef = new Map<string, Delivery>();
  /** Rounds that were stopped: nobody in them waits to be sent. */
  readonly stopped = new Set<number>();

  constructor(readonly key: SpoolKey) {}

  /** Folds one record in. */
  apply(record: SpoolRecord): void {
    if (record.type === 'open') this.add(record.recipients, record.round, record.at);
    else if (record.type === 'claim') this.mark(record.batchKey, record.refs, record.at);
    else if (record.type === 'settle') this.settle(record.batchKey, record.results, record.at);
    else if (record.type === 'stop') this.stop(record.round, record.at);
  }

  /** The recipients that are not there yet, or that a stop took out of another round, each once. */
  missing(recipients: Recipient[], round: number): Recipient[] {
    const fresh = new Map<string, Recipient>();
    for (const { ref, address, language } of recipients) {
      const present = this.byRef.get(ref);
      const isMissing = !present || (countedAs(present) === 'stopped' && present.round !== round);
      if (isMissing && !fresh.has(ref)) fresh.set(ref, { ref, address, language });
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

  /** How many there are, without whom a stop took out. */
  total(): number {
    return [...this.byRef.values()].filter((delivery) => countedAs(delivery) !== 'stopped').length;
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
    for (const recipient of this.missing(recipients, round)) {
      const { batchKey, claimedAt, errorCode, createdAt = at, address } = this.byRef.get(recipient.ref) ?? {};
      // Under that key it is known not to have been sent: the next is another one.
      const former = batchKey && { batchKey, claimedAt: claimedAt!, errorCode: errorCode! };
      const entered = { ...recipient, ...(address !== undefined && { address }), channel, round, ...former };
      this.byRef.set(recipient.ref, { ...entered, status: 'pending', createdAt, updatedAt: at });
    }
    if (this.stopped.has(round)) this.stop(round, at);
  }

  private stop(round: number, at: string): void {
    this.stopped.add(round);
    for (const [ref, delivery] of this.byRef) {
      if (delivery.round === round && delivery.status === 'pending')
        this.byRef.set(ref, { ...delivery, status: 'failed', errorCode: STOPPED, updatedAt: at });
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
      // Given back.
      if (status === 'pending' && this.stopped.has(before.round)) this.stop(before.round, at);
    }
  }
}
