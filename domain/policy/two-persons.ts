/** Which decisions an organisation leaves to two persons. */
import { z } from 'zod';

/** The messages that a rule of two persons can be about. */
export const TWO_PERSON_ACTS = ['approve', 'waive', 'not-owed', 'leave-untold', 'release'] as const;
export type TwoPersonAct = (typeof TWO_PERSON_ACTS)[number];

/**
 * `notices-to-individuals`: the approval of a notice to people · `waivers`, `not-owed`, `leaving-untold`: that a duty of law is
 * waived, is not owed, or that somebody whom it names is left untold · `releases`: that a notice which somebody else holds or stopped goes
 * on, by its release or approval · `wide-blocks`: that a country, a network (ASN) or a wide range is blocked.
 */
export const TWO_PERSON_RULES = [
  'notices-to-individuals',
  'waivers',
  'not-owed',
  'leaving-untold',
  'releases',
  'wide-blocks',
] as const;
export const TwoPersonsSchema = z.array(z.enum(TWO_PERSON_RULES));
export type TwoPersonRule = (typeof TWO_PERSON_RULES)[number];
/** As far as an organisation says it; left out, one person decides. */
export interface AsksTwoPersons {
  twoPersons?: readonly TwoPersonRule[] | undefined;
}

/** Whether an organisation leaves something to two persons. */
export function asksTwoFor(rule: TwoPersonRule, { twoPersons = [] }: AsksTwoPersons = {}): boolean {
  return twoPersons.includes(rule);
}

const RULE_OF: Record<TwoPersonAct, TwoPersonRule> = {
  approve: 'notices-to-individuals',
  waive: 'waivers',
  'not-owed': 'not-owed',
  'leave-untold': 'leaving-untold',
  release: 'releases',
};

/** Whether a decision about a duty takes two persons; a release does of what somebody else holds. */
export function needsTwoPersons(
  act: TwoPersonAct,
  rule: { recipient: { to: string }; waivable: string; dismissal: string },
  organisation?: AsksTwoPersons,
): boolean {
  if (!asksTwoFor(RULE_OF[act], organisation)) return false;
  if (act === 'release') return true;
  if (act === 'approve') return rule.recipient.to === 'individuals';
  return act === 'not-owed' ? rule.dismissal !== 'automatic' : rule.waivable === 'grounds';
}
