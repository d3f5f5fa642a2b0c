/** `tocsin report declare`: an incident because of a vulnerability report. */
import type { Command } from 'commander';
import { SEVERITIES } from '../../../domain/kernel/severity';
import { type MessageOptions, sendMessage } from '../../cases/send';
import { collect, instantFlag } from '../../input';
import type { Shell } from '../../shell';
import { messageVerb } from '../../verb';

interface Options extends MessageOptions {
  severity?: string;
  affects?: string[];
  title?: string;
  serviceAffecting?: boolean;
  detectedAt?: string;
  incident?: string;
}

export function reportDeclareCommand(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'declare <report>',
    'Declare an incident from this report, or link an open one; acknowledges it too.',
    'report declare VR-20260401-9f3a5c1e --severity sev1 --affects confidentiality\nreport declare VR-20260401-9f3a5c1e --incident INC-20260401-9f3a',
  )
    .option('--severity <severity>', SEVERITIES.join(', '))
    .option('--affects <what>', 'confidentiality, integrity, availability; separate several with commas', collect)
    .option('--title <text>', 'do not quote the report (default: its number)')
    .option('--service-affecting', 'customers are affected')
    .option('--detected-at <time>', 'when it was detected (default: now)')
    .option('--incident <id>', 'the open incident to link')
    .action(
      async (
        id: string,
        { incident, severity, affects, title, serviceAffecting, detectedAt: at, ...options }: Options,
      ) => {
        await sendMessage(
          shell,
          'report',
          id,
          'declare',
          { incident, severity, affects, title, serviceAffecting, detectedAt: instantFlag('--detected-at', at) },
          options,
        );
      },
    );
}
