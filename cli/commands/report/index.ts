/** `tocsin report`: vulnerability reports from outside, and what people decide on them. One file a verb beside this one. */
import type { Command } from 'commander';
import { listVerb } from '../../cases/list';
import type { Shell } from '../../shell';
import { reportAcceptCommand } from './accept';
import { reportAcknowledgeCommand } from './acknowledge';
import { reportCloseCommand } from './close';
import { reportCreditCommand } from './credit';
import { reportDeclareCommand } from './declare';
import { reportDeclineCommand } from './decline';
import { reportDiscloseCommand } from './disclose';
import { reportDuplicateCommand } from './duplicate';
import { reportEraseCommand } from './erase';
import { reportFixedCommand } from './fixed';
import { reportShowCommand } from './show';

const DECISIONS = [
  reportAcknowledgeCommand,
  reportAcceptCommand,
  reportDeclineCommand,
  reportDuplicateCommand,
  reportFixedCommand,
  reportDiscloseCommand,
  reportCreditCommand,
  reportDeclareCommand,
  reportCloseCommand,
];

export function reportCommand(program: Command, shell: Shell): void {
  const report = program
    .command('report')
    .description('Vulnerability reports: list, show, acknowledge, decide, disclose, erase.');
  listVerb(report, shell, 'report', 'List open reports, next deadline first.');
  reportShowCommand(report, shell);
  for (const add of DECISIONS) add(report, shell);
  reportEraseCommand(report, shell);
}
