/** What still stands in the way of closing an incident, each with the command that goes on with it. */
import { commandText, tocsin } from '../kernel/command-lines';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { outcomeWords } from './board-words';
import { reasonsLine } from './delay-reasons';
import { outstandingProblem } from './filings';
import { publicOpen } from './made-public';
import { notBegun } from './not-begun';
import { awarenessOpen } from './on-awareness';
import { isPublicCommunication } from './readers';
import { type IncidentState, isSettled, type Obligation } from './state';
import { nextLine, stillOpen } from './still-open';
import { standing } from './telling';
import { untoldCommands, untoldText } from './untold';
import { wantedWork } from './work';

/** One sentence each; none where it may be closed. */
export function closeProblems(state: IncidentState, pack: Policy): string[] {
  const problems: string[] = [];
  if (state.status !== 'resolved')
    problems.push(`status: it is not resolved yet: \`${tocsin('status', { id: state.caseId, status: 'resolved' })}\``);
  problems.push(...awarenessOpen(state));
  for (const rule of pack.obligations) {
    const instances = Object.values(state.obligations).filter((o) => o.rule === rule.id);
    if (instances.length === 0) problems.push(notBegun(rule, state));
    for (const o of instances) {
      if (o.status === 'partly-told') problems.push(partlyTold(o, rule, state, pack));
      else if (!isSettled(o)) problems.push(stillOpen(o, rule, state, pack));
      const inPart = outstandingProblem(state.caseId, o, rule);
      if (inPart) problems.push(inPart);
      if (o.delayReasonsOwed)
        problems.push(
          `${o.id}: the reasons for its delay are still missing: \`${reasonsLine(state.caseId, o, rule)}\``,
        );
    }
  }
  for (const work of wantedWork(state, pack)) {
    if (work.kind === 'recount')
      problems.push(
        `${work.obligation.id}: mails of it came back, and who was told is being counted again; try again when that is on record`,
      );
  }
  for (const step of Object.values(state.containment)) {
    if (['requested', 'undo-requested'].includes(step.state))
      problems.push(`${step.id}: is still ${outcomeWords(step.state)}; try again when its outcome is on record`);
    if (step.state === 'awaits-second') {
      const line = tocsin('contain', { id: state.caseId, undo: step.id });
      problems.push(`${step.id}: waits for a second person, who asks for the same; or withdraw it: \`${line}\``);
    }
  }
  return problems;
}

function partlyTold(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy): string {
  if (isPublicCommunication(rule)) return `${publicOpen(o)}: \`${nextLine(o, rule, state, pack)}\``;
  const untold = standing(o, rule, state, pack)?.untold ?? [];
  const commands = untoldCommands(state.caseId, o.id, untold).map(
    ({ verb, given: { by: _, ...given } }) => `\`${commandText({ verb, given })}\``,
  );
  return `${o.id}: somebody is still untold: ${untoldText(untold)}: ${commands.join(' or ')}`;
}
