/**
 * To which authority a report goes is decided by a named person where the facts do not say: it is not established where the
 * people live, or counsel has to weigh establishments. The report is owed all the while, so its clock does not move.
 */
import { ask, type CommandLine, commandLine, commandText, tocsin } from '../kernel/command-lines';
import { nearest } from '../kernel/suggest';
import { UNDETERMINED } from '../policy/authorities';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { Answer } from './answer';
import type { EventOf, NewEvent } from './events';
import type { MessageBody } from './messages';
import { reasonProblem } from './reason';
import { type AuthorityDecision, type IncidentState, isSettled } from './state';

/** The command that decides it. */
export function decideAuthorityLine(id: string, obligation: string): CommandLine {
  return commandLine('decide-authority', { id, obligation, authority: ask('authority'), reason: ask('reason') });
}

/** A person decides where a report goes, or decides anew. */
export function onDecideAuthority(
  state: IncidentState,
  { obligation: id, authority, reason }: MessageBody<'decide-authority'>,
  pack: Policy,
  answer: Answer,
): NewEvent[] {
  const rule = ruleOf(pack, id.split(':')[0]);
  if (rule?.recipient.to !== 'authorities') {
    const those = pack.obligations.flatMap((each) => (each.recipient.to === 'authorities' ? [each.id] : []));
    const meant = nearest(id.split(':')[0]!, those);
    const which = meant ? `did you mean "${meant}"?` : `those are: ${those.join(', ')}`;
    return answer.rejected(`obligation: ${id} is not a report to an authority; ${which}`);
  }
  const unknown = unknownAuthority(authority, rule, pack);
  if (unknown) return answer.rejected(unknown);
  const open = state.obligations[`${rule.id}:${UNDETERMINED}`];
  const decided = state.authorityDecided?.[rule.id];
  if (decided?.authority === authority)
    return answer.noted(`${rule.id}: it is decided already that it goes to ${authority}`);
  if (!decided && (!open || isSettled(open))) {
    const to = Object.values(state.obligations).flatMap((o) =>
      o.rule === rule.id && o.recipient ? [o.recipient] : [],
    );
    const why = to.length > 0 ? `the facts say where it goes: ${to.join(', ')}` : 'it is not owed, or not decided yet';
    return answer.rejected(
      `obligation: ${rule.id} waits for no such decision, as ${why}; see \`${tocsin('explain', { id: state.caseId, obligation: rule.id })}\`, and correct the assessment if that is wrong`,
    );
  }
  const problem = reasonProblem(reason, [rule.title, rule.citation, authority]);
  if (problem) return answer.rejected(problem);
  const obligation = `${rule.id}:${UNDETERMINED}`;
  return [{ kind: 'authority-decided', data: { obligation, rule: rule.id, authority, reason } }];
}

/** Why a report cannot go to an authority of that key: the policy has none under the report's law. */
export function unknownAuthority(authority: string, rule: ObligationRule, pack: Policy): string | undefined {
  const keys = authorityKeys(rule, pack);
  if (keys.includes(authority)) return undefined;
  const meant = nearest(authority, keys);
  const which = meant
    ? `did you mean "${meant}"?`
    : `there are: ${keys.join(', ') || 'none; add it to the authorities'}`;
  return `authority: there is no "${authority}" for ${rule.id} (${rule.citation}); ${which}`;
}

/** The authorities of the law under which a report is made, by their keys. */
export function authorityKeys({ recipient }: ObligationRule, { authorities }: Policy): string[] {
  if (recipient.to !== 'authorities') return [];
  return authorities.filter(({ regime }) => regime === recipient.regime).map(({ key }) => key);
}

/** The state after such a decision. */
export function withAuthority(state: IncidentState, { by, at, data }: EventOf<'authority-decided'>): IncidentState {
  const { rule, authority, reason } = data;
  return { ...state, authorityDecided: { ...state.authorityDecided, [rule]: { authority, by, at, reason } } };
}

/** Where it goes, by whose decision. */
export function decidedText({ authority, by, reason }: AuthorityDecision): string {
  return `it goes to ${authority}, as ${by} decided: ${reason}`;
}

/** How a report whose authority is not known gets one, for people. */
export function authorityRemedy(id: string, obligation: string): string {
  return (
    `assess where the affected people live (\`${tocsin('assess', { id, help: true })}\`), or decide which authority it is: ` +
    `\`${commandText(decideAuthorityLine(id, obligation))}\` (they are listed by \`${tocsin('authorities', {})}\`)`
  );
}
