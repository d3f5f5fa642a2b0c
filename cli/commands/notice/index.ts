/** `tocsin notice`: whom a notice was mailed to, what the mail provider alone knows of it, and the proof for outsiders. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { noticeProofCommand } from './proof';
import { noticeRecipientsCommand } from './recipients';
import { noticeSenderCommand } from './sender';
import { noticeSettleCommand } from './settle';

export function noticeCommand(program: Command, shell: Shell): void {
  const notice = program
    .command('notice')
    .description(
      'Whom a notice is from, whom it was mailed to, and what became of it: recipients, settle, proof, sender.',
    );
  noticeRecipientsCommand(notice, shell);
  noticeSettleCommand(notice, shell);
  noticeProofCommand(notice, shell);
  noticeSenderCommand(notice, shell);
}
