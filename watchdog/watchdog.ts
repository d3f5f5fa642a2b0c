/**
 * Watches over the clocks from outside: what the register says is open must run. It needs neither a workflow nor a worker,
 * and tells when Temporal or Postgres is away.
 */
import { setMaxListeners } from 'node:events';
import type { Pool } from 'pg';
import type { MailPort } from '../activities/mail/mail-port';
import type { TocsinClient } from '../client/tocsin-client';
import type { Instant } from '../domain/kernel/time';
import {
  type EndedRun,
  type Finding,
  findings,
  type Look,
  type Part,
  unseenIn,
  type WatchedRun,
} from '../domain/watch/finding';
import { type RegisteredCase, registeredCase } from '../domain/watch/registered-case';
import { type Memory, ringsAfter } from '../domain/watch/rings';
import type { Log } from '../platform/log';
import { unlessAborted } from '../platform/within';
import { isUnavailable } from '../postgres/outage';
import { EachCase } from '../register/each-case';
import { anchoringBehind } from './anchoring-eye';
import { fullDisk } from './disk-eye';
import { InTurn } from './in-turn';
import { RollCall } from './roll-call';
import type { WatchdogSettings } from './settings';
import { unsignedOrAstray } from './signing-eye';
import { messageOf, type Told, tell } from './telling';
import { MOST_ENDED, TemporalEye } from './temporal-eye';
import { WritersEye } from './writers-eye';

/** Time for the dead man's switch to answer. */
const PING_MS = 10_000;

/** A run that stands as it should, as far as the server says. */
function isQuiet(run: WatchedRun | null | undefined): boolean {
  return run?.status === 'RUNNING' && !run.astray && !run.task;
}

const NOTHING_TO_TELL: Told = { ways: 0, problems: [] };

/** What is at stake while a part is away, and the setting by which it is found. */
const AWAY = {
  Postgres: { atStake: 'nothing can be recorded', setting: 'DATABASE_URL' },
  Temporal: { atStake: 'no deadline is acted on', setting: 'TEMPORAL_ADDRESS' },
} as const;

/** What one look sees of parts: what is wrong, and what could not be looked at. */
class Sight {
  readonly parts: Part[] = [];
  readonly unread = new Set<Part['part']>();

  missed(...parts: Array<Part['part']>): void {
    for (const part of parts) this.unread.add(part);
  }

  /** What could not be looked at is told; that Postgres went away since is told by the next look. */
  unlooked(part: 'signing' | 'anchoring'): (error: unknown) => void {
    const what = part === 'signing' ? 'the register is signed' : 'what is signed is kept outside';
    return (error) => {
      this.missed(part, ...(part === 'signing' ? ['clock' as const] : []));
      if (isUnavailable(error)) return;
      const problem = `Could not check whether ${what} (${(error as Error).message}). Does the register's database have the schema of this release?`;
      this.parts.push({ part, problem });
    };
  }

  /** A case that cannot be read is told, and hides no other. */
  unreadable(caseId: string, { message }: Error): void {
    const problem =
      `${caseId} cannot be read from the register (${message}), so whether its deadlines are watched is not known. Were its ` +
      'entries changed, or did a later release write them?';
    this.parts.push({ part: 'entries', of: caseId, problem });
  }

  /** Temporal keeps its lists apart from what runs: they may be away alone. */
  noLists({ message }: Error): void {
    this.missed('schedule');
    if (this.parts.some(({ part, of }) => part === 'temporal' && of === 'lists')) return;
    const problem =
      `Temporal does not answer from its lists (${message}): what runs and is not in the register is not found, and the board and ` +
      '`list` show nothing. Does its visibility store run? Open cases were looked at one by one';
    this.parts.push({ part: 'temporal', of: 'lists', problem });
  }
}

export interface WatchdogDeps {
  pool: Pool;
  /** Connects anew where the connection was lost. Throws while Temporal is away. */
  temporal(): Promise<TocsinClient>;
  taskQueue: string;
  /** Not there where it tells by its webhook alone. */
  mail?: MailPort;
  dataDir: string;
  log: Log;
  now?: () => Date;
}

export class Watchdog {
  private readonly register: EachCase<RegisteredCase>;
  private readonly rollCall = new RollCall();
  private readonly writersEye = new WritersEye();
  private readonly endedTurns = new InTurn<EndedRun>(MOST_ENDED);
  private memory: Memory = new Map();
  private sight = new Sight();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();
  /** Of one look: the SDK keeps a listener of each call for as long as the signal lives. */
  private calls = new AbortController();

  constructor(
    private readonly deps: WatchdogDeps,
    private readonly settings: WatchdogSettings,
  ) {
    // A closed case is kept without its state: a register holds many more of them than are open.
    const unreadable = (caseId: string, error: Error) => this.sight.unreadable(caseId, error);
    this.register = new EachCase(deps.pool, registeredCase, undefined, unreadable);
  }

  /** Looks now, and again after each pause, until it is stopped. */
  start(): void {
    this.looking = this.watch();
  }

  /** A look under way is given up, as it only reads; what it had begun to tell is told. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.calls.abort();
    clearTimeout(this.timer);
    await this.looking;
  }

  /** One look, and what is wrong in it. */
  async look(): Promise<{ at: Instant; found: Finding[]; isUnseen: (before: Finding) => boolean }> {
    const at = this.instant();
    const sight = new Sight();
    this.sight = sight;
    const { parts } = sight;
    const cases = await this.seen(
      () => this.register.all(),
      (problem) => parts.push({ part: 'postgres', problem }),
      'Postgres',
    );
    // Postgres that is away is told already.
    if (cases) {
      parts.push(...((await unsignedOrAstray(this.deps.pool).catch(sight.unlooked('signing'))) ?? []));
      parts.push(...((await anchoringBehind(this.deps.pool).catch(sight.unlooked('anchoring'))) ?? []));
    } else sight.missed('signing', 'clock', 'anchoring', 'entries');
    const temporal = await this.seen(
      () => this.askTemporal(cases, sight),
      (problem) => parts.push({ part: 'temporal', problem }),
      'Temporal',
    );
    if (temporal) parts.push(...(temporal.worker ? [temporal.worker] : []), ...(temporal.schedules ?? []));
    else sight.missed('worker', 'schedule', 'temporal');
    const disk = await fullDisk(this.deps.dataDir).catch(() => sight.missed('disk'));
    if (disk) parts.push(disk);
    const look: Look = {
      at,
      parts,
      unread: [...sight.unread],
      ...(cases && { cases }),
      ...(temporal && { runs: temporal.runs }),
      ...(temporal?.listed && { listed: temporal.listed }),
      ...(temporal?.writers && { writers: temporal.writers }),
      ...(temporal?.neverWritten && { neverWritten: temporal.neverWritten }),
    };
    const found = findings(look);
    return { at, found, isUnseen: unseenIn(look, found) };
  }

  /** One look, and what it makes known: to people, and to the dead man's switch. */
  async round(): Promise<void> {
    const look = await unlessAborted(this.look(), this.stopping.signal);
    if (!look) return;
    const { found, isUnseen } = look;
    const now = this.instant();
    const { rings, over, memory } = ringsAfter(this.memory, found, now, isUnseen);
    const message = messageOf(rings, over, now);
    const { ways, problems } = message ? await tell(message, this.settings, this.deps.mail, now) : NOTHING_TO_TELL;
    for (const problem of problems) this.deps.log.error({ problem }, 'the watchdog could not tell everybody');
    // Told to nobody is not told: the next look tries again, and the switch is left to fall.
    if (message && problems.length >= ways) return;
    this.memory = memory;
    await this.ping();
  }

  private async watch(): Promise<void> {
    try {
      await this.round();
    } catch (error) {
      this.deps.log.error({ problem: (error as Error).message }, 'a look of the watchdog broke off; it looks again');
    }
    if (this.stopping.signal.aborted) return;
    this.timer = setTimeout(() => {
      this.looking = this.watch();
    }, this.settings.everyMs);
  }

  private async askTemporal(cases: RegisteredCase[] | undefined, sight: Sight) {
    const client = await this.deps.temporal();
    // A call under way would keep the process from ending.
    this.calls = new AbortController();
    // The client leaves a listener for each call of the look; they go with the signal.
    setMaxListeners(0, this.calls.signal);
    if (this.stopping.signal.aborted) this.calls.abort();
    return client.temporal.withAbortSignal(this.calls.signal, () => this.atTemporal(client, cases, sight));
  }

  private async atTemporal(client: TocsinClient, cases: RegisteredCase[] | undefined, sight: Sight) {
    const eye = new TemporalEye(client.temporal, this.deps.taskQueue, this.writersEye, this.endedTurns);
    const open = cases?.filter((each) => each.open && !each.exercise) ?? [];
    // Listed first: what is closed and read meanwhile is not taken for one that was never written.
    const noLists = (error: Error) => sight.noLists(error);
    const listed = await eye.listed().catch(noLists);
    const [runs, worker] = [await eye.runs(open), await eye.worker()];
    // Without a worker nobody can answer, and where a run is not as it should be that is told.
    const quiet = worker ? [] : open.filter(({ id }) => isQuiet(runs.get(id)));
    const silent = await this.rollCall.silentOnes(quiet, async (id) => (await client.view(id))?.state.seq);
    for (const id of silent) runs.get(id)!.silent = true;
    const writers = await eye.writers(open).catch(noLists);
    const neverWritten = cases && (await eye.neverWritten(this.register.ids).catch(noLists));
    return { listed, runs, worker, writers, neverWritten, schedules: await eye.schedules().catch(noLists) };
  }

  private async seen<T>(
    look: () => Promise<T>,
    tellAway: (problem: string) => void,
    what: keyof typeof AWAY,
  ): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      const { atStake, setting } = AWAY[what];
      tellAway(
        `${what} does not answer (${(error as Error).message}): ${atStake}. Check that it runs and that ${setting} names it`,
      );
      return undefined;
    }
  }

  private async ping(): Promise<void> {
    const { pingUrl } = this.settings;
    if (!pingUrl) return;
    try {
      const answer = await fetch(pingUrl, { method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(PING_MS) });
      await answer.body?.cancel();
      if (!answer.ok) this.deps.log.error({ status: answer.status }, "the dead man's switch did not take the call");
    } catch {
      // Its address may be a secret, so the cause is left out.
      this.deps.log.error({}, "the dead man's switch does not answer");
    }
  }

  private instant(): Instant {
    return (this.deps.now?.() ?? new Date()).toISOString();
  }
}
