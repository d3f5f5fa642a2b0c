/** `tocsin triage unmerge`: a detection does not belong to the incident that it was merged into. */
import type { Command } from 'commander';
import { type MessageOptions, sendMessage } from '../../cases/send';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

export function triageUnmergeCommand(triage: Command, shell: Shell): void {
  messageVerb(
    triage,
    'unmerge <case> [incident]',
    'Undo a merge: the detections leave that incident, and the case waits for a decision again unless another incident has it. What the incident did stays.',
    'triage unmerge TRG-9f3a5c1e0b2d --reason "another customer’s key"\ntriage unmerge TRG-9f3a5c1e0b2d INC-20260401-9f3a --reason "not the same actor"',
  )
    .requiredOption('--reason <text>', 'why; recorded in the register of both')
    .action(
      async (id: string, from: string | undefined, { reason, ...options }: MessageOptions & { reason: string }) => {
        await sendMessage(shell, 'triage', id, 'unmerge', { from, reason }, options);
      },
    );
}
