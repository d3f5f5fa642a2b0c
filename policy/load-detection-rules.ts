import path from 'node:path';
import { type DetectionRules, DetectionRulesSchema, type RulesSnapshot } from '../domain/detection/detection-rules';
import { packageRoot } from '../platform/package-root';
import { PolicyError } from './policy-error';
import { canonicalCopy, readMapping } from './policy-file';
import { schemaProblems } from './schema-problems';

export { PolicyError } from './policy-error';

const WHAT = 'list of detection rules';

/**
 * Reads, checks and hashes detection rules from a YAML file; without one, `policy/detection.yaml`. `sha256` is over the
 * RFC 8785 canonical JSON of the rules, which are deep-frozen.
 *
 * @param problemsOfNames what is wrong with names that only others know, of formats and providers.
 * @throws PolicyError with all problems found, each naming rule, field and remedy.
 */
export function loadDetectionRules(
  file = path.join(packageRoot(), 'policy', 'detection.yaml'),
  problemsOfNames: (rules: DetectionRules) => string[] = () => [],
): RulesSnapshot {
  const at = path.resolve(file);
  const raw = readMapping(at, WHAT, '"id" and "rules"');
  const parsed = DetectionRulesSchema.safeParse(raw);
  const problems = [
    ...(parsed.success ? problemsOfNames(parsed.data) : schemaProblems(parsed.error, raw)),
    ...orderProblems(raw.rules),
    ...(parsed.success ? joinProblems(parsed.data) : []),
  ];
  if (!parsed.success || problems.length > 0) throw new PolicyError(WHAT, at, problems);
  const { sha256, copy } = canonicalCopy<DetectionRules>(parsed.data);
  return Object.freeze({ sha256, rules: copy });
}

/** Rules that join cases of others which they can never be found by. */
function joinProblems({ rules }: DetectionRules): string[] {
  const dedupeOf = (id: string) =>
    rules.flatMap((rule) => (rule.id === id && 'dedupe' in rule ? [rule.dedupe] : []))[0];
  return rules.flatMap((rule) => {
    if (!('dedupe' in rule)) return [];
    const { fields, window, joins = [] } = rule.dedupe;
    return joins.flatMap((id) => {
      const other = id === rule.id ? undefined : dedupeOf(id);
      const at = `rules[${rule.id}].dedupe.joins`;
      if (!other) return [`${at}: "${id}" is not another rule that opens cases: name one of this file`];
      if (JSON.stringify([fields, window]) === JSON.stringify([other.fields, other.window])) return [];
      return [
        `${at}: "${id}" has other fields or another window, so that none of its cases is found: make them the same`,
      ];
    });
  });
}

interface RawRule {
  id?: unknown;
  action?: unknown;
  when?: unknown;
}

/** What is wrong with the rules as a list: ids twice, rules that can never fire, and a last one that does not fit all. */
function orderProblems(rules: unknown): string[] {
  if (!Array.isArray(rules) || rules.length === 0) return [];
  const rows = rules.map((rule) => (rule ?? {}) as RawRule);
  const name = (index: number) => {
    const { id } = rows[index]!;
    return typeof id === 'string' ? `rules[${id}]` : `rules.${index}`;
  };
  const problems = rows.flatMap((row, index) => {
    const found: string[] = [];
    if (rows.findIndex((other) => other.id === row.id) < index) {
      found.push(`${name(index)}.id: appears twice: give each rule its own id`);
    }
    const before = rows.findIndex((other, i) => i < index && covers(other.when, row.when));
    if (before >= 0) {
      found.push(
        `${name(index)}.when: is never reached, because ${name(before)} above it matches everything this one matches: move it up, or remove it`,
      );
    }
    return found;
  });
  const last = rows.at(-1)!;
  if (!isMapping(last.when) || Object.keys(last.when).length > 0 || last.action !== 'triage') {
    problems.push(
      `${name(rows.length - 1)}: the last rule must send everything else to triage: end the file with one that has "when: {}" and "action: triage"`,
    );
  }
  return problems;
}

/** True when every condition of `a` stands in `b` too: whatever fits `b` fits `a`. */
function covers(a: unknown, b: unknown): boolean {
  if (!isMapping(a) || !isMapping(b)) return false;
  return Object.entries(a).every(([field, matcher]) => field in b && includes(matcher, b[field]));
}

/** True when each value that `b` asks for is one that `a` asks for. */
function includes(a: unknown, b: unknown): boolean {
  if (isMapping(a) || isMapping(b)) return JSON.stringify(a) === JSON.stringify(b);
  const [wide, narrow] = [[a].flat(), [b].flat()];
  return narrow.every((value) => wide.includes(value));
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
