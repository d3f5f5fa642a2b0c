/** Chance that can be played again: the families of faults draw from it, and SEED=n gives the same draws. */
import fc from 'fast-check';
import { mulberry32 } from './mulberry32';

/** Numbers from 0 to below 1, the same for one seed and name. */
export function seeded(name: string): () => number {
  return mulberry32([...name].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16_777_619), seed() | 0));
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
