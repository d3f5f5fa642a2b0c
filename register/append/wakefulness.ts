/**
 * For a caller that appends one entry right after the other this process stays awake while Postgres commits: to fall asleep
 * and be woken costs a tenth of a commit on a fast disk. Others' events are handled meanwhile as ever.
 */

/** A lone entry that comes so soon after the last commit is one of a row of them, and waited for awake for so long at most. */
const HURRY_MS = 1;
const AWAKE_MS = 2;
/** When Postgres needed longer, staying awake may be what it waited for: so many are waited for asleep then. */
const ASLEEP = 64;

export class Wakefulness {
  private committedAtMs = 0;
  private untilMs = 0;
  private waiting = false;
  private staying = false;
  private asleep = 0;

  /** So many entries are on their way. */
  sent(entries: number): void {
    const nowMs = performance.now();
    if (entries > 1 || nowMs - this.committedAtMs >= HURRY_MS) return;
    if (this.asleep > 0) {
      this.asleep -= 1;
      return;
    }
    this.waiting = true;
    this.untilMs = nowMs + AWAKE_MS;
    // What stayed awake for the entry before may not have seen yet that it was answered: it stays for this one.
    if (!this.staying) this.stay();
  }

  /** They were committed, or not. */
  answered(): void {
    this.committedAtMs = performance.now();
    if (this.waiting && this.committedAtMs > this.untilMs) this.asleep = ASLEEP;
    this.waiting = false;
  }

  private readonly stay = (): void => {
    this.staying = this.waiting && performance.now() < this.untilMs;
    if (this.staying) setImmediate(this.stay);
  };
}
