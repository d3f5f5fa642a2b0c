/** `tocsin triage`: detections that wait for a decision, and the decisions. One file a decision beside this one. */
import type { Command } from 'commander';
import { TRIAGE_TOLD } from '../../../domain/triage/told';
import { listVerb } from '../../cases/list';
import { showVerb } from '../../cases/show';
import type { Shell } from '../../shell';
import { triageDeclareCommand } from './declare';
import { triageDismissCommand } from './dismiss';
import { triageMergeCommand } from './merge';
import { triageUnmergeCommand } from './unmerge';

export function triageCommand(program: Command, shell: Shell): void {
  const triage = program
    .command('triage')
    .description('Detections waiting for a decision: list, show, declare, dismiss, merge, unmerge.');
  listVerb(triage, shell, 'triage', 'List what is waiting for a decision, next deadline first.');
  showVerb(triage, shell, {
    kind: 'triage',
    argument: '<case>',
    description: 'Show a detection: what was seen, which rule fired and why, the decision deadline, and what happened.',
    telling: TRIAGE_TOLD,
  });
  triageDeclareCommand(triage, shell);
  triageDismissCommand(triage, shell);
  triageMergeCommand(triage, shell);
  triageUnmergeCommand(triage, shell);
}
