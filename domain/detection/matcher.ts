/** The conditions of a detection rule: which fields there are to ask about, what may be asked of them, and whether a value fits. */

import { z } from 'zod';
import { SEVERITIES } from '../kernel/severity';

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

/** The conditions of a rule, by field. */
export const WhenSchema = z.record(z.string(), MatcherSchema).superRefine((when, context) => {
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

/** What a detection holds under a field. */
export type Value = string | number | boolean | string[] | undefined;

/** Whether a value is what is asked for. */
export function matches(value: Value, matcher: Matcher): boolean {
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

/** That a condition holds, in words. */
export function holds(field: string, value: Value, matcher: Matcher): string {
  return `${field} ${value === undefined ? 'is not given' : `is ${shown(value)}`} (asked for: ${wanted(matcher)})`;
}

/** That it does not, in words. */
export function holdsNot(field: string, value: Value, matcher: Matcher): string {
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
