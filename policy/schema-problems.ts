import type { z } from 'zod';
import { problemsOf } from '../domain/kernel/problems';
import { CONDITION_NAMES } from '../domain/policy/conditions';
import { ANCHORS } from '../domain/policy/rule';

const none = (what: string) => `has none of the forms that are possible here: ${what}`;

/** The forms that a field takes which has several. */
const FORMS: Record<string, string> = {
  within: none('write an ISO 8601 duration, like PT72H or P1M, or { businessDays: 2, calendar: NAME }'),
  from: none(`write one of ${ANCHORS.join(', ')} or "fulfilled:" and the id of an obligation`),
  action: none('write declare, triage or ignore'),
  severity: none('write sev1, sev2, sev3 or sev4, or { fromSource: true, otherwise: sev3 }'),
  when: none('write a value, a list of values, { present: true } or a comparison like { atLeast: 9 }'),
  appliesWhen: none(`write one of ${CONDITION_NAMES.join(', ')}`),
  onlyWhen: none(`write one of ${CONDITION_NAMES.join(', ')}`),
  '': none('see docs/policy-packs.md'),
};

/** What is wrong with a file of policy, with the values that are: they are the installation's own. */
export function schemaProblems(error: z.ZodError, raw: unknown): string[] {
  return problemsOf(error, { raw, values: true, forms: FORMS });
}
