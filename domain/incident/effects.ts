/**
 * What the workflow must have done in the world, computed from the state: work that is wanted and not yet reported back.
 * Keys are deterministic, so asking again after a crash or continue-as-new repeats the same effect, not a second one.
 */

import type { Authority } from '../policy/pack';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule, RecipientRule } from '../policy/rule';
import type { ContentValue } from './contents';
import { missingFields, noticeNow } from './contents';
import type { ContainmentMeasure } from './incident';
import { draftIsCurrent } from './reconcile';
import { type IncidentState, isSettled, type Obligation } from './state';

export type Effect =
  | {
      effect: 'draft';
      key: string;
      obligation: Obligation;
      rule: ObligationRule;
      contents: ContentValue[];
      fingerprint: string;
      missing: string[];
      authority?: Authority;
    }
  | {
      effect: 'dispatch';
      key: string;
      obligation: Obligation;
      rule: ObligationRule;
      recipient: RecipientRule;
      ledgerKey: string;
    }
  | { effect: 'contain'; key: string; id: string; round: number; measure: ContainmentMeasure; undo: boolean }
  | { effect: 'verify-register'; key: string };

/** The effects that the state asks for. */
export function effectsOf(state: IncidentState, pack: Policy): Effect[] {
  if (state.closedAt) return [];
  const effects: Effect[] = [];
  for (const step of Object.values(state.containment)) {
    if (step.state !== 'requested' && step.state !== 'undo-requested') continue;
    const undo = step.state === 'undo-requested';
    effects.push({
      effect: 'contain',
      key: `${undo ? 'undo' : 'contain'} ${step.id} ${step.round}`,
      id: step.id,
      round: step.round,
      measure: step.measure,
      undo,
    });
  }
  for (const o of Object.values(state.obligations)) {
    const rule = ruleOf(pack, o.rule);
    if (!rule) continue;
    if (['email', 'status-page', 'filing'].includes(rule.channel)) {
      const drafting = ['pending', 'drafted', 'filing'].includes(o.status);
      if (drafting && !draftIsCurrent(o, rule, state, pack)) {
        const { contents, fingerprint } = noticeNow(o, rule, state, pack);
        effects.push({
          effect: 'draft',
          key: `draft ${o.id} ${o.round}`,
          obligation: o,
          rule,
          contents,
          fingerprint,
          missing: missingFields(contents),
          authority: pack.authorities.find((a) => a.key === o.recipient),
        });
      }
      if (o.status === 'dispatching') {
        effects.push({
          effect: 'dispatch',
          key: `dispatch ${o.id} ${o.round}`,
          obligation: o,
          rule,
          recipient: rule.recipient,
          ledgerKey: ledgerKey(o),
        });
      }
    }
    if (rule.record === 'R7' && !isSettled(o) && state.anchors.resolved && !state.registerVerified) {
      effects.push({ effect: 'verify-register', key: 'verify-register' });
    }
  }
  return effects;
}

/** Newly found recipients share the ledger of the first notice, so nobody is told twice; other rounds tell everyone again. */
function ledgerKey(o: Obligation): string {
  return o.purpose === 'first' || o.purpose === 'new-facts' || o.purpose === 'new-recipients'
    ? o.id
    : `${o.id}#${o.round}`;
}
