import type { Threshold } from '../../domain/case/alarm';

/** A threshold in one word for a test to compare: `start`, `50 %`, `margin`, `due`, `overdue 2`, `failing`… */
export function thresholdName(threshold: Threshold): string {
  if (threshold.kind === 'elapsed') return `${threshold.percent} %`;
  return threshold.kind === 'overdue' ? `overdue ${threshold.times}` : threshold.kind;
}
