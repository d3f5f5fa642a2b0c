/** `tocsin notice`: whom a notice was mailed to, what the mail provider alone knows of it, and the proof for outsiders. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { noticeProofCommand } from './proof';
import { noticeRecipientsCommand } from './recipients';
import { noticeSenderCommand } from './sender';
import { noticeSettleCommand } from './settle';
import { noticeStopCommand } from './stop';

export function noticeCommand(program: Command, shell: Shell): void {
  const notice = program
    .command('notice')
    .description(
      'Whom a notice is from, whom it was mailed to, and what became of it: recipients, stop, settle, proof, sender.',
    );
  noticeRecipientsCommand(notice, shell);
  noticeStopCommand(notice, shell);
  noticeSettleCommand(notice, shell);
  noticeProofCommand(notice, shell);
  noticeSenderCommand(notice, shell);
}
