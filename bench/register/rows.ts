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
