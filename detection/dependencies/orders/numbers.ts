/** Versions that are lists of numbers: Haskell's Hackage and R's CRAN. */
import { compareDigits, type VersionOrder } from './version-order';

function listOf(rules: string, shape: RegExp): VersionOrder<string[]> {
  return {
    rules,
    parse: (text) => (shape.test(text) ? text.split(/[.-]/) : undefined),
    compare(a, b) {
      for (let i = 0; i < Math.min(a.length, b.length); i++) {
        const order = compareDigits(a[i]!, b[i]!);
        if (order !== 0) return order;
      }
      return a.length - b.length;
    },
  };
}

export const HACKAGE = listOf("Hackage's order", /^\d+(\.\d+)*$/);
export const CRAN = listOf("CRAN's order", /^\d+([.-]\d+)*$/);
