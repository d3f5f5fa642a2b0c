/** `tocsin deps`: dependencies, advisories and patch tasks. One file a verb beside this one. */
import type { Command } from 'commander';
import { PATCH_TOLD } from '../../../domain/patch/told';
import { listVerb } from '../../cases/list';
import { showVerb } from '../../cases/show';
import type { Shell } from '../../shell';
import { depsCheckCommand } from './check';
import { depsPatchedCommand } from './patched';
import { depsWaiveCommand } from './waive';

export function depsCommand(program: Command, shell: Shell): void {
  const deps = program
    .command('deps')
    .description('Check dependencies against advisories; patch tasks and their deadlines.');
  depsCheckCommand(deps, shell);
  listVerb(deps, shell, 'patch', 'List open patch tasks, next deadline first.');
  showVerb(deps, shell, {
    kind: 'patch',
    argument: '<task>',
    description: 'Show a patch task: what is vulnerable, the deadline, and what has happened.',
    telling: PATCH_TOLD,
  });
  depsWaiveCommand(deps, shell);
  depsPatchedCommand(deps, shell);
}
