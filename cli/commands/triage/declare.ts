/** `tocsin triage declare`: a detection is an incident. */
import type { Command } from 'commander';
import { tocsin } from '../../../domain/kernel/command-lines';
import { incidentIdOf } from '../../../domain/triage/declaration';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { type DeclarationFlags, declarationFields, declarationFlags } from '../../declaration-flags';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

type Options = MessageOptions & DeclarationFlags;

export function triageDeclareCommand(triage: Command, shell: Shell): void {
  const command = messageVerb(
    triage,
    'declare <case>',
    'Declare an incident. Values you leave out come from the rule and the detections; its clocks run from the detection.',
    'triage declare TRG-9f3a5c1e0b2d\ntriage declare TRG-9f3a5c1e0b2d --severity sev1 --owner bob --service-affecting',
  );
  declarationFlags(command).action(async (id: string, options: Options) => {
    const { by, commandId, json, ...flags } = options;
    const next = [`Watch it with: ${tocsin('show', { id: incidentIdOf(id), watch: true })}`];
    await sendMessage(shell, 'triage', id, 'declare', declarationFields(flags), { by, commandId, json }, next);
  });
}
