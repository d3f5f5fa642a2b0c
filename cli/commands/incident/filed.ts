/** `tocsin filed`: a report was filed with an authority, or the authority gave its case number since. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { hashedFile } from '../../file-hash';
import { whenFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  authority?: string;
  submittedAt?: string;
  caseNumber?: string;
  attach?: string[];
  delayReasons?: string;
}

export function filedCommand(program: Command, shell: Shell): void {
  messageVerb(
    program,
    'filed <id> <obligation> [reference]',
    'Record that a report was filed, with the reference the authority gave: only that stops its clock. Without one, add a case number or files to a report filed before.',
    'filed INC-20260401-9f3a gdpr-art33-authority:ie-dpc DPC-BN-26-004117 --attach receipt.pdf\nfiled INC-20260401-9f3a gdpr-art33-authority:de-land --case-number LDA-1085.1-1234/26',
  )
    .option('--authority <key>', 'the authority, like ie-dpc: only for a report that was filed although none is owed')
    .option('--case-number <number>', "the authority's case number, if it gives one; it may be added later")
    .option(
      '--attach <files...>',
      'receipts and other files: their names and SHA-256 are recorded, and the files stay with you',
    )
    .option('--submitted-at <time>', 'when it was submitted; also a date, a range or "about …" (default: now)')
    .option('--delay-reasons <text>', 'why it is late (GDPR Art. 33(1))')
    .action(async (id: string, obligation: string, reference: string | undefined, options: Options) => {
      const { authority, submittedAt, caseNumber, attach, delayReasons, ...sending } = options;
      if (reference === undefined && !caseNumber && !attach && !delayReasons)
        throw usage(
          'give the REFERENCE of the report; or add to one that was filed before: --case-number, --attach or --delay-reasons',
        );
      const body = { obligation, reference, authority, caseNumber, delayReasons };
      const attachments = attach?.map((file) => hashedFile('--attach', file));
      const at = whenFlag('--submitted-at', submittedAt);
      await sendMessage(shell, 'incident', id, 'filed', { ...body, attachments, submittedAt: at }, sending);
    });
}
