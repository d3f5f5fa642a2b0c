/**
 * The register's appender: many callers, one statement, one commit (group commit). While one statement is under way, the
 * calls that come in are planned on top of it and written by the next, so throughput grows with the number of callers,
 * this process and Postgres work side by side, and a lone caller pays for one round trip only.
 *
 * One writer at a time: a session holds an advisory lock while there is work, so that it may know the log's head without
 * asking. The lock is for speed alone; what makes a wrong place impossible is the fence in the statement and the primary
 * key. Sequences are not used: they leave gaps.
 */
import type { Pool, PoolClient } from 'pg';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { isUnavailable } from '../../postgres/outage';
import { parseEvent } from '../entry';
import { fieldsOf } from '../fields';
import { type AppendResult, Batch, type Call, shareOf } from './batch';
import { insertRows } from './insert-rows';
import { KnownPlaces } from './known-places';
import type { Sealing } from './plan';

/** The advisory lock of whoever writes: "tocsin" in ASCII. */
export const APPEND_LOCK = 0x746f6373696en;
/** How long the lock is kept without work: a caller that appends one by one takes it once. */
const LINGER_MS = 100;
/** How long it is kept at a stretch while other writers may be waiting. */
const HOLD_MS = 1_000;
/** How long whoever holds it may be silent: a process that is frozen must not stop the register of everybody. */
const SILENT_HOLDER_MS = 5_000;

/** Says which fields are personal data. Without it all of them are: what nobody has judged lies under the data key. */
export type IsPersonal = Sealing['isPersonal'];
const ALL_PERSONAL: IsPersonal = () => true;

/** Appends through one connection of a pool, which it holds from its first call to `close`. */
export class Appender {
  private calls: Call[] = [];
  private working = false;
  private closed = false;
  private client: PoolClient | undefined;
  private lockedSinceMs: number | undefined;
  private linger: NodeJS.Timeout | undefined;
  private workedAtMs = 0;
  /** The calls being written; planned on top of them, those written next; written, those that were not answered yet. */
  private underWay: Batch | undefined;
  private next: Batch | undefined;
  private committed: Batch | undefined;
  private readonly known: KnownPlaces;

  constructor(
    private readonly pool: Pool,
    isPersonal: IsPersonal = ALL_PERSONAL,
  ) {
    this.known = new KnownPlaces(isPersonal);
  }

  /**
   * Appends events: all of them or none, in the given order, each once; answers after the commit.
   *
   * Idempotent by (incident, seq): an event that is there already with the same content is counted as repeated. Events
   * of an incident must follow one another without a gap; several incidents may share a call.
   *
   * @throws MalformedEntryError, NotCanonicalError for an event that cannot be an entry (nothing was written).
   * @throws RegisterConflictError for another content under the same (incident, seq); never retry it.
   * @throws RegisterGapError for a number that does not follow the incident's last one.
   * @throws the driver's error otherwise; `isUnavailable` tells an outage, after which the same call may be repeated.
   */
  append(events: RecordedEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      // Checked and serialised before anything waits for it: a bad event costs the other callers nothing.
      let chars = 0;
      const given = events.map((value) => {
        const event = parseEvent(value);
        const fields = fieldsOf(event);
        for (const { text } of fields) chars += text.length;
        return { event, fields };
      });
      if (this.closed) throw new Error('the appender is closed');
      this.calls.push({ given, chars, resolve, reject });
      if (!this.working) void this.work();
      else if (this.underWay !== undefined) this.planAhead();
    });
  }

  /** Ends after the calls that were made; the connection goes back to the pool. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.linger);
    while (this.working) await new Promise((resolve) => setTimeout(resolve, 1));
    await this.unlock().catch((error) => this.lose(error));
    this.client?.release();
    this.client = undefined;
  }

  private async work(): Promise<void> {
    this.working = true;
    while (this.next !== undefined || this.calls.length > 0) {
      if (this.next === undefined) this.planAhead();
      let batch = this.next ?? this.takeCalls();
      this.next = undefined;
      try {
        if (batch.plan === undefined) batch = await this.plan(batch.calls);
        if (await this.write(batch)) continue;
        this.forget();
        this.calls.unshift(...batch.calls);
      } catch (error) {
        // Whether it was committed is not known: the callers repeat it, which is harmless.
        this.lose(error);
        for (const { reject } of batch.calls) reject(error);
      }
    }
    this.working = false;
    this.workedAtMs = Date.now();
    this.lingerFor(LINGER_MS);
  }

  /** Gives the lock back when there was no work for a while. One timer at a time: a lone caller does not pay for each call. */
  private lingerFor(ms: number): void {
    if (this.closed || this.client === undefined || this.linger !== undefined) return;
    this.linger = setTimeout(() => {
      this.linger = undefined;
      if (this.working) return; // the end of the work sets it again
      const restMs = this.workedAtMs + LINGER_MS - Date.now();
      if (restMs > 0) this.lingerFor(restMs);
      else this.rest();
    }, ms);
    this.linger.unref();
  }

  private takeCalls(): Batch {
    const batch = new Batch();
    for (const call of this.calls) {
      if (!batch.hasRoomFor(call)) break;
      batch.add(call);
    }
    this.calls.splice(0, batch.calls.length);
    return batch;
  }

  /** Asks for what calls need, and plans half of them: the others are planned while those are being written. */
  private async plan(calls: Call[]): Promise<Batch> {
    const client = await this.locked();
    const batch = new Batch(
      await this.known.plan(
        client,
        calls.map(({ given }) => given),
      ),
    );
    const share = shareOf(calls.length);
    for (const call of calls.slice(0, share)) batch.add(call);
    this.calls.unshift(...calls.slice(share));
    return batch;
  }

  /** Places for calls, on top of those being written if there are any: as far as nothing has to be asked for. */
  private planAhead(): void {
    if (this.lockIsDue()) return;
    const underWay = this.underWay?.calls.length ?? 0;
    while (this.calls.length > 0 && this.known.suffices(this.calls[0]!.given)) {
      const ahead = this.next?.calls.length ?? 0;
      if (ahead >= shareOf(underWay + ahead + this.calls.length)) return;
      this.next ??= new Batch(this.known.planOn());
      if (!this.next.hasRoomFor(this.calls[0]!)) return;
      this.next.add(this.calls.shift()!);
    }
  }

  /** Answers when the batch was committed. False when somebody else extended the log meanwhile: plan again. */
  private async write(batch: Batch): Promise<boolean> {
    const plan = batch.plan!;
    if (plan.rows.length > 0) {
      this.underWay = batch;
      try {
        const written = insertRows(this.client!, plan.rows, plan.after);
        // Only now: while Postgres is at work, those who were waiting go on.
        this.answer();
        this.planAhead();
        if (!(await written)) return false;
      } finally {
        this.underWay = undefined;
      }
    }
    this.committed = batch;
    if (this.next === undefined) this.answer();
    return true;
  }

  /** Tells the callers of what was committed last. */
  private answer(): void {
    const { calls, plan } = this.committed ?? {};
    this.committed = undefined;
    if (calls === undefined || plan === undefined) return;
    const { outcomes, head } = plan;
    outcomes.forEach((outcome, i) => {
      if ('refused' in outcome) calls[i]!.reject(outcome.refused);
      else calls[i]!.resolve({ appended: outcome.appended, repeated: outcome.repeated, head });
    });
  }

  private async locked(): Promise<PoolClient> {
    if (this.lockIsDue()) await this.unlock();
    this.client ??= await this.pool.connect();
    if (this.lockedSinceMs === undefined) {
      // Whoever holds it asks for something all the time: one that is silent hangs, and the server ends its session.
      await this.client.query(
        `SET idle_session_timeout = ${SILENT_HOLDER_MS}; SELECT pg_advisory_lock(${APPEND_LOCK})`,
      );
      this.lockedSinceMs = Date.now();
    }
    return this.client;
  }

  /** Whether others must be let in before anything new is begun. */
  private lockIsDue(): boolean {
    return this.lockedSinceMs !== undefined && Date.now() - this.lockedSinceMs > HOLD_MS;
  }

  private async unlock(): Promise<void> {
    if (this.lockedSinceMs === undefined || this.client === undefined) return;
    this.forget();
    this.lockedSinceMs = undefined;
    await this.client.query(`SELECT pg_advisory_unlock(${APPEND_LOCK}); RESET idle_session_timeout`);
  }

  /** Lets others write. `working` meanwhile, so that a call that comes in waits for the connection. */
  private rest(): void {
    this.working = true;
    this.unlock()
      .catch((error) => this.lose(error))
      .finally(() => {
        this.working = false;
        if (this.calls.length > 0) void this.work();
      });
  }

  /** Others may have written since: nothing that was known counts any more, nor what was planned on it. */
  private forget(): void {
    this.known.forget();
    if (this.next !== undefined) this.calls.unshift(...this.next.calls);
    this.next = undefined;
  }

  /** Gives a connection up. One that still answers goes back to the pool without the lock, as the session ends. */
  private lose(error: unknown): void {
    this.forget();
    this.lockedSinceMs = undefined;
    this.client?.release(isUnavailable(error) ? (error as Error) : true);
    this.client = undefined;
  }
}

/** Appends one call's events through an appender of its own: for commands and tests. See `Appender.append`. */
export async function appendEntries(
  pool: Pool,
  events: RecordedEvent[],
  isPersonal?: IsPersonal,
): Promise<AppendResult> {
  const appender = new Appender(pool, isPersonal);
  try {
    return await appender.append(events);
  } finally {
    await appender.close();
  }
}
