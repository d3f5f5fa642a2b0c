/**
 * The one of some known words that a mistyped one stands for: the nearest within `edits`; else the only one that has it as
 * a part, as `enterprise` is of `enterprise-notice`; else the one that others call so. `undefined`: none.
 */
export function nearest(
  word: string,
  known: readonly string[],
  edits = Math.max(1, Math.floor(word.length * 0.4)),
): string | undefined {
  // The distance takes the time of both lengths together, and no word of ours comes near it.
  if (word.length > MOST_LETTERS) return undefined;
  const scored = known
    .map((candidate) => ({ candidate, distance: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = scored[0];
  if (best && best.distance <= edits) return best.candidate;
  const [part, ...others] = having(word, known);
  if (part !== undefined && others.length === 0) return part;
  return known.find((candidate) => candidate === CALLED[word.toLowerCase()]);
}

/** The known words that have a mistyped one as a part, where it is long enough to say something. */
export function having(word: string, known: readonly string[]): string[] {
  const part = word.toLowerCase();
  return part.length < LEAST_PART ? [] : known.filter((candidate) => candidate.toLowerCase().includes(part));
}

const LEAST_PART = 4;
const MOST_LETTERS = 80;

/** What others call our severities. */
const CALLED: Record<string, string> = {
  ...{ critical: 'sev1', urgent: 'sev1', p1: 'sev1', 1: 'sev1' },
  ...{ high: 'sev2', major: 'sev2', p2: 'sev2', 2: 'sev2' },
  ...{ medium: 'sev3', moderate: 'sev3', p3: 'sev3', 3: 'sev3' },
  ...{ low: 'sev4', minor: 'sev4', p4: 'sev4', 4: 'sev4' },
};

/** Edits between two words: insert, delete, replace, swap two neighbours. */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(row[j - 1]! + 1, rows[i - 1]![j]! + 1, rows[i - 1]![j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
