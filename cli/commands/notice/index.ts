/** `tocsin notice`: what only the records of the mail provider tell of a notice. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { noticeSettleCommand } from './settle';

export function noticeCommand(program: Command, shell: Shell): void {
  const notice = program.command('notice').description('Notices whose outcome only the mail provider knows: settle.');
  noticeSettleCommand(notice, shell);
}
