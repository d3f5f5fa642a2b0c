/** Whether a notice says what is known now. */
import { noticeNow } from '../../domain/incident/notice-now';
import type { IncidentState } from '../../domain/incident/state';
import { type Policy, ruleOf } from '../../domain/policy/policy';

/** Whether a new draft is on its way: what is known or edited is not what the present one says. `pack`: the incident's own. */
export function isBeingWritten(state: IncidentState, pack: Policy, obligation: string): boolean {
  const o = Object.hasOwn(state.obligations, obligation) ? state.obligations[obligation] : undefined;
  const rule = o && ruleOf(pack, o.rule);
  if (!rule || !o.draft || o.status !== 'drafted') return false;
  return noticeNow(o, rule, state, pack).fingerprint !== o.draft.fingerprint;
}
