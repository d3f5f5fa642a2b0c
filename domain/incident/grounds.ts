/**
 * On which ground an obligation may be waived: the law's own, or those that the company set itself for its promises. A promise
 * for which no pack names any takes a written reason alone.
 */
import { type CommandLine, tocsin } from '../kernel/command-lines';
import { evaluate } from '../policy/conditions';
import { type Ground, OTHER_GROUND } from '../policy/pack';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { IncidentState, Obligation } from './state';

/** The grounds that packs name for an obligation. */
export function groundsOf(rule: Pick<ObligationRule, 'id'>, { grounds }: Pick<Policy, 'grounds'>): Ground[] {
  return grounds.filter(({ waives }) => waives.includes(rule.id));
}

/** True for a promise of the company's own for which it named no grounds: any written reason waives it. */
export function takesAnyReason(rule: Pick<ObligationRule, 'id' | 'waivable'>, pack: Pick<Policy, 'grounds'>): boolean {
  return rule.waivable === 'reason' && groundsOf(rule, pack).length === 0;
}

/** Why a ground does not waive an obligation, which grounds do, and what to do instead; `undefined` when it waives. */
export function groundProblem(
  id: string,
  rule: ObligationRule,
  pack: Policy,
  state: IncidentState,
): string | undefined {
  if (id === OTHER_GROUND && takesAnyReason(rule, pack)) return undefined;
  const ground = groundsOf(rule, pack).find((each) => each.id === id);
  if (!ground) return `${whyNot(id, rule, pack)}; ${waiverText(rule, pack)}`;
  if (!ground.onlyWhen) return undefined;
  const { value, because } = evaluate(ground.onlyWhen, state);
  if (value) return undefined;
  const assess =
    value === undefined ? `. Assess it first: \`${tocsin('assess', { id: state.caseId, help: true })}\`` : '';
  return `${id} ${ground.otherwise ?? 'needs facts that are not recorded'}; ${because.join('; ')}${assess}`;
}

/**
 * A command that waives, as it would be taken. Where it takes a ground it is proposed with that where all that is owed is a
 * decision, else not at all: which ground holds is for a person to find, and `explain` lists them.
 */
export function withGround(line: CommandLine, rule: ObligationRule, pack: Policy, state: IncidentState): CommandLine[] {
  if (takesAnyReason(rule, pack)) return [line];
  if (rule.channel !== 'decision') return [];
  const ground = groundsOf(rule, pack).find(({ id }) => groundProblem(id, rule, pack, state) === undefined);
  return ground ? [{ ...line, given: { ...line.given, ground: ground.id } }] : [];
}

function whyNot(id: string, rule: ObligationRule, { grounds }: Policy): string {
  if (id === OTHER_GROUND) return `a reason alone does not waive ${rule.id} (${rule.citation})`;
  const elsewhere = grounds.find((each) => each.id === id);
  if (!elsewhere) return 'the policy has no such ground';
  return `${id} (${elsewhere.citation}) does not waive ${rule.id} (${rule.citation})`;
}

/** True of a notice of which a person decided that the public is told in place of those whose mail came back. */
export function isPublicInstead(
  { decision }: Pick<Obligation, 'decision'>,
  { whenMailsComeBack }: Pick<ObligationRule, 'whenMailsComeBack'>,
): boolean {
  return whenMailsComeBack !== undefined && decision?.ground === whenMailsComeBack.ground;
}

/** On what an obligation is waived, for whoever asks: `possible here: gdpr-34-3-a (…)`. */
export function waiverText(rule: ObligationRule, pack: Pick<Policy, 'grounds'>): string {
  const named = groundsOf(rule, pack).map(({ id, title }) => `${id} (${title})`);
  const open = [...named, ...(takesAnyReason(rule, pack) ? [`${OTHER_GROUND} (with a reason)`] : [])];
  const possible = open.length > 0 ? `possible here: ${open.join(', ')}` : 'no ground waives it';
  if (open.length > 0 && rule.insteadOfWaiver !== undefined) return `${possible}; or else: ${rule.insteadOfWaiver}`;
  return rule.insteadOfWaiver === undefined ? possible : `${possible}: ${rule.insteadOfWaiver}`;
}
