/** What a declaration sets going by itself: which notices go out without anybody, and when. Pure. */
import { open } from '../case/advance';
import type { Instant } from '../kernel/time';
import { toMs } from '../kernel/time';
import { type Policy, type PolicySnapshot, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { Audience } from './audience';
import { audienceOf } from './audience-of';
import { missingFields } from './contents';
import { isDoubted } from './doubted';
import type { Declaration } from './incident';
import { incidentLifecycle } from './lifecycle';
import { noticeNow } from './notice-now';
import { openingOf } from './opening';
import { readerOf } from './readers';
import { sentOnSilenceAt } from './sent-on-silence';
import { type IncidentState, isSettled, type Obligation } from './state';
import { tellerOf } from './telling';

/** A notice that goes out without anybody. */
export interface GoesOut {
  obligation: string;
  title: string;
  /** When; an instant that has come means as soon as it is written. */
  at: Instant;
  /** True where its rule sends it as soon as it is written; false where silence does, at `at`. */
  automatic: boolean;
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
      if (!rule || !goesByItself(o, rule, state, pack)) return [];
      const automatic = rule.dispatch === 'automatic' && !isDoubted(rule, o, state);
      const at = automatic ? now : sentOnSilenceAt(o, state, pack);
      return at === undefined ? [] : [{ obligation: o.id, title: rule.title, at, automatic }];
    })
    .sort((a, b) => toMs(a.at) - toMs(b.at));
}

/** False for what is told with another, is proposed as not owed, lacks what its law requires, or would reach nobody. */
function goesByItself(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): boolean {
  if (isSettled(o) || o.status === 'proposed-not-owed' || !['email', 'status-page'].includes(rule.channel))
    return false;
  if (tellerOf(o, rule, state, pack)) return false;
  if (readerOf(rule) === 'person' && missingFields(noticeNow(o, rule, state, pack).contents).length > 0) return false;
  return !namesNobody(audienceOf(rule, state, pack));
}

function namesNobody(audience: Audience | undefined): boolean {
  if (!audience) return false;
  return audience.of === 'workspaces' ? audience.ids.length === 0 : audience.groups.length === 0;
}
