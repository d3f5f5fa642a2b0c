/** Signs the register again and again while a worker runs, and gives each checkpoint to the anchors. */

import { isUnavailable } from '../../postgres/outage';
import {
  InconsistentLogError,
  SignerBusyError,
  SignerMemoryError,
  SigningKeyError,
  WitnessConflictError,
} from '../errors';
import { RENEW_LOGINS } from '../renew-logins';
import type { Anchor } from './anchor';
import { AnchorRunner } from './anchor-runner';
import { publishedCheckpoint, publishedSize, type RegisterLog } from './open-log';
import type { SignerRow } from './signer-row';
import { hostOf } from './signer-turn';

/** What somebody has to look at now. The message names positions and hashes, no content. */
export interface SigningAlarm {
  code: string;
  message: string;
}

export interface SigningServiceDeps {
  log: RegisterLog;
  /** The register's size now. */
  size(): Promise<number>;
  anchors: readonly Anchor[];
  /** A checkpoint is signed when this many entries wait, or one has waited for this long. */
  everyEntries: number;
  everyMs: number;
  /** Records changes of the guards, before what they let through is signed. Called by one worker at a time. */
  recordGuards(): Promise<string[]>;
  /** The register, its signer or a witness contradicts what was signed. Once for each message. */
  onAlarm(alarm: SigningAlarm): void;
  /** Something is tried again later: an outage, an anchor that does not take a checkpoint. */
  onTrouble(message: string, error: Error): void;
  /** For tests. */
  lateMs?: number;
}

/** How often a worker holds on to its turn while nothing is to be signed. */
const KEEP_MS = 10_000;
/** How often the register's size is looked at: the longest that it takes to see that enough entries wait. */
const LOOK_MS = 500;
/** Entries that waited for so long, while another has the turn, are told. */
const LATE_MS = 5 * 60_000;
/** How the register stands: entries that are not signed, and whether all that was signed is published. */
interface Standing {
  waiting: number;
  isPublished: boolean;
}

/**
 * Several workers may run it. One of them signs for as long as it runs; the others remember what it signed, and one of them
 * takes over when it is gone for half a minute. What is not consistent with what was signed is never signed; the next round
 * looks whether it has been mended.
 */
export class SigningService {
  private readonly runners: AnchorRunner[];
  private readonly told = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private working: Promise<void> | undefined;
  private stopped = false;
  /** What this worker saw signed last, and when it saw that. */
  private signedSize = -1;
  private signedAtMs = 0;
  private guardsAtMs = 0;
  private restUntilMs = 0;
  private keptAtMs = 0;
  private followedAtMs = 0;
  /** While entries wait for another signer: what it had signed, and since when. */
  private waiting: { signed: number; sinceMs: number } | undefined;

  constructor(private readonly deps: SigningServiceDeps) {
    this.runners = deps.anchors.map(
      (anchor) => new AnchorRunner(anchor, ({ name }, error) => this.anchorFailed(name, error)),
    );
  }

  /** Signs at once, and from then on. */
  start(): void {
    this.again(0);
  }

  /** Signs what waits, when it can, and ends. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.working;
    await this.round(true);
    // Whoever has the turn anchors: it is given away after the last hand-over.
    await Promise.all(this.runners.map((runner) => runner.stop()));
    await this.deps.log.endTurn().catch(() => {});
  }

  private again(afterMs: number): void {
    this.timer = setTimeout(() => {
      this.working = this.round(false).finally(() => {
        if (!this.stopped) this.again(Math.min(LOOK_MS, this.deps.everyMs));
      });
    }, afterMs);
    this.timer.unref();
  }

  private async round(last: boolean): Promise<void> {
    if (!last && Date.now() < this.restUntilMs) return;
    try {
      const elsewhere = await this.deps.log.signerElsewhere();
      if (elsewhere) {
        // When it is this worker's turn, it looks at all of it first.
        this.signedSize = -1;
        for (const runner of this.runners) runner.drop();
        await this.follow(elsewhere);
        this.told.delete(OUTAGE);
        return;
      }
      const now = await this.look();
      // Before it signs it looks at the guards.
      if (this.isDue(now, last)) await this.sign(last);
      else if (Date.now() - this.guardsAtMs >= this.deps.everyMs) {
        await this.deps.log.asSigner(() => this.recordGuards(), { waitMs: 0, stays: true });
      } else if (Date.now() - this.keptAtMs >= KEEP_MS) {
        this.keptAtMs = Date.now();
        await this.deps.log.keepTurn();
      }
      this.told.delete(OUTAGE);
    } catch (error) {
      this.failed(error as Error);
    }
  }

  private async follow(signer: SignerRow): Promise<void> {
    if (Date.now() - this.followedAtMs < this.deps.everyMs) return;
    this.followedAtMs = Date.now();
    await this.deps.log.follow(signer);
    await this.tellLate(signer.holder);
  }

  /** Whoever has the turn must sign: somebody with the writer's login may take it again and again, and does not. */
  private async tellLate(holder: string): Promise<void> {
    const signed = await this.deps.log.signedSize();
    const entries = await this.deps.size();
    if (entries <= signed || this.waiting?.signed !== signed) {
      this.waiting = entries <= signed ? undefined : { signed, sinceMs: Date.now() };
      return;
    }
    if (Date.now() - this.waiting.sinceMs < (this.deps.lateMs ?? LATE_MS)) return;
    const host = hostOf(holder);
    this.alarm({
      code: 'register-signing-late',
      message: `entries after ${signed} are not signed, and ${host} has the turn to sign: start the worker there, or see why it does not sign. If no worker runs there: ${RENEW_LOGINS}`,
    });
  }

  private async look(): Promise<Standing> {
    const { log, size } = this.deps;
    const signed = await log.signedSize();
    const published = publishedSize(await publishedCheckpoint(log));
    const entries = await size();
    // A command has signed with this memory: it is signed once more, so that the anchors get it.
    if (signed !== this.signedSize) this.signedSize = -1;
    return { waiting: entries - signed, isPublished: published === signed };
  }

  private isDue({ waiting, isPublished }: Standing, last: boolean): boolean {
    // The published checkpoint was damaged, or not written before a crash; or this worker has just started.
    if (!isPublished || this.signedSize < 0) return true;
    if (waiting === 0) return false;
    const { everyEntries, everyMs } = this.deps;
    // Fewer entries than were signed: to sign is to be told so.
    return last || waiting < 0 || waiting >= everyEntries || Date.now() - this.signedAtMs >= everyMs;
  }

  private signedNow(size: number): void {
    this.signedSize = size;
    this.signedAtMs = Date.now();
  }

  private async sign(last: boolean): Promise<void> {
    const signed = await this.deps.log.asSigner(
      async (keys, sign) => {
        await this.recordGuards();
        return sign(keys);
      },
      // An anchor of this worker that writes down what it keeps has the turn for a moment; after the last round comes no other.
      { waitMs: last ? LAST_WAIT_MS : 0, stays: true },
    );
    this.keptAtMs = Date.now();
    this.signedNow(signed.size);
    if (signed.wasForged) {
      this.alarm({
        code: 'register-signer-forged',
        message: `what Postgres remembered of the signed log was signed by none of its keys; it was signed on from what is remembered here. ${RENEW_LOGINS}`,
      });
    }
    for (const runner of this.runners) runner.offer(signed.note);
  }

  private async recordGuards(): Promise<void> {
    const changed = await this.deps.recordGuards();
    this.guardsAtMs = Date.now();
    for (const change of changed) {
      this.alarm({ code: 'register-guards-changed', message: `a guard of the register was changed: ${change}` });
    }
  }

  private failed(error: Error): void {
    if (error instanceof SignerBusyError) return;
    this.restUntilMs = Date.now() + this.deps.everyMs;
    if (isAlarming(error)) {
      this.alarm({ code: error.code, message: error.message });
      return;
    }
    const outage = isUnavailable(error);
    const told = outage ? OUTAGE : error.message;
    if (this.told.has(told)) return;
    this.told.add(told);
    const what = outage ? 'Postgres cannot be used: nothing is signed until it is back' : 'nothing could be signed';
    this.deps.onTrouble(what, error);
  }

  private anchorFailed(name: string, error: Error): void {
    if (error instanceof WitnessConflictError) this.alarm({ code: error.code, message: error.message });
    else this.deps.onTrouble(`a checkpoint was not anchored (${name}); it is tried again`, error);
  }

  private alarm(alarm: SigningAlarm): void {
    if (this.told.has(alarm.message)) return;
    this.told.add(alarm.message);
    this.deps.onAlarm(alarm);
  }
}

const OUTAGE = 'outage';
/** How long the last round waits for the turn. */
const LAST_WAIT_MS = 5_000;

function isAlarming(error: Error): error is InconsistentLogError | SignerMemoryError | SigningKeyError {
  return (
    error instanceof InconsistentLogError || error instanceof SignerMemoryError || error instanceof SigningKeyError
  );
}
