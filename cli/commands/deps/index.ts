/** `tocsin deps`: dependencies, advisories and patch tasks. One file a verb beside this one. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { depsCheckCommand } from './check';
import { depsPatchedCommand, depsWaiveCommand } from './decide';
import { depsListCommand, depsShowCommand } from './tasks';

export function depsCommand(program: Command, shell: Shell): void {
  const deps = program
    .command('deps')
    .description('Check dependencies against advisories; patch tasks and their deadlines.');
  depsCheckCommand(deps, shell);
  depsListCommand(deps, shell);
  depsShowCommand(deps, shell);
  depsWaiveCommand(deps, shell);
  depsPatchedCommand(deps, shell);
}
