/** `tocsin detect`: the rules that judge detections. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { detectTestCommand } from './test';

export function detectCommand(program: Command, shell: Shell): void {
  const detect = program.command('detect').description('Try the detection rules on files.');
  detectTestCommand(detect, shell);
}
