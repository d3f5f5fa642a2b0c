/** A figure of a benchmark, and whether its bar holds. */
export interface Row {
  name: string;
  /** As it is printed, with its unit or what it is the median of. */
  figure: string;
  bar: string;
  holds: boolean;
}

export function rowLine({ name, figure, bar, holds }: Row): string {
  return `${name}: ${figure}; bar ${bar}: ${holds ? 'holds' : 'DOES NOT HOLD'}`;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The median of the rounds' ratios, as a row: how much it must be at least, or may be at most. */
export function medianRow(
  name: string,
  ratios: readonly number[],
  limit: { least: number } | { most: number },
  digits = 2,
): Row {
  const ratio = median(ratios);
  const [bar, holds] =
    'least' in limit ? [`≥ ${limit.least}`, ratio >= limit.least] : [`≤ ${limit.most}`, ratio <= limit.most];
  return { name, figure: `${ratio.toFixed(digits)} (median of ${ratios.length})`, bar, holds };
}
