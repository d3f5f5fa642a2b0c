/**
 * The register's appender: many callers, one statement, one commit (group commit). While one statement is under way, the
 * calls that come in wait for the next, so throughput grows with the number of callers, and a lone caller pays for one
 * round trip only.
 *
 * One writer at a time: a session holds an advisory lock while there is work, so that it may know the log's head without
 * asking. The lock is for speed alone; what makes a wrong place impossible is the fence in the statement and the primary
 * key. Sequences are not used: they leave gaps.
 */
import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import { type Head, parseEvent, type RegisterEvent } from '../entry';
import { fieldsOf } from '../fields';
import type { RecentLeaves } from '../log/recent-leaves';
import { isUnavailable } from '../pool';
import { insertRows } from './insert-rows';
import { dataKeys, type GivenEvent, type Last, type Places, readPlaces } from './places';
import { planAppends, type Row, type Sealing } from './plan';

/** What came of a call. */
export interface AppendResult {
  /** Entries written now. */
  appended: number;
  /** Events that were in the register already with the same content. */
  repeated: number;
  /** The log's head after it, for an anchor outside the database. */
  head: Head;
}

/** The advisory lock of whoever writes: "tocsin" in ASCII. */
export const APPEND_LOCK = 0x746f6373696en;
const MOST_EVENTS = 4_000;
const MOST_CHARS = 8_000_000;
/** How long the lock is kept without work: a caller that appends one by one takes it once. */
const LINGER_MS = 100;
/** How long it is kept at a stretch while other writers may be waiting. */
const HOLD_MS = 1_000;
const INCIDENTS_KNOWN = 10_000;
/** A lone call that comes so soon after the last commit is one of a row of them, and waited for awake for so long at most. */
const HURRY_MS = 1;
const AWAKE_MS = 2;

/** Says which fields are personal data. Without it all of them are: what nobody has judged lies under the data key. */
export type IsPersonal = Sealing['isPersonal'];
const ALL_PERSONAL: IsPersonal = () => true;

interface Call {
  given: GivenEvent[];
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
}

/** Appends through one connection of a pool, which it holds from its first call to `close`. */
export class Appender {
  private calls: Call[] = [];
  private working = false;
  private closed = false;
  private client: PoolClient | undefined;
  private lockedSinceMs: number | undefined;
  private linger: NodeJS.Timeout | undefined;
  private workedAtMs = 0;
  private committedAtMs = 0;
  /** The head, known while the lock is held; and where incidents end. */
  private head: Head | undefined;
  private lastOf = new Map<string, Last>();
  private keys = new Map<string, KeyObject | null>();

  /** @param recent hears of every entry that was committed, for whoever signs in this process. */
  constructor(
    private readonly pool: Pool,
    private readonly isPersonal: IsPersonal = ALL_PERSONAL,
    private readonly recent?: RecentLeaves,
  ) {}

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
  async append(events: RegisterEvent[]): Promise<AppendResult> {
    // Checked and serialised before anything waits for it: a bad event costs the other callers nothing.
    const given = events.map((value) => {
      const event = parseEvent(value);
      return { event, fields: fieldsOf(event) };
    });
    if (this.closed) throw new Error('the appender is closed');
    return new Promise((resolve, reject) => {
      this.calls.push({ given, resolve, reject });
      if (!this.working) void this.work();
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
    while (this.calls.length > 0) {
      const batch = this.takeBatch();
      try {
        await this.write(batch);
      } catch (error) {
        // Whether it was committed is not known: the callers repeat it, which is harmless.
        this.lose(error);
        for (const { reject } of batch) reject(error);
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

  private takeBatch(): Call[] {
    let [events, chars, count] = [0, 0, 0];
    for (const { given } of this.calls) {
      events += given.length;
      for (const { fields } of given) for (const { text } of fields) chars += text.length;
      if (count > 0 && (events > MOST_EVENTS || chars > MOST_CHARS)) break;
      count++;
    }
    return this.calls.splice(0, count);
  }

  private async write(batch: Call[]): Promise<void> {
    for (;;) {
      const client = await this.locked();
      const places = await this.placesFor(client, batch);
      const after = places.head;
      await this.keysFor(client, batch);
      const { rows, outcomes } = planAppends(
        batch.map((call) => call.given),
        places,
        { isPersonal: this.isPersonal, keyOf: (incidentId) => this.keys.get(incidentId)! },
      );
      if (rows.length > 0 && !(await this.insert(client, rows, after))) {
        this.forget();
        continue;
      }
      if (rows.length > 0) this.recent?.add(rows);
      this.head = places.head;
      for (const [i, outcome] of outcomes.entries()) {
        if ('refused' in outcome) batch[i]!.reject(outcome.refused);
        else batch[i]!.resolve({ appended: outcome.appended, repeated: outcome.repeated, head: places.head });
      }
      return;
    }
  }

  /**
   * For a caller that appends one entry right after the other this process stays awake while Postgres commits: to fall
   * asleep and be woken costs a third of a commit on a fast disk. Others' events are handled meanwhile as ever.
   */
  private async insert(client: PoolClient, rows: Row[], after: Head): Promise<boolean> {
    let waiting = rows.length === 1 && performance.now() - this.committedAtMs < HURRY_MS;
    const endMs = performance.now() + AWAKE_MS;
    const stayAwake = () => {
      if (waiting && performance.now() < endMs) setImmediate(stayAwake);
    };
    stayAwake();
    try {
      return await insertRows(client, rows, after);
    } finally {
      waiting = false;
      this.committedAtMs = performance.now();
    }
  }

  /** What the plan needs to know. Postgres is asked only for what does not simply follow what was written here. */
  private async placesFor(client: PoolClient, batch: Call[]): Promise<Places> {
    if (this.lastOf.size > INCIDENTS_KNOWN) this.lastOf = new Map();
    if (this.head !== undefined && this.allFollow(batch)) {
      return { head: this.head, lastOf: this.lastOf, present: new Map() };
    }
    const read = await readPlaces(
      client,
      batch.flatMap(({ given }) => given),
    );
    for (const [incidentId, last] of read.lastOf) this.lastOf.set(incidentId, last);
    return { head: read.head, lastOf: this.lastOf, present: read.present };
  }

  /** Whether each event simply follows the last one of its incident that was written here. */
  private allFollow(batch: Call[]): boolean {
    const next = new Map<string, number>();
    for (const { given } of batch) {
      for (const { event } of given) {
        const { incidentId, seq } = event;
        if (seq !== (next.get(incidentId) ?? (this.lastOf.get(incidentId)?.seq ?? Number.NaN) + 1)) return false;
        next.set(incidentId, seq + 1);
      }
    }
    return true;
  }

  /** The data keys of the batch's incidents. A key that was destroyed since is found gone when the lock is taken anew. */
  private async keysFor(client: PoolClient, batch: Call[]): Promise<void> {
    let missing: Set<string> | undefined;
    for (const { given } of batch) {
      for (const { event } of given) {
        if (!this.keys.has(event.incidentId)) missing = (missing ?? new Set()).add(event.incidentId);
      }
    }
    if (missing === undefined) return;
    for (const [incidentId, key] of await dataKeys(client, [...missing])) {
      this.keys.set(incidentId, key && createSecretKey(key));
    }
  }

  private async locked(): Promise<PoolClient> {
    if (this.lockedSinceMs !== undefined && Date.now() - this.lockedSinceMs > HOLD_MS) await this.unlock();
    this.client ??= await this.pool.connect();
    if (this.lockedSinceMs === undefined) {
      await this.client.query(`SELECT pg_advisory_lock(${APPEND_LOCK})`);
      this.lockedSinceMs = Date.now();
    }
    return this.client;
  }

  private async unlock(): Promise<void> {
    if (this.lockedSinceMs === undefined || this.client === undefined) return;
    this.forget();
    this.lockedSinceMs = undefined;
    await this.client.query(`SELECT pg_advisory_unlock(${APPEND_LOCK})`);
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

  /** Others may have written since: nothing that was known counts any more. */
  private forget(): void {
    this.head = undefined;
    this.lastOf = new Map();
    this.keys = new Map();
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
  events: RegisterEvent[],
  isPersonal?: IsPersonal,
): Promise<AppendResult> {
  const appender = new Appender(pool, isPersonal);
  try {
    return await appender.append(events);
  } finally {
    await appender.close();
  }
}
