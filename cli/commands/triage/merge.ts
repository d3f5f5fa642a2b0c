/** `tocsin triage merge`: a detection belongs to an incident that runs. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

export function triageMergeCommand(triage: Command, shell: Shell): void {
  messageVerb(
    triage,
    'merge <case> <incident>',
    'Merge it into an open incident, which then blocks the attackers the detections showed, as the rule says. It may be merged into several.',
    'triage merge TRG-9f3a5c1e0b2d INC-20260401-9f3a',
  ).action(async (id: string, into: string, options: MessageOptions) => {
    await sendMessage(shell, 'triage', id, 'merge', { into }, options);
  });
}
