/** Versions that are lists of numbers: Haskell's Hackage and R's CRAN. */
import { compareDigits, compareLists, type VersionOrder } from './version-order';

function listOf(rules: string, shape: RegExp): VersionOrder<string[]> {
  return {
    rules,
    parse: (text) => (shape.test(text) ? text.split(/[.-]/) : undefined),
    compare: (a, b) => compareLists(a, b, compareDigits),
  };
}

export const HACKAGE = listOf("Hackage's order", /^\d+(\.\d+)*$/);
export const CRAN = listOf("CRAN's order", /^\d+([.-]\d+)*$/);
