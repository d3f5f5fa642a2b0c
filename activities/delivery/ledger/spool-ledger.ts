import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { canonicalText } from '../../../register/canonical';
import type { AudienceRows } from '../../directory/directory-port';
import { resolved } from '../../directory/resolved';
import { assertDistinct } from './batch-key';
import { besideOf } from './beside';
import { countedAs, summarise } from './count-deliveries';
import {
  type Beside,
  type ClaimedBatch,
  type ClaimOptions,
  type Delivery,
  type DeliveryGroup,
  type DeliveryLedger,
  type Enter,
  type ObligationKey,
  type Recipient,
  type SettleResult,
  UNDECIDED,
  type Waiting,
} from './ledger';
import { makeSpoolFolder, SpoolJournal } from './spool-journal';
import type { SpoolKey, SpoolRecord } from './spool-state';

/** Recipients a line: keeps lines readable and writes bounded. */
const CHUNK = 10_000;

/** Journals in use by this process: every ledger over the same folder shares them. */
const journals = new Map<string, SpoolJournal>();

/**
 * The delivery ledger on local disk, for the time Postgres cannot be reached: a notice goes out nevertheless.
 *
 * One append-only journal for each incident, obligation and channel, forced to disk before a change counts. A folder
 * belongs to one process at a time; after a crash the next one goes on where it ended.
 */
export class SpoolLedger implements DeliveryLedger {
  private readonly dir: string;

  constructor(
    dir: string,
    private readonly clock: () => Date = () => new Date(),
  ) {
    this.dir = path.resolve(dir);
  }

  async open(group: DeliveryGroup, recipients: Recipient[]): Promise<{ added: number; total: number }> {
    const key = keyOf(group);
    await makeSpoolFolder(this.dir);
    const journal = this.journalOf(key);
    return journal.exclusive(async () => {
      const present = await journal.load();
      const missing = present?.missing(recipients, group.round) ?? distinct(recipients);
      const at = this.clock().toISOString();
      const records: SpoolRecord[] = [];
      for (let start = 0; start < missing.length; start += CHUNK) {
        records.push({ type: 'open', round: group.round, at, recipients: missing.slice(start, start + CHUNK) });
      }
      if (records.length === 0) return { added: 0, total: present?.total() ?? 0 };
      const state = await journal.append(key, records);
      return { added: missing.length, total: state.total() };
    });
  }

  async beside(
    key: ObligationKey,
    audience: AudienceRows,
    withAddresses: boolean,
    each: (some: Beside[], enter: Enter) => Promise<void>,
  ): Promise<void> {
    const { recipients } = await resolved(audience);
    const enter: Enter = async (group, entered) => (await this.open(group, entered)).added;
    await each(besideOf(recipients, await this.recipients(key), withAddresses), enter);
  }

  async claimBatches(
    group: DeliveryGroup,
    size: number,
    now: Date,
    { inHand = [], most = 1 }: ClaimOptions = {},
  ): Promise<ClaimedBatch[]> {
    const key = keyOf(group);
    const journal = this.journalOf(key);
    return journal.exclusive(async () => {
      const state = await journal.load();
      const open = state?.openBatch(group.round, inHand);
      if (open !== undefined) return [open];
      const claimed: ClaimedBatch[] = [];
      while (claimed.length < most) {
        const claim = state?.nextClaim(group.round, size, now.toISOString());
        if (claim === undefined) break;
        claimed.push((await journal.append(key, [claim])).batch(claim.batchKey, true));
      }
      return claimed;
    });
  }

  async stop(group: DeliveryGroup): Promise<void> {
    const key = keyOf(group);
    await makeSpoolFolder(this.dir);
    const journal = this.journalOf(key);
    await journal.exclusive(async () => {
      const state = await journal.load();
      const at = this.clock().toISOString();
      if (!state?.stopped.has(group.round)) await journal.append(key, [{ type: 'stop', round: group.round, at }]);
    });
  }

  async settleBatch(
    batchKey: string,
    results: SettleResult[],
    now = this.clock(),
  ): Promise<{ settled: number; strangers: string[] }> {
    assertDistinct(results);
    for (const journal of await this.journals()) {
      const outcome = await journal.exclusive(async () => {
        const state = await journal.load();
        const members = new Map(state?.membersOf(batchKey).map((delivery) => [delivery.ref, delivery]));
        if (state === undefined || members.size === 0) return undefined;
        const changes = results.filter(({ ref }) => members.has(ref) && members.get(ref)!.status !== 'sent');
        const at = now.toISOString();
        if (changes.length > 0) await journal.append(state.key, [{ type: 'settle', batchKey, at, results: changes }]);
        return { settled: changes.length, strangers: results.map(({ ref }) => ref).filter((ref) => !members.has(ref)) };
      });
      if (outcome !== undefined) return outcome;
    }
    return { settled: 0, strangers: results.map(({ ref }) => ref) };
  }

  async waiting(group: DeliveryGroup, most: number): Promise<Waiting[]> {
    const found = new Map<string, Waiting>();
    for (const { batchKey, claimedAt, errorCode, round } of await this.recipients(group)) {
      if (errorCode !== UNDECIDED || round !== group.round || !batchKey || !claimedAt) continue;
      const { recipients = 0 } = found.get(batchKey) ?? {};
      found.set(batchKey, { batch: batchKey, recipients: recipients + 1, claimedAt });
    }
    return [...found.values()].slice(0, most);
  }

  async summary(key: ObligationKey) {
    const deliveries = await this.recipients(key);
    return summarise(
      deliveries.map((delivery) => {
        const { channel, sentAt } = delivery;
        return { channel, status: countedAs(delivery), count: 1, firstSentAt: sentAt, lastSentAt: sentAt };
      }),
    );
  }

  async recipients(key: ObligationKey): Promise<Delivery[]> {
    const found: Delivery[] = [];
    for (const journal of await this.journals()) {
      const state = await journal.exclusive(() => journal.load());
      if (state?.isOf(key)) found.push(...state.byRef.values());
    }
    const order = ({ channel, ref }: Delivery) => `${channel}\n${ref}`;
    return found.sort((a, b) => (order(a) < order(b) ? -1 : 1));
  }

  /** Every journal in the folder, in the order of their names. */
  async journals(): Promise<SpoolJournal[]> {
    const names = await readdir(this.dir).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return names
      .filter((name) => name.endsWith('.jsonl'))
      .sort()
      .map((name) => this.journalAt(path.join(this.dir, name)));
  }

  private journalOf({ incidentId, obligationId, channel }: SpoolKey): SpoolJournal {
    // A hash: ids may hold what a file name cannot, and differ only in case.
    const name = createHash('sha256')
      .update(canonicalText([incidentId, obligationId, channel]))
      .digest('hex')
      .slice(0, 40);
    return this.journalAt(path.join(this.dir, `${name}.jsonl`));
  }

  private journalAt(file: string): SpoolJournal {
    let journal = journals.get(file);
    if (journal === undefined) {
      journal = new SpoolJournal(file);
      journals.set(file, journal);
    }
    return journal;
  }
}

function keyOf({ incidentId, obligationId, channel }: SpoolKey): SpoolKey {
  return { incidentId, obligationId, channel };
}

function distinct(recipients: Recipient[]): Recipient[] {
  return [...new Map([...recipients].reverse().map((recipient) => [recipient.ref, recipient])).values()].reverse();
}
