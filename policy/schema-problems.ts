import type { z } from 'zod';
import { CONDITION_NAMES } from '../domain/policy/conditions';
import { ANCHORS } from '../domain/policy/rule';

type Issue = z.core.$ZodIssue;

/** The forms that a field takes which has several. */
const FORMS: Record<string, string> = {
  within: 'write an ISO 8601 duration, like PT72H or P1M, or { businessDays: 2, calendar: NAME }',
  from: `write one of ${ANCHORS.join(', ')} or "fulfilled:" and the id of an obligation`,
  action: 'write declare, triage or ignore',
  severity: 'write sev1, sev2, sev3 or sev4, or { fromSource: true, otherwise: sev3 }',
  when: 'write a value, a list of values, { present: true } or a comparison like { atLeast: 9 }',
  appliesWhen: `write one of ${CONDITION_NAMES.join(', ')}`,
  onlyWhen: `write one of ${CONDITION_NAMES.join(', ')}`,
};

/** Zod's issues as "field: what is wrong", with obligations named by their id instead of their place in the list. */
export function schemaProblems(error: z.ZodError, raw: unknown): string[] {
  return [...new Set(error.issues.flatMap((issue) => describe(issue, [], raw)))];
}

function describe(issue: Issue, prefix: PropertyKey[], raw: unknown): string[] {
  const at = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union') return describeUnion(issue, at, raw);
  const where = fieldName(at, raw);
  switch (issue.code) {
    case 'unrecognized_keys':
      return [`${where}: unknown field ${issue.keys.join(', ')}: correct its name or remove it`];
    case 'invalid_value':
      return [`${where}: ${shown(valueAt(raw, at))} must be one of ${issue.values.map(String).join(', ')}`];
    case 'invalid_type':
      return [
        valueAt(raw, at) === undefined
          ? `${where}: is missing: add it (${issue.expected})`
          : `${where}: ${shown(valueAt(raw, at))} must be ${article(issue.expected)}`,
      ];
    case 'custom':
      return [`${where}: ${scalar(valueAt(raw, at))}${issue.message}`];
    default:
      return [`${where}: ${shown(valueAt(raw, at))} ${issue.message}`];
  }
}

/** Of a union, the branch that was meant: the one whose problems lie deepest. None: all forms that are possible. */
function describeUnion(issue: Extract<Issue, { code: 'invalid_union' }>, at: PropertyKey[], raw: unknown): string[] {
  const isWrongForm = (each: Issue) =>
    each.path.length === 0 && (each.code === 'unrecognized_keys' || each.code === 'invalid_type');
  const meant = issue.errors.filter(
    (branch) => !branch.some(isWrongForm) && branch.some((each) => each.path.length > 0),
  );
  if (meant.length === 1) return meant[0]!.flatMap((each) => describe(each, at, raw));
  const form = FORMS[String(at.at(-1))] ?? FORMS[String(at.at(-2))] ?? 'see docs/policy-packs.md';
  return [`${fieldName(at, raw)}: ${shown(valueAt(raw, at))} has none of the forms that are possible here: ${form}`];
}

/** `obligations[gdpr-art33-authority].clocks.0.within`. */
export function fieldName(at: readonly PropertyKey[], raw: unknown): string {
  if (at.length === 0) return 'the file';
  const parts = at.map((key, index) => {
    if (typeof key !== 'number') return `${index > 0 ? '.' : ''}${String(key)}`;
    const item = valueAt(raw, at.slice(0, index + 1)) as { id?: unknown; key?: unknown } | undefined;
    const name = item?.id ?? item?.key;
    return typeof name === 'string' ? `[${name}]` : `.${key}`;
  });
  return parts.join('');
}

function valueAt(raw: unknown, at: readonly PropertyKey[]): unknown {
  return at.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], raw);
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** A value short enough to stand before its problem. */
function scalar(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${shown(value)} ` : '';
}

function article(expected: string): string {
  return /^[aeio]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}
