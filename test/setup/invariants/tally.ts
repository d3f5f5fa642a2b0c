/** What was counted from outside after a fault, and what was found: a count that nothing was counted for is no zero. */
import { writeFileSync } from 'node:fs';
import { afterFile } from '../helpers';

/**
 * `lost`: it ought to be there and is not · `doubled`: it is there more often than asked for · `early`: before its time, or
 * before anybody decided it · `silent`: a clock passed a point or stopped, and nobody was told.
 */
export const HARMS = ['lost', 'doubled', 'early', 'silent'] as const;
export type Harm = (typeof HARMS)[number];

export interface Counted {
  /** How many things were looked at. */
  of: Record<Harm, number>;
  found: Array<{ harm: Harm; what: string }>;
  /** Why a family cannot do a harm at all. */
  impossible: Partial<Record<Harm, string>>;
  /** How often each fault really happened. */
  injected: Record<string, number>;
}

export class Tally {
  readonly counted: Counted = {
    of: { lost: 0, doubled: 0, early: 0, silent: 0 },
    found: [],
    impossible: {},
    injected: {},
  };

  /** One look. */
  check(harm: Harm, isRight: boolean, what: () => string): void {
    this.counted.of[harm]++;
    if (!isRight) this.counted.found.push({ harm, what: what() });
  }

  /** Each of `wanted` was seen exactly as often as it stands there, and nothing else. */
  once(what: string, wanted: readonly string[], seen: readonly string[]): void {
    const left = [...seen];
    for (const each of wanted) {
      const at = left.indexOf(each);
      this.check('lost', at >= 0, () => `${what}: ${each}`);
      if (at >= 0) left.splice(at, 1);
    }
    this.counted.of.doubled += seen.length;
    for (const each of left) {
      const how = wanted.includes(each) ? 'once too often' : 'nobody asked for it';
      this.counted.found.push({ harm: 'doubled', what: `${what}: ${each}: ${how}` });
    }
  }

  /** What holds for some other reason than an effect or a clock: the register, the history. Not so is a loss. */
  whole(isRight: boolean, what: () => string): void {
    this.check('lost', isRight, what);
  }

  /** Says why this family cannot do a harm, so that it counts nothing for it. */
  cannot(harm: Harm, because: string): void {
    this.counted.impossible[harm] = because;
  }

  /** A fault that really happened, so often. One that did not shows nothing, and throws. */
  injected(fault: string, times = 1): void {
    if (!(times > 0)) throw new Error(`the fault did not happen: ${fault}`);
    this.counted.injected[fault] = (this.counted.injected[fault] ?? 0) + times;
  }

  add({ counted: { of, found, impossible, injected } }: Tally): void {
    for (const harm of HARMS) this.counted.of[harm] += of[harm];
    this.counted.found.push(...found);
    Object.assign(this.counted.impossible, impossible);
    for (const [fault, times] of Object.entries(injected)) this.injected(fault, times);
  }

  /** Everything found, as lines. */
  found(): string[] {
    return this.counted.found.map(({ harm, what }) => `${harm}: ${what}`);
  }
}

let ofFile: Tally | undefined;

/** A fault of this file that really happened, so often; throws when it did not. */
export function injected(fault: string, times = 1): void {
  const tally = new Tally();
  tally.injected(fault, times);
  report(tally);
}

/** Adds to what this file counted; `npm run faults` reads it once the file has ended. */
export function report(tally: Tally): void {
  if (!ofFile) {
    const all = new Tally();
    ofFile = all;
    const file = process.env.TOCSIN_FAULTS_REPORT;
    if (file) afterFile(() => writeFileSync(file, JSON.stringify(all.counted)));
  }
  ofFile.add(tally);
}
