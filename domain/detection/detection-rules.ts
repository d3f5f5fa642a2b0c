/**
 * The rules that judge detections, as data: a person reads and edits them in `policy/detection.yaml`. They are tried from
 * the top; the first whose conditions all hold decides. Pure: the same detection under the same rules is judged the same.
 */
import { z } from 'zod';
import { CredentialSchema, DeclarationFields } from '../incident/incident';
import { AlarmAtSchema } from '../kernel/alarm-clock';
import { SEVERITIES, type Severity } from '../kernel/severity';
import { ByOf, text } from '../kernel/text';
import { exactMs, HOUR_MS, PeriodSchema } from '../kernel/time';
import type { Detection } from './detection';

const id = (what: string) =>
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, `${what} takes lower-case letters, digits and "-"`);

/** A span of fixed length above zero: clocks of triage run through weekends and clock changes. */
const SpanSchema = PeriodSchema.refine(
  (period) => {
    try {
      return exactMs(period) > 0;
    } catch {
      return false;
    }
  },
  { error: 'must be a fixed length above zero, like PT4H or P1D, without calendar months' },
);

// —— conditions ——

/** Fields of a detection that a condition may name, beside `facts.NAME`. */
export const MATCHED_FIELDS = [
  'source',
  'format',
  'type',
  'phase',
  'scope',
  'severity',
  'title',
  'correlationId',
  'systems',
  'indicators',
  'subjects',
] as const;

/** Fields that take one of a few words, so that a misspelt one is found when the rules are loaded. */
const WORDS: Record<string, readonly string[]> = {
  phase: ['start', 'end'],
  scope: ['platform', 'customer', 'unknown'],
  severity: SEVERITIES,
};

const FACT = /^facts\.[^\s]{1,60}$/;

/** True for a field that conditions and dedupe keys may name. */
export function isMatchedField(field: string): boolean {
  return (MATCHED_FIELDS as readonly string[]).includes(field) || FACT.test(field);
}

const ScalarSchema = z.union([z.string().min(1).max(200), z.number(), z.boolean()]);
const ComparisonSchema = z
  .strictObject({
    atLeast: z.number().optional(),
    above: z.number().optional(),
    atMost: z.number().optional(),
    below: z.number().optional(),
  })
  .refine((comparison) => Object.keys(comparison).length > 0, {
    error: 'must compare with atLeast, above, atMost or below',
  });

/**
 * What a field must hold: a value, any of a list, or a number in a span. Texts are compared without regard to case, and
 * `*` and `?` stand for any text and any one character. Of a field that is a list, one item must fit. `present` asks only
 * whether the sender gave the field at all.
 */
export const MatcherSchema = z.union([
  ScalarSchema,
  z.array(ScalarSchema).min(1).max(100),
  z.strictObject({ present: z.boolean() }),
  ComparisonSchema,
]);
export type Matcher = z.infer<typeof MatcherSchema>;

const WhenSchema = z.record(z.string(), MatcherSchema).superRefine((when, context) => {
  for (const [field, matcher] of Object.entries(when)) {
    const problem = conditionProblem(field, matcher);
    if (problem) context.addIssue({ code: 'custom', path: [field], message: problem });
  }
});

function conditionProblem(field: string, matcher: Matcher): string | undefined {
  if (!isMatchedField(field)) {
    return `is asked of a field that detections do not have: use one of ${MATCHED_FIELDS.join(', ')}, or facts.NAME`;
  }
  const isComparison = typeof matcher === 'object' && !Array.isArray(matcher) && !('present' in matcher);
  if (isComparison && !field.startsWith('facts.')) return 'the field holds no number: only facts.NAME can be compared';
  return WORDS[field] && neverGiven(matcher, WORDS[field]);
}

/** What is wrong with a matcher of a field that only ever holds one of some words; globs may fit any of them. */
export function neverGiven(matcher: Matcher, words: readonly string[]): string | undefined {
  if (typeof matcher === 'object' && !Array.isArray(matcher)) return undefined;
  const wrong = [matcher]
    .flat()
    .find((value) => typeof value !== 'string' || (!isGlob(value) && !words.includes(value.toLowerCase())));
  return wrong === undefined
    ? undefined
    : `never fits, as "${String(wrong)}" is never given: use one of ${words.join(', ')}`;
}

// —— rules ——

/** Kinds of indicators, as `maliciousSources` of a rule names those that an incident may block. */
export const INDICATOR_KINDS = ['address', 'range', 'asn', 'country'] as const;

const Incident = DeclarationFields.shape;
/** What a declaration takes over from its rule. `systems` are added to those that the detection names. */
const IncidentDefaultsSchema = z.strictObject({
  kind: Incident.kind,
  owner: ByOf,
  affects: Incident.affects,
  serviceAffecting: z.boolean(),
  systems: Incident.systems,
  maliciousSources: z.array(z.enum(INDICATOR_KINDS)).default([]),
  /** Whether the addresses may be forged, as those of a flood: then a person has them blocked. Unset: as the kind says. */
  forgeableSources: z.boolean().optional(),
  credentials: z.array(CredentialSchema).max(100).default([]),
});

/** A fixed severity, or the sender's own with one for when it names none. */
const SeveritySchema = z.union([
  z.enum(SEVERITIES),
  z.strictObject({ fromSource: z.literal(true), otherwise: z.enum(SEVERITIES) }),
]);

const DedupeSchema = z.strictObject({
  fields: z
    .array(
      z.string().refine(isMatchedField, {
        error: `is not a field of a detection: use ${MATCHED_FIELDS.join(', ')}, or facts.NAME`,
      }),
    )
    .max(10),
  window: SpanSchema,
});

/**
 * `within`: until when a person decides. `alarmAt`: percent of it at which the owner is alarmed, 0 being at once; at the
 * limit there is always an alarm or a declaration. `repeatEvery`: from one alarm to the next after the limit.
 */
const TriagePlanSchema = z
  .strictObject({
    within: SpanSchema,
    alarmAt: AlarmAtSchema.default([0, 50, 75]),
    onSilence: z.enum(['alarm', 'declare']),
    repeatEvery: SpanSchema.default('PT1H'),
  })
  .refine((plan) => !isSpan(plan.repeatEvery) || exactMs(plan.repeatEvery) >= HOUR_MS / 4, {
    path: ['repeatEvery'],
    error: 'must be at least PT15M: an alarm that never rests is muted',
  });
export type TriagePlan = z.infer<typeof TriagePlanSchema>;

function isSpan(period: string): boolean {
  return SpanSchema.safeParse(period).success;
}

const head = { id: id('a rule id'), title: text(200), when: WhenSchema };
const caseFields = { severity: SeveritySchema, dedupe: DedupeSchema, incident: IncidentDefaultsSchema };

/** One rule. `ignore` says why; `triage` says until when a person decides and what silence means. */
export const DetectionRuleSchema = z.discriminatedUnion('action', [
  z.strictObject({ ...head, action: z.literal('declare'), ...caseFields }),
  z.strictObject({ ...head, action: z.literal('triage'), ...caseFields, triage: TriagePlanSchema }),
  z.strictObject({ ...head, action: z.literal('ignore'), reason: text(300) }),
]);
export type DetectionRule = z.infer<typeof DetectionRuleSchema>;

export const DetectionRulesSchema = z.strictObject({
  id: id('the id of the rules'),
  version: z.string().min(1).max(40),
  title: text(200),
  rules: z.array(DetectionRuleSchema).min(1).max(500),
});
export type DetectionRules = z.infer<typeof DetectionRulesSchema>;

/** Rules as loaded: `sha256` is over the RFC 8785 canonical JSON of `rules`. */
export interface RulesSnapshot {
  sha256: string;
  rules: DetectionRules;
}

// —— judging ——

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
  windowMs: number;
  /** Missing where the rule declares at once. */
  triage?: TriagePlan;
  incident: z.infer<typeof IncidentDefaultsSchema>;
}

export type Judgement = IgnoredJudgement | CaseJudgement;

export const CaseJudgementSchema = z.strictObject({
  rule: head.id,
  title: head.title,
  why: z.array(z.string().max(1000)).max(50),
  action: z.enum(['declare', 'triage']),
  severity: z.enum(SEVERITIES),
  dedupeKey: z.string().max(8000),
  windowMs: z.int().min(1),
  triage: TriagePlanSchema.optional(),
  incident: IncidentDefaultsSchema,
}) satisfies z.ZodType<CaseJudgement>;

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
  const key = rule.dedupe.fields.map((field) => {
    const value = field === 'severity' ? severity : fieldOf(detection, field);
    return Array.isArray(value) ? [...value].sort() : (value ?? null);
  });
  return {
    rule: name,
    title,
    why,
    action: rule.action,
    severity,
    dedupeKey: JSON.stringify([name, ...key]),
    windowMs: exactMs(rule.dedupe.window),
    ...(rule.action === 'triage' ? { triage: rule.triage } : {}),
    incident: rule.incident,
  };
}

type Value = string | number | boolean | string[] | undefined;

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

function matches(value: Value, matcher: Matcher): boolean {
  const given = value === undefined || (Array.isArray(value) && value.length === 0) ? [] : [value].flat();
  if (typeof matcher !== 'object') return given.some((item) => fits(item, matcher));
  if (Array.isArray(matcher)) return given.some((item) => matcher.some((wanted) => fits(item, wanted)));
  if ('present' in matcher) return given.length > 0 === matcher.present;
  return given.some((item) => typeof item === 'number' && within(item, matcher));
}

function fits(item: string | number | boolean, wanted: string | number | boolean): boolean {
  if (typeof item !== 'string' || typeof wanted !== 'string') return item === wanted;
  return globFits(item.toLowerCase(), wanted.toLowerCase());
}

function within(item: number, { atLeast, above, atMost, below }: z.infer<typeof ComparisonSchema>): boolean {
  return (
    (atLeast === undefined || item >= atLeast) &&
    (above === undefined || item > above) &&
    (atMost === undefined || item <= atMost) &&
    (below === undefined || item < below)
  );
}

function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern);
}

/** Glob with `*` and `?`, without a regular expression: a hostile text costs at most its length times the pattern's. */
export function globFits(value: string, pattern: string): boolean {
  let [at, p, star, mark] = [0, 0, -1, 0];
  while (at < value.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      mark = at;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === value[at])) {
      p++;
      at++;
    } else if (star >= 0) {
      p = star + 1;
      at = ++mark;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

function holds(field: string, value: Value, matcher: Matcher): string {
  return `${field} ${value === undefined ? 'is not given' : `is ${shown(value)}`} (asked for: ${wanted(matcher)})`;
}

function holdsNot(field: string, value: Value, matcher: Matcher): string {
  return `${field} ${value === undefined ? 'is not given' : `is ${shown(value)}`}, not ${wanted(matcher)}`;
}

function wanted(matcher: Matcher): string {
  if (typeof matcher !== 'object') return String(matcher);
  if (Array.isArray(matcher)) return matcher.length === 1 ? String(matcher[0]) : `one of ${matcher.join(', ')}`;
  if ('present' in matcher) return matcher.present ? 'anything' : 'nothing';
  const words = { atLeast: 'at least', above: 'above', atMost: 'at most', below: 'below' };
  return Object.entries(matcher)
    .map(([how, number]) => `${words[how as keyof typeof words]} ${number}`)
    .join(' and ');
}

function shown(value: string | number | boolean | string[]): string {
  const words = Array.isArray(value) ? (value.length > 0 ? value.slice(0, 5).join(', ') : 'empty') : String(value);
  return words.length > 120 ? `${words.slice(0, 119)}…` : words;
}

/** The kind of an indicator, by its form. */
export function indicatorKind(indicator: string): (typeof INDICATOR_KINDS)[number] {
  if (indicator.startsWith('asn:')) return 'asn';
  if (indicator.startsWith('country:')) return 'country';
  return indicator.includes('/') ? 'range' : 'address';
}
