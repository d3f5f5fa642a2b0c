/** `tocsin notice`: whom a notice was mailed to, and what the mail provider alone knows of it. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { noticeRecipientsCommand } from './recipients';
import { noticeSettleCommand } from './settle';

export function noticeCommand(program: Command, shell: Shell): void {
  const notice = program
    .command('notice')
    .description('Whom a notice was mailed to, and what became of it: recipients, settle.');
  noticeRecipientsCommand(notice, shell);
  noticeSettleCommand(notice, shell);
}
