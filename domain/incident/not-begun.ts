/** Why a duty has no clock yet, for whoever would close the incident. */
import { tocsin } from '../kernel/command-lines';
import type { ObligationRule } from '../policy/rule';
import type { IncidentState } from './state';

/** What a duty that was never armed waits for: the end of the incident, the review, or the facts; and how to go on. */
export function notBegun(rule: ObligationRule, state: IncidentState): string {
  const id = state.caseId;
  const starts = new Set(rule.clocks.map(({ from }) => from));
  if (starts.size === 1 && starts.has('resolved') && !state.anchors.resolved)
    return `${rule.id}: begins when the incident is resolved: \`${tocsin('status', { id, status: 'resolved' })}\``;
  if (starts.size === 1 && starts.has('reviewed') && !state.review)
    return `${rule.id}: begins when the review is recorded: see \`${tocsin('review', { id, help: true })}\``;
  const waive = rule.waivable === 'reason' ? ' or waive' : '';
  return `${rule.id}: not decided yet; see \`${tocsin('explain', { id })}\`, then assess${waive} it`;
}
