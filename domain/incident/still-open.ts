/** What keeps an obligation open, and the command that goes on with it: the same as its alarm gives. */

import { ask, commandText, tocsin, withoutActor } from '../kernel/command-lines';
import { human } from '../kernel/time';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { clockAlarm } from './alarms';
import { stateWords } from './board-words';
import { confirmLine, proposalText } from './not-owed';
import { lacking } from './records';
import type { IncidentState, Obligation } from './state';
import { isBeingStopped } from './stopping';
import { onceText } from './two-persons';

/** The command that a person goes on with, as text, without who sends it. */
export function nextLine(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string {
  const [first] = clockAlarm(o, rule, { kind: 'due' }, state, pack).commands as [CommandOf];
  return commandText(withoutActor(first));
}
type CommandOf = ReturnType<typeof clockAlarm>['commands'][number];

/** Why an obligation is still open, for whoever would close the incident. */
export function stillOpen(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string {
  if (o.status === 'proposed-not-owed') return openProposal(o, rule, state);
  if (isBeingStopped(o)) return `${o.id}: is being stopped; try again when that is done`;
  if (o.status === 'dispatching') return `${o.id}: is being sent; try again when that is done`;
  const lacks = rule.record ? lacking(rule.record, state, pack) : [];
  const why = lacks.length > 0 ? `, as it lacks ${lacks.join(', ')}` : '';
  const next =
    rule.record === 'R6' && lacks.length > 0
      ? 'send or decide those first'
      : `\`${rule.record === 'R5' ? measureLine(state) : nextLine(o, rule, state, pack)}\``;
  return `${o.id}: still ${stateWords(o.status)}${why}, ${onceText(o, state, pack)}due ${o.dueAt ? human(o.dueAt) : 'when its clock starts'}: ${next}`;
}

/** A measure is recorded by its own command: an assessment has no place for one. */
function measureLine(state: IncidentState): string {
  return tocsin('measure', { id: state.caseId, text: ask('text') });
}

/** What a proposal is, on what and by whom, and how it is decided. */
export function openProposal(o: Obligation, rule: ObligationRule, state: IncidentState): string {
  return `${o.id}: ${proposalText(o, rule)}; nobody has confirmed it: \`${confirmLine(state.caseId, o.id)}\``;
}
