/** Which decisions an organisation leaves to two persons. */
import { z } from 'zod';

/** The messages that a rule of two persons can be about. */
export const TWO_PERSON_ACTS = ['approve', 'waive', 'not-owed', 'leave-untold'] as const;
export type TwoPersonAct = (typeof TWO_PERSON_ACTS)[number];

/**
 * `notices-to-individuals`: the approval of a notice to people · `waivers`, `not-owed`, `leaving-untold`: that a duty of law is
 * waived, is not owed, or that somebody whom it names is left untold.
 */
export const TWO_PERSON_RULES = ['notices-to-individuals', 'waivers', 'not-owed', 'leaving-untold'] as const;
export const TwoPersonsSchema = z.array(z.enum(TWO_PERSON_RULES));
type TwoPersonRule = (typeof TWO_PERSON_RULES)[number];

const RULE_OF: Record<TwoPersonAct, TwoPersonRule> = {
  approve: 'notices-to-individuals',
  waive: 'waivers',
  'not-owed': 'not-owed',
  'leave-untold': 'leaving-untold',
};

/** Whether a decision about a duty takes two persons. */
export function needsTwoPersons(
  act: TwoPersonAct,
  rule: { recipient: { to: string }; waivable: string; dismissal: string },
  { twoPersons = [] }: { twoPersons?: readonly TwoPersonRule[] | undefined } = {},
): boolean {
  if (!twoPersons.includes(RULE_OF[act])) return false;
  if (act === 'approve') return rule.recipient.to === 'individuals';
  return act === 'not-owed' ? rule.dismissal !== 'automatic' : rule.waivable === 'grounds';
}
