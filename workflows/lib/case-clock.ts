/** A case's own clock: real time, or in an exercise real time with the waiting compressed. */
import type { ClockReading, Exercise } from '../../domain/case/contract';
import { type Instant, toInstant, toMs } from '../../domain/kernel/time';

/**
 * Deterministic: reads only `Date.now()`, which the workflow sandbox replays. In an exercise it runs `speed` times as
 * fast while nothing is in flight, in real time while work is done, and stops at the instant of the last pace.
 */
export class CaseClock {
  private caseMs: number;
  private realMs: number;
  private busy = false;
  private untilMs: number | undefined;

  private constructor(
    readonly speed: number,
    reading: ClockReading,
    readonly isExercise = true,
  ) {
    this.caseMs = toMs(reading.incidentAt);
    this.realMs = toMs(reading.realAt);
    this.untilMs = reading.until === undefined ? undefined : toMs(reading.until);
  }

  static real(): CaseClock {
    const now = toInstant(Date.now());
    return new CaseClock(1, { incidentAt: now, realAt: now, rate: 1 }, false);
  }

  /** Starts at `startAt` and stands there until the first pace. */
  static exercise({ speed, startAt }: Exercise): CaseClock {
    return new CaseClock(speed, {
      incidentAt: startAt,
      realAt: toInstant(Date.now()),
      rate: speed,
      until: startAt,
    });
  }

  static resume(speed: number, reading: ClockReading): CaseClock {
    return new CaseClock(speed, reading);
  }

  now(): Instant {
    return toInstant(this.nowMs());
  }

  /** Work in flight runs in real time, so that a slow machine does not look like a late team. */
  setBusy(busy: boolean): void {
    if (busy === this.busy || this.speed === 1) return;
    this.rebase();
    this.busy = busy;
  }

  pace(until: Instant | null): void {
    this.rebase();
    this.untilMs = until === null ? undefined : toMs(until);
  }

  /** The real instant (ms) at which the clock will show `at`; `undefined` when it stops before that. */
  realMsAt(at: Instant): number | undefined {
    const targetMs = toMs(at);
    if (this.untilMs !== undefined && targetMs > this.untilMs) return undefined;
    return this.realMs + Math.ceil((targetMs - this.caseMs) / this.rate());
  }

  reading(): ClockReading {
    const until = this.untilMs === undefined ? {} : { until: toInstant(this.untilMs) };
    return { incidentAt: this.now(), realAt: toInstant(Date.now()), rate: this.rate(), ...until };
  }

  private rate(): number {
    return this.busy ? 1 : this.speed;
  }

  private nowMs(): number {
    const ranMs = this.caseMs + Math.floor((Date.now() - this.realMs) * this.rate());
    if (this.untilMs === undefined) return ranMs;
    return Math.max(this.caseMs, Math.min(ranMs, this.untilMs));
  }

  private rebase(): void {
    this.caseMs = this.nowMs();
    this.realMs = Date.now();
  }
}
