/** What is wrong with an input, in words: the field, what is wrong, what to do. */
import type { z } from 'zod';
import { nearest } from './suggest';

type Issue = z.core.$ZodIssue;

/** Forms of fields that take several. */
const FORMS: Record<string, string> = {
  workspaces: 'must be "all" or a list of workspace ids',
  measure:
    'must be one of { action: block-source, source }, { action: rotate-credential, credential }, { action: isolate-system, system }',
};

/**
 * Zod's issues, one line each. `known` are the field names at the top level, to suggest the right one. The value itself
 * is not repeated: it may be a secret or personal data.
 */
export function inputProblems(error: z.ZodError, raw: unknown, known: readonly string[] = []): string[] {
  return [...new Set(error.issues.flatMap((issue) => describe(issue, raw, known)))];
}

function describe(issue: Issue, raw: unknown, known: readonly string[]): string[] {
  const where = fieldName(issue.path, raw);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const meant = issue.path.length === 0 ? nearest(key, known) : undefined;
        return `${[where, key].filter(Boolean).join('.')}: unknown field${meant ? `; did you mean "${meant}"?` : '; remove it'}`;
      });
    case 'invalid_type':
      return [
        at(raw, issue.path) === undefined
          ? `${where || 'input'}: is missing (${article(issue.expected)})`
          : `${where || 'input'}: must be ${article(issue.expected)}`,
      ];
    case 'invalid_value': {
      const values = issue.values.map(String);
      const given = at(raw, issue.path);
      const meant = typeof given === 'string' ? nearest(given, values) : undefined;
      const missing = given === undefined ? 'is missing; ' : '';
      return [`${where}: ${missing}must be one of ${values.join(', ')}${meant ? `; did you mean "${meant}"?` : ''}`];
    }
    case 'invalid_union':
      return [
        `${where || 'input'}: ${FORMS[String(issue.path[0] === 'measure' ? 'measure' : issue.path.at(-1))] ?? issue.message}`,
      ];
    case 'invalid_format':
    case 'custom':
      return [`${where ? `${where}: ` : ''}${issue.message}`];
    case 'too_small':
      return [`${where}: ${/^Too small/.test(issue.message) ? `must be at least ${issue.minimum}` : issue.message}`];
    default:
      return [`${where}: ${issue.message}`];
  }
}

/** `assessment.dataSets[account-data].role`: items of a list by their id where they have one, else by number from 1. */
function fieldName(path: readonly PropertyKey[], raw: unknown): string {
  return path
    .map((key, i) => {
      if (typeof key !== 'number') return `${i > 0 ? '.' : ''}${String(key)}`;
      const item = at(raw, path.slice(0, i + 1)) as { id?: unknown } | null | undefined;
      return `[${typeof item?.id === 'string' ? item.id : key + 1}]`;
    })
    .join('');
}

function at(raw: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key], raw);
}

function article(expected: string): string {
  const word = {
    boolean: 'true or false',
    int: 'whole number',
    record: 'mapping',
    object: 'mapping',
    string: 'text',
    array: 'list',
  }[expected];
  if (word === 'true or false' || word === 'text') return word;
  return `a ${word ?? expected}`;
}
