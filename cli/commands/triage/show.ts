/** `tocsin triage show`: one detection in triage. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import type { TriageEvent, TriageState } from '../../../domain/triage/triage';
import { triageLines } from '../../rendering/triage-lines';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../incident/verb';

export function triageShowCommand(triage: Command, shell: Shell): void {
  verb(
    triage,
    'show <case>',
    'Show a detection: what was seen, which rule fired and why, the decision deadline, and what happened.',
    'triage show TRG-9f3a5c1e0b2d',
  ).action(async (id: string, options: CommonOptions) => {
    const cases = await shell.cases();
    const [view, events] = await Promise.all([cases.view<TriageState>(id), cases.timeline<TriageEvent>(id)]);
    if (!view?.state.ruleTitle) throw refused(`"${id}" is not a triage case. \`tocsin triage list --all\` lists them`);
    if (options.json) shell.out.json({ ...view, events });
    else for (const line of triageLines(shell.out, view.state, events, new Date().toISOString())) shell.out.line(line);
  });
}
