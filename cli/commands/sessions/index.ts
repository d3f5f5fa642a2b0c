/** `tocsin sessions`: the rules over sign-ins and sessions. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { sessionsFeedCommand } from './feed';
import { sessionsTestCommand } from './test';

export function sessionsCommand(program: Command, shell: Shell): void {
  const sessions = program
    .command('sessions')
    .description('Try the rules for sign-ins and sessions, or feed them from a file.');
  sessionsTestCommand(sessions, shell);
  sessionsFeedCommand(sessions, shell);
}
