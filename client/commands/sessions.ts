/** `tocsin sessions`: the rules over sign-ins and sessions. */
import type { Command } from 'commander';
import type { Shell } from '../shell';
import { sessionsTestCommand } from './sessions-test';

export function sessionsCommand(program: Command, shell: Shell): void {
  const sessions = program.command('sessions').description('Try the rules for sign-ins and sessions.');
  sessionsTestCommand(sessions, shell);
}
