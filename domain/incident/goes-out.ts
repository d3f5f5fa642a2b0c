/** What a declaration sets going by itself: which notices go out without anybody, and when. Pure. */
import { open } from '../case/advance';
import type { Instant } from '../kernel/time';
import { toMs } from '../kernel/time';
import { type PolicySnapshot, ruleOf } from '../policy/policy';
import type { Declaration } from './incident';
import { incidentLifecycle } from './lifecycle';
import { openingOf } from './opening';
import { sentOnSilenceAt } from './sent-on-silence';
import { isSettled } from './state';

/** A notice that is sent unless somebody objects. */
export interface GoesOut {
  obligation: string;
  title: string;
  /** When; an instant that has come means as soon as it is written. */
  at: Instant;
}

/**
 * The notices that go out by themselves once this is declared, the next first: as things stand then, before anybody has
 * assessed, approved or held anything.
 */
export function goesOut(declaration: Declaration, policy: PolicySnapshot, now: Instant): GoesOut[] {
  const { pack } = policy;
  const { state } = open(incidentLifecycle(pack), declaration.id, openingOf(declaration, policy, now), now, false);
  return Object.values(state.obligations)
    .flatMap((o): GoesOut[] => {
      const rule = ruleOf(pack, o.rule);
      if (!rule || isSettled(o) || !['email', 'status-page'].includes(rule.channel)) return [];
      const at = rule.dispatch === 'automatic' ? now : sentOnSilenceAt(o, state, pack);
      return at === undefined ? [] : [{ obligation: o.id, title: rule.title, at }];
    })
    .sort((a, b) => toMs(a.at) - toMs(b.at));
}
