/** How detections are judged by the rules. Pure: the same detection under the same rules is judged the same. */

import { z } from 'zod';
import { SEVERITIES, type Severity } from '../kernel/severity';
import { exactMs } from '../kernel/time';
import type { Detection } from './detection';
import {
  type DetectionRule,
  type DetectionRules,
  IncidentDefaultsSchema,
  ruleHead,
  type TriagePlan,
  TriagePlanSchema,
} from './detection-rules';
import { holds, holdsNot, matches, type Value } from './matcher';

interface Judged {
  rule: string;
  title: string;
  /** The conditions that held, for people. */
  why: string[];
}

/** Out of scope or without consequence; it is counted, nothing is opened. */
export interface IgnoredJudgement extends Judged {
  action: 'ignore';
  reason: string;
}

/** What a triage case is opened with. Detections of one `dedupeKey` within one `windowMs` are one case. */
export interface CaseJudgement extends Judged {
  action: 'declare' | 'triage';
  severity: Severity;
  dedupeKey: string;
  /** Keys of graver cases about the same: the detection goes to the first that there is. Settled before a case is opened. */
  joins?: string[];
  windowMs: number;
  /** Missing where the rule declares at once. */
  triage?: TriagePlan;
  incident: z.infer<typeof IncidentDefaultsSchema>;
}

export type Judgement = IgnoredJudgement | CaseJudgement;

/** The same as it is read from a payload. */
export const CaseJudgementSchema = z.strictObject({
  rule: ruleHead.id,
  title: ruleHead.title,
  why: z.array(z.string().max(1000)).max(50),
  action: z.enum(['declare', 'triage']),
  severity: z.enum(SEVERITIES),
  dedupeKey: z.string().max(8000),
  windowMs: z.int().min(1),
  triage: TriagePlanSchema.optional(),
  incident: IncidentDefaultsSchema,
}) satisfies z.ZodType<Omit<CaseJudgement, 'joins'>>;

/** Judges a detection. Rules that were loaded end with one that always fits; others may fit none, which is an error. */
export function judge(detection: Detection, { rules }: DetectionRules): Judgement {
  for (const rule of rules) {
    const { held, failed } = conditions(detection, rule);
    if (failed.length === 0) return judgement(detection, rule, held);
  }
  throw new RangeError(
    `no rule fits a detection of type "${detection.type}": end the rules with one whose "when" is {}`,
  );
}

/** The rules above the one that decided, each with the conditions that did not hold. */
export function passedOver(
  detection: Detection,
  { rules }: DetectionRules,
): Array<{ rule: string; because: string[] }> {
  const passed: Array<{ rule: string; because: string[] }> = [];
  for (const rule of rules) {
    const { failed } = conditions(detection, rule);
    if (failed.length === 0) break;
    passed.push({ rule: rule.id, because: failed });
  }
  return passed;
}

function judgement(detection: Detection, rule: DetectionRule, held: string[]): Judgement {
  const { id: name, title } = rule;
  const why = held.length > 0 ? held : ['no other rule fits'];
  if (rule.action === 'ignore') return { rule: name, title, why, action: 'ignore', reason: rule.reason };
  const severity = typeof rule.severity === 'string' ? rule.severity : (detection.severity ?? rule.severity.otherwise);
  const { fields, otherwise, joins, window } = rule.dedupe;
  const keyed = (field: string) => (field === 'severity' ? severity : fieldOf(detection, field));
  const allKeyed = (given: string[]) =>
    given.map(keyed).map((value) => (Array.isArray(value) ? [...value].sort() : (value ?? null)));
  const isWhole = fields.every((field) => [keyed(field) ?? []].flat().length > 0);
  const key = otherwise && !isWhole ? [allKeyed(otherwise)] : allKeyed(fields);
  return {
    rule: name,
    title,
    why,
    action: rule.action,
    severity,
    dedupeKey: dedupeKeyOf(name, key),
    ...(joins && isWhole && { joins: joins.map((other) => dedupeKeyOf(other, key)) }),
    windowMs: exactMs(window),
    ...(rule.action === 'triage' ? { triage: rule.triage } : {}),
    incident: rule.incident,
  };
}

/** What detections of one case have in common: the rule, and the values of its fields. */
function dedupeKeyOf(rule: string, values: unknown[]): string {
  return JSON.stringify([rule, ...values]);
}

/** The id of the rule that made the key. */
export function ruleOfDedupeKey(dedupeKey: string): string {
  return JSON.parse(dedupeKey)[0];
}

function fieldOf(detection: Detection, field: string): Value {
  if (field.startsWith('facts.')) {
    const name = field.slice('facts.'.length);
    return Object.hasOwn(detection.facts, name) ? detection.facts[name] : undefined;
  }
  return (detection as unknown as Record<string, Value>)[field];
}

/** All conditions of a rule on a detection, in words: those that hold, and those that do not. */
function conditions(detection: Detection, rule: DetectionRule): { held: string[]; failed: string[] } {
  const held: string[] = [];
  const failed: string[] = [];
  for (const [field, matcher] of Object.entries(rule.when)) {
    const value = fieldOf(detection, field);
    const fits = matches(value, matcher);
    (fits ? held : failed).push(fits ? holds(field, value, matcher) : holdsNot(field, value, matcher));
  }
  return { held, failed };
}
