/**
 * What signing and anchoring cost: 64 callers append to a register that a worker's signing service signs with its usual
 * intervals, with a file and one witness on loopback as anchors. For half of the time, a stretch of a third of a second and
 * then another, the service is kept waiting; all appends a second, against those a second in these stretches, are the
 * figure, median of five rounds. Bar: a loss of at most 2 %. Tiles and entry bundles are published after a rush, as the
 * service does it, so between the parts of a round.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type HeldLock, tryLock } from '../../../platform/file-lock';
import type { Appender } from '../../../register/append/appender';
import { signLockFile } from '../../../register/log/sign-lock';
import { event } from './event';
import { proofReads } from './proof-reads';
import { medianRow, type Row } from './rows';
import { type SignedRegister, startSignedRegister } from './signed-register';

const ROUNDS = 5;
/** Stretches of a round with the service and without. Each round has a register of its own, which memory holds with room. */
const STRETCHES = 90;
/** Short, and of one register on one connection, as a machine that others use too gets slower and faster within seconds. */
const STRETCH_MS = 300;
/**
 * After so many stretches or entries all is published, and Postgres and the system write out what they hold: before the
 * system would, which begins with what is 30 s old, and when a tenth of the memory waits.
 */
const STRETCHES_ON_END = 40;
const ENTRIES_ON_END = 500_000;
const WARM_MS = 5_000;
const CALLERS = 64;

/** Callers that append one event after the other. */
class Callers {
  appended = 0;
  private readonly nextSeq = Array.from({ length: CALLERS }, () => 1);

  constructor(private readonly appender: Appender) {}

  /** Appends while something goes on, and answers what comes of that. */
  async appendDuring<T>(goesOn: Promise<T>): Promise<T> {
    let ended = false;
    const callers = this.nextSeq.map(async (_, caller) => {
      while (!ended) {
        await this.appender.append([event(`INC-${caller}`, this.nextSeq[caller]!++)]);
        this.appended++;
      }
    });
    const what = await goesOn.finally(() => (ended = true));
    await Promise.all(callers);
    return what;
  }
}

/** Entries, and the time in which they were appended. */
class Tally {
  private entries = 0;
  private ms = 0;

  constructor(private readonly callers: Callers) {}

  /** Counts what is appended until something has come about, and answers what that is. */
  async until<T>(end: Promise<T>): Promise<T> {
    const [before, startMs] = [this.callers.appended, performance.now()];
    const what = await end;
    this.entries += this.callers.appended - before;
    this.ms += performance.now() - startMs;
    return what;
  }

  get perSecond(): number {
    return (this.entries / this.ms) * 1000;
  }
}

/** The rounds, and the counts; a row for each bar. */
export async function benchAnchoring(): Promise<Row[]> {
  return [await signingLoss(), ...(await proofReads())];
}

/** The time of a stretch, or several when something is being signed at its end. Nothing is signed until what it gives is released. */
async function whenNothingIsSigned(signerState: string): Promise<HeldLock> {
  for (;;) {
    await sleep(STRETCH_MS);
    const got = tryLock(signLockFile(signerState));
    if ('release' in got) return got;
  }
}

async function signingLoss(): Promise<Row> {
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const register = await startSignedRegister();
    try {
      const { all, without } = await measure(register);
      const ratio = all.perSecond / without.perSecond;
      ratios.push(ratio);
      console.log(
        `round ${round}: ${without.perSecond.toFixed(0)}/s while it waits, ${all.perSecond.toFixed(0)}/s with ` +
          `${register.cosignatures()} cosignatures: ${ratio.toFixed(3)}`,
      );
    } finally {
      await register.stop();
    }
  }
  return medianRow('appends with signing, file and witness ÷ without', ratios, { least: 0.98 }, 3);
}

async function measure(register: SignedRegister): Promise<{ all: Tally; without: Tally }> {
  const callers = new Callers(register.appender);
  const [all, without] = [new Tally(callers), new Tally(callers)];
  await callers.appendDuring(sleep(WARM_MS));
  register.startSigning();
  for (let done = 0; done < STRETCHES; ) {
    await register.rest();
    done += await callers.appendDuring(all.until(alternate(register, callers, without, STRETCHES - done)));
  }
  return { all, without };
}

/** Keeps the service waiting now and then, so many times at most; answers how often. */
async function alternate(register: SignedRegister, callers: Callers, without: Tally, atMost: number): Promise<number> {
  const { recent, signerState } = register;
  const enough = callers.appended + ENTRIES_ON_END;
  let stretches = 0;
  while (stretches < Math.min(atMost, STRETCHES_ON_END) && callers.appended < enough) {
    const held = await whenNothingIsSigned(signerState);
    recent.isMore = false;
    await without.until(sleep(STRETCH_MS));
    recent.isMore = true;
    held.release();
    stretches++;
  }
  return stretches;
}
