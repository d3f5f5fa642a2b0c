/** How much one incident may have blocked: beyond it a mistake, or an attacker's choice of sources, becomes an outage. */
import { isOver } from './containment';
import { type ContainmentMeasure, measureId } from './incident';
import type { IncidentState } from './state';

/** Sources of each kind that one incident blocks at most at a time. A country or a network is thousands of bystanders. */
export const MOST_BLOCKED = { address: 200, range: 20, asn: 5, country: 3 } as const;

/** Why one more source is not blocked, and what to do; undefined where there is room. */
export function capProblem(
  { containment }: Pick<IncidentState, 'containment'>,
  measure: ContainmentMeasure,
): string | undefined {
  if (measure.action !== 'block-source') return undefined;
  const kind = kindOf(measure.source);
  const inForce = Object.values(containment).filter(
    (step) =>
      step.measure.action === 'block-source' &&
      kindOf(step.measure.source) === kind &&
      step.id !== measureId(measure) &&
      !isOver(step),
  );
  const most = MOST_BLOCKED[kind];
  if (inForce.length < most) return undefined;
  return `measure: this incident has ${most} sources of this kind (${kind}) blocked or asked for, the most that it may: undo one with "contain --undo", or block the rest by a rule at the edge and record it with "measure"`;
}

function kindOf(source: string): keyof typeof MOST_BLOCKED {
  if (source.startsWith('asn:')) return 'asn';
  if (source.startsWith('country:')) return 'country';
  return source.includes('/') ? 'range' : 'address';
}
