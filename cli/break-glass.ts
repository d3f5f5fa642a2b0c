/** `--break-glass`: which commands go past the server by it, and the reason that they record. */
import type { Command } from 'commander';
import { usage } from '../client/errors';
import { BreakGlassSchema } from '../domain/case/messages';
import { isPlaceholder } from '../domain/kernel/command-lines';
import { wrap } from './rendering/table';
import type { Shell } from './shell';

/** What the hints have in the place of a reason. */
export const BREAK_GLASS = '--break-glass REASON';

/** Commands, or whole groups of them, that never go through the server, or only to it: they record no reason. */
export const RECORD_NO_REASON = new Set([
  ...['login', 'logout', 'whoami'],
  ...['import', 'resume', 'register', 'report erase', 'notice recipients', 'notice proof'],
  ...['exercise', 'detect', 'sessions', 'audit', 'deps check'],
  ...['up', 'worker', 'watchdog', 'serve', 'intake', 'migrate', 'keys', 'doctor', 'replay', 'completion'],
]);

/** Whether a command can go past the server with a reason. */
export function takesBreakGlass(command: Command): boolean {
  const names = namesOf(command);
  if (command.opts<{ recordOnly?: boolean }>().recordOnly) return false;
  return !names.some((_, index) => RECORD_NO_REASON.has(names.slice(0, index + 1).join(' ')));
}

/** Whoever goes past the server says why, and sees that entries will say so. */
export function breakGlass(program: Command, command: Command, shell: Shell): void {
  const { breakGlass: why } = program.opts<{ breakGlass?: string }>();
  if (why === undefined) return;
  if (!takesBreakGlass(command)) {
    const { recordOnly } = command.opts<{ recordOnly?: boolean }>();
    const name = `${namesOf(command).join(' ')}${recordOnly ? ' --record-only' : ''}`;
    throw usage(`--break-glass: \`${name}\` sends nothing through the server and records no reason: leave it out`);
  }
  if (isPlaceholder(why) || BREAK_GLASS.endsWith(` ${why.trim()}`))
    throw usage(`--break-glass: put your reason in the place of ${why}, in one sentence`);
  const reason = BreakGlassSchema.safeParse(why);
  if (!reason.success) throw usage(`--break-glass: ${reason.error.issues[0]!.message}: say why, in one sentence`);
  shell.breakGlass = reason.data;
  const said = 'Break-glass: straight to Temporal. What you send is recorded as unauthenticated, with your reason.';
  for (const line of wrap(said, shell.err.width)) shell.err.line(shell.err.style(line, 'yellow'));
}

/** `['report', 'erase']`, without the name of the program. */
function namesOf(command: Command): string[] {
  return command.parent ? [...namesOf(command.parent), command.name()] : [];
}
