/**
 * How far signing falls behind: 5,000 entries a second are appended, while a worker's signing service signs, publishes and
 * anchors with its usual intervals, with a file and one witness on loopback as anchors. Bar: at no moment is an entry that
 * was committed 2 s ago without a signature.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { event } from './event';
import type { Row } from './rows';
import { type SignedRegister, startSignedRegister } from './signed-register';

const PER_SECOND = 5_000;
const INCIDENTS = 500;
const FOR_MS = 20_000;
const TICK_MS = 10;
/** The service signs first what it finds at its start; connections are made, code is compiled. */
const WARM_MS = 3_000;
const MOST_BEHIND_MS = 2_000;

/** Appends at a fixed rate, however long each takes. */
class Paced {
  /** When each entry was committed, in the order of the log. */
  readonly committedAtMs: number[] = [];
  private readonly calls: Promise<void>[] = [];

  constructor(private readonly register: SignedRegister) {}

  async run(forMs: number): Promise<void> {
    const startMs = performance.now();
    for (let nowMs = startMs; nowMs < startMs + forMs; nowMs = performance.now()) {
      const due = ((nowMs - startMs) / 1000) * PER_SECOND;
      while (this.calls.length < due) this.calls.push(this.append(this.calls.length));
      await sleep(TICK_MS);
    }
    await Promise.all(this.calls);
  }

  private async append(n: number): Promise<void> {
    await this.register.appender.append([event(`INC-${n % INCIDENTS}`, Math.floor(n / INCIDENTS) + 1)]);
    this.committedAtMs[n] = performance.now();
  }
}

/** A row for the bar: the worst of all rounds. */
export async function benchSigning(rounds: number): Promise<Row[]> {
  const [behind, rates]: [number[], number[]] = [[], []];
  for (let round = 1; round <= rounds; round++) {
    const register = await startSignedRegister();
    try {
      const { behindMs, perSecond } = await measure(register);
      behind.push(behindMs);
      rates.push(perSecond);
      console.log(
        `round ${round}: ${perSecond.toFixed(0)} entries a second, ${(behindMs / 1000).toFixed(2)} s behind at most, ` +
          `${register.cosignatures()} cosignatures`,
      );
    } finally {
      await register.stop();
    }
  }
  const [worst, slowest] = [Math.max(...behind), Math.min(...rates)];
  return [
    {
      name: `signing behind the head at ${PER_SECOND.toLocaleString('en')} appends a second`,
      figure: `${(worst / 1000).toFixed(2)} s at most, at ${slowest.toFixed(0)} a second at least (${rounds} rounds)`,
      bar: `≤ ${MOST_BEHIND_MS / 1000} s`,
      holds: worst <= MOST_BEHIND_MS && slowest >= 0.98 * PER_SECOND,
    },
  ];
}

async function measure(register: SignedRegister): Promise<{ behindMs: number; perSecond: number }> {
  const paced = new Paced(register);
  register.startSigning();
  const startMs = performance.now();
  let [ended, behindMs] = [false, 0];
  const appending = paced.run(FOR_MS).finally(() => (ended = true));
  while (!ended) {
    await sleep(2 * TICK_MS);
    const signed = await register.log.signedSize();
    const nowMs = performance.now();
    const oldestMs = paced.committedAtMs[signed] ?? nowMs;
    if (nowMs > startMs + WARM_MS) behindMs = Math.max(behindMs, nowMs - oldestMs);
  }
  await appending;
  const { committedAtMs } = paced;
  return {
    behindMs,
    perSecond: committedAtMs.length / ((Math.max(committedAtMs.at(-1)!, startMs + FOR_MS) - startMs) / 1000),
  };
}
