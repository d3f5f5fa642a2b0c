/** Chance that can be played again: the families of faults draw from it, and SEED=n gives the same draws. */
import fc from 'fast-check';

/** Numbers from 0 to below 1, the same for one seed and name. */
export function seeded(name: string): () => number {
  let state = [...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed() | 0);
  // mulberry32, https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The same in another order. */
export function shuffled<T>(list: readonly T[], draw: () => number): T[] {
  const left = [...list];
  return list.map(() => left.splice(Math.floor(draw() * left.length), 1)[0]!);
}

/** The seed of this run, which `test/setup/fast-check.js` sets. */
function seed(): number {
  return fc.readConfigureGlobal().seed!;
}
