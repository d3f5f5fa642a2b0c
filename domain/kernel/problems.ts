/** What a schema found wrong, by field, in words for whoever sent or wrote it. */
import type { z } from 'zod';
import { nearest } from './suggest';
import { clipped } from './text';

type Issue = z.core.$ZodIssue;

/** What is wrong with one field. `field` is a path like `facts.peak`; empty where it is the whole. */
export interface Problem {
  field: string;
  problem: string;
}

/** How much may be told. Without it nothing of what was sent is repeated: it may be a secret or personal data. */
export interface Telling {
  /** What was parsed: tells what is missing from what is wrong, and names items of a list by their id. */
  raw: unknown;
  /** The fields at the top level, to suggest the right one. */
  known?: readonly string[];
  /** Repeats the value beside what is wrong with it: for files of the installation itself. */
  values?: boolean;
  /** What a field of several forms takes, by its name; under `''` for all others. */
  forms?: Record<string, string>;
}

/** So many issues, and keys of one, are put into words: nobody reads more, and whoever sends millions waits for nothing. */
const MOST = 50;

/** Problems by field: of the first 50 issues. */
export function fieldProblems(error: z.ZodError, telling?: Telling): Problem[] {
  return error.issues.slice(0, MOST).flatMap((issue) => (telling ? toldOf(issue, [], telling) : [plainly(issue)]));
}

/** Problems as "field: what is wrong", each once. */
export function problemsOf(error: z.ZodError, telling?: Telling): string[] {
  const whole = telling ? '' : 'message';
  const lines = fieldProblems(error, telling).map(({ field, problem }) =>
    field || whole ? `${field || whole}: ${problem}` : problem,
  );
  return [...new Set(lines)];
}

function plainly(issue: Issue): Problem {
  // The key of a record is a value that somebody sent, unlike the names of the fields above it.
  const path = issue.code === 'invalid_key' ? issue.path.slice(0, -1) : issue.path;
  const problem = plainText(issue);
  return { field: path.map(plainKey).join('.'), problem };
}

/** Nothing in it is what was sent: choices are the schema's own. */
function plainText(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return unknownFields(issue.keys);
  if (issue.code === 'invalid_value' && issue.message.startsWith('Invalid'))
    return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid'))
    return issue.message.endsWith('received undefined')
      ? `is missing (${article(issue.expected)})`
      : `must be ${article(issue.expected)}`;
  return issue.message;
}

function plainKey(key: PropertyKey): string {
  const text = String(key);
  return /^[A-Za-z0-9_-]{1,40}$/.test(text) ? text : '(a field)';
}

/** A name is given when it looks like a misspelt field; anything else may be a secret or an address. */
function unknownFields(keys: string[]): string {
  const names = keys.slice(0, MOST).map((key) => (/^[A-Za-z]{1,30}$/.test(key) ? key : '(a name not shown here)'));
  return `unknown field ${names.join(', ')}`;
}

function toldOf(issue: Issue, prefix: readonly PropertyKey[], telling: Telling): Problem[] {
  const { raw, known = [], values = false } = telling;
  const path = [...prefix, ...issue.path];
  const field = fieldName(path, raw);
  const given = at(raw, path);
  const value = values && given !== undefined ? `${shown(given)} ` : '';
  const told = (problem: string): Problem[] => [{ field, problem }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, MOST).map((key) => {
        const meant = path.length === 0 ? nearest(key, known) : undefined;
        const what = meant ? `did you mean "${meant}"?` : 'remove it';
        return { field: [field, key].filter(Boolean).join('.'), problem: `unknown field; ${what}` };
      });
    case 'invalid_type':
      // The schema's own words say more than the type.
      if (!issue.message.startsWith('Invalid'))
        return told(given === undefined ? `is missing; ${issue.message}` : `${value}${issue.message}`);
      if (given === undefined) return told(`is missing (${article(issue.expected)})`);
      return told(`${value}must be ${article(issue.expected)}`);
    case 'invalid_value': {
      const choices = issue.values.map(String);
      const meant = typeof given === 'string' ? nearest(given, choices) : undefined;
      const missing = given === undefined ? 'is missing; ' : value;
      return told(`${missing}must be one of ${choices.join(', ')}${meant ? `; did you mean "${meant}"?` : ''}`);
    }
    case 'invalid_union':
      return unionProblems(issue, path, telling) ?? told(`${value}${formOf(path, telling) ?? issue.message}`);
    case 'custom':
      return told(`${typeof given === 'object' ? '' : value}${issue.message}`);
    default:
      return told(`${value}${issue.message}`);
  }
}

/** Of a union, the branch that was meant: the one whose problems lie deepest. `undefined`: none. */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
  telling: Telling,
): Problem[] | undefined {
  const isWrongForm = (each: Issue) =>
    each.path.length === 0 && (each.code === 'unrecognized_keys' || each.code === 'invalid_type');
  const meant = issue.errors.filter(
    (branch) => !branch.some(isWrongForm) && branch.some((each) => each.path.length > 0),
  );
  return meant.length === 1 ? meant[0]!.flatMap((each) => toldOf(each, path, telling)) : undefined;
}

function formOf(path: readonly PropertyKey[], { forms }: Telling): string | undefined {
  return forms && (forms[String(path.at(-1))] ?? forms[String(path.at(-2))] ?? forms['']);
}

/** `assessment.dataSets[account-data].role`: items of a list by their id where they have one. */
function fieldName(path: readonly PropertyKey[], raw: unknown): string {
  const parts = path.map((key, index) => {
    if (typeof key !== 'number') return `${index > 0 ? '.' : ''}${String(key)}`;
    const item = at(raw, path.slice(0, index + 1)) as { id?: unknown; key?: unknown } | null | undefined;
    const name = item?.id ?? item?.key;
    return typeof name === 'string' ? `[${name}]` : `.${key}`;
  });
  return parts.join('');
}

function at(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], raw);
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

const TYPES: Record<string, string> = {
  boolean: 'true or false',
  string: 'text',
  int: 'a whole number',
  record: 'a mapping',
  object: 'a mapping',
  array: 'a list',
};

function article(expected: string): string {
  return TYPES[expected] ?? `${/^[aeio]/.test(expected) ? 'an' : 'a'} ${expected}`;
}

/** Most problems that one answer or entry lists. */
const LISTED = 60;
/** And of each so much: it may quote what somebody sent. */
const CHARACTERS = 3_000;

/**
 * Of what is wrong with a message the first, and how much more there is: a list of a thousand that are all wrong must not make an
 * entry of megabytes.
 */
export function firstProblems(problems: readonly string[]): string[] {
  const first = problems.slice(0, LISTED).map((problem) => clipped(problem, CHARACTERS));
  const left = problems.length - first.length;
  return left > 0 ? [...first, `and ${left} more like these`] : first;
}
