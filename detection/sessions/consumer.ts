/** Takes authentication events: keeps them, judges them, and puts what they show into the inbox, in one transaction. */
import type { Pool, PoolClient } from 'pg';
import type { Detection } from '../../domain/detection/detection';
import { judgeAddress } from '../../domain/sessions/address-rules';
import type { AuthEvent, AuthEventConsumer } from '../../domain/sessions/auth-event';
import type { SeenEvent } from '../../domain/sessions/seen-event';
import { EVENTS_PER_ACCOUNT, FAILURES_PER_ACCOUNT, reachMs } from '../../domain/sessions/session-policy';
import { judgeAccount } from '../../domain/sessions/session-rules';
import { inTransaction } from '../../postgres/transaction';
import { SharedWrites } from '../shared-writes';
import { detectionOf } from './detection-of';
import { type Sight, seeEvent } from './see-event';
import { insertEvents } from './sql/insert-events';
import { lockKeys } from './sql/lock-keys';
import { pruneSessions } from './sql/prune';
import { readAccountEvents, readAddressEvents, type Span } from './sql/read-events';
import { rememberPlaces } from './sql/remember-places';
import { removeEvents, removePlaces } from './sql/remove-excess';

/** Events in one transaction. */
const MOST_EVENTS = 200;
const PRUNE_EVERY_MS = 60_000;
/** Events that may wait for Postgres; beyond it the sender is told to come again. */
const MOST_WAITING = 20_000;

/** Too many events wait for Postgres already: come again. */
export class SessionsBusyError extends Error {
  readonly code = 'sessions-busy';
  constructor() {
    super('too many authentication events wait to be stored: try again in a moment');
  }
}

/** What came of events: `fresh` ones were judged, `known` ones had been before, `past` ones are older than the rules' memory. */
export interface Consumed {
  fresh: number;
  known: number;
  past: number;
}

/** What the consumer works with. */
export interface SessionDeps extends Sight {
  pool: Pool;
  /** Puts detections into the inbox within the given transaction, each once for its source and event id. */
  accept(client: PoolClient, detections: Detection[]): Promise<unknown>;
  /** Told after a commit that raised detections. */
  onRaised?(): void;
  now?(): Date;
}

/**
 * The consumer over Postgres. Any number of them may run at once. An event counts once for its source and id; the same
 * events give the same detections however they are ordered within the policy's tolerance, repeated, or cut by a crash.
 * Calls that come while a transaction is under way share the next one.
 *
 * `consume` rejects with SessionsBusyError, or the driver's error (`isUnavailable` tells an outage); then nothing of it may have been kept, and
 * the same call may be repeated.
 */
export class SessionConsumer implements AuthEventConsumer {
  private readonly writes = new SharedWrites<SeenEvent, number>({
    mostItems: MOST_EVENTS,
    mostWaiting: MOST_WAITING,
    writers: 2,
    busy: () => new SessionsBusyError(),
    write: (callers) => this.write(callers),
    afterwards: () => this.pruneNowAndThen(),
  });
  private prunedMs = 0;
  private readonly now: () => Date;

  constructor(private readonly deps: SessionDeps) {
    this.now = deps.now ?? (() => new Date());
  }

  async consume(source: string, events: AuthEvent[]): Promise<Consumed> {
    const now = this.now();
    const seen = events.flatMap((event) => seeEvent(source, event, this.deps, now) ?? []);
    let fresh = 0;
    for (let i = 0; i < seen.length; i += MOST_EVENTS) fresh += await this.writes.add(seen.slice(i, i + MOST_EVENTS));
    return { fresh, known: seen.length - fresh, past: events.length - seen.length };
  }

  /** Removes what no rule needs any more. `consume` does so by itself, at most once a minute. */
  async prune(): Promise<number> {
    this.prunedMs = this.now().getTime();
    return pruneSessions(this.deps.pool, this.deps.policy, this.now());
  }

  /** How many events of each caller were new. */
  private async write(callers: SeenEvent[][]): Promise<number[]> {
    const { fresh, raised } = await inTransaction(this.deps.pool, (client) => this.judge(client, callers.flat()));
    if (raised > 0) this.deps.onRaised?.();
    const keyOf = (event: SeenEvent) => `${event.source} ${event.eventId}`;
    const keys = new Set(fresh.map(keyOf));
    return callers.map((own) => own.filter((event) => keys.delete(keyOf(event))).length);
  }

  /** Old rows change no finding: when they cannot be removed now, they are the next time. */
  private async pruneNowAndThen(): Promise<void> {
    if (this.now().getTime() - this.prunedMs >= PRUNE_EVERY_MS) await this.prune().catch(() => 0);
  }

  /** Keeps events and raises what the set of events now shows. */
  private async judge(client: PoolClient, events: SeenEvent[]): Promise<{ fresh: SeenEvent[]; raised: number }> {
    const { policy } = this.deps;
    await lockKeys(client, keysOf(events));
    const fresh = await insertEvents(client, events);
    if (fresh.length === 0) return { fresh, raised: 0 };

    const known = await rememberPlaces(client, fresh);
    const span = spanOf(fresh, reachMs(policy));
    const kept = await readAccountEvents(client, [...known.keys()], span, MOST_EVENTS);
    const addresses = [...new Set(fresh.filter(countsForAddress).map((event) => event.place!.address))];
    const ofAddresses = addresses.length > 0 ? await readAddressEvents(client, addresses, span) : [];

    const accounts = groupUnique([...kept, ...fresh], (event) => event.account);
    const sources = groupUnique([...ofAddresses, ...fresh.filter(countsForAddress)], (event) => event.place!.address);
    const findings = [
      ...[...accounts].flatMap(([account, own]) => judgeAccount(own, known.get(account)!, policy)),
      ...[...sources.values()].flatMap((own) => judgeAddress(own, policy)),
    ];
    if (findings.length > 0) await this.deps.accept(client, findings.map(detectionOf));
    await removeEvents(client, [...accounts.values()].flatMap(tooMany));
    await removePlaces(client, known);
    return { fresh, raised: findings.length };
  }
}

function keysOf(events: SeenEvent[]): string[] {
  return events.flatMap((event) => [event.account, ...(countsForAddress(event) ? [event.place!.address] : [])]);
}

function countsForAddress(event: SeenEvent): boolean {
  return event.place !== undefined && (event.action === 'login' || event.action === 'login-failed');
}

function spanOf(events: SeenEvent[], reach: number): Span {
  const times = events.map((event) => event.atMs);
  return { fromMs: Math.min(...times) - reach, toMs: Math.max(...times) + reach };
}

/** By account or address; an event that was read and is new stands once. */
function groupUnique(events: SeenEvent[], keyOf: (event: SeenEvent) => string): Map<string, SeenEvent[]> {
  const unique = new Map(events.map((event) => [`${event.source} ${event.eventId}`, event]));
  const groups = new Map<string, SeenEvent[]>();
  for (const event of unique.values()) groups.set(keyOf(event), [...(groups.get(keyOf(event)) ?? []), event]);
  return groups;
}

/** The oldest beyond what is kept of one account: a flood fills no disk. */
function tooMany(events: SeenEvent[]): SeenEvent[] {
  const newestFirst = [...events].sort((a, b) => b.atMs - a.atMs);
  return [
    ...newestFirst.filter((event) => !event.failed).slice(EVENTS_PER_ACCOUNT),
    ...newestFirst.filter((event) => event.failed).slice(FAILURES_PER_ACCOUNT),
  ];
}
