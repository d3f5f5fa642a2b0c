/** `tocsin list`: the incidents, the next deadline first. */
import type { Command } from 'commander';
import { listVerb } from '../../cases/list';
import type { Shell } from '../../shell';

export function listCommand(program: Command, shell: Shell): void {
  listVerb(program, shell, 'incident', 'List open incidents, next deadline first: the on-call board.');
}
