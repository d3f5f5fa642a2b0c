import { indicatorKind } from '../detection/detection-rules';
import type { TriageState } from './state';

/** The indicators that the rule carries over to an incident. */
export function blockable(state: TriageState): string[] {
  const kinds = state.incident.maliciousSources;
  return state.indicators.filter((indicator) => kinds.includes(indicatorKind(indicator)));
}
