/** The decisions on a vulnerability report, each a message that its workflow confirms. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { inputProblems } from '../../../client/problems';
import { SEVERITIES } from '../../../domain/kernel/severity';
import type { VulnerabilityReportEvent } from '../../../domain/report/state';
import { REPORT_MESSAGES, type ReportMessageName } from '../../../domain/report/vulnerability-report';
import { collect, instantFlag } from '../../input';
import { visibleLine } from '../../rendering/hostile-text';
import { eventText } from '../../rendering/vulnerability-lines';
import type { Shell } from '../../shell';
import { type MessageOptions, messageVerb } from '../incident/verb';

const ID = 'VR-20260401-9f3a5c1e';
const ANSWERED: [string, string] = ['--answered', 'you have already written to the reporter, so Tocsin will not'];

interface Options extends MessageOptions {
  at?: string;
  answered?: boolean;
  note?: string;
  severity?: string;
  reason?: string;
  on?: string;
  url?: string;
  incident?: string;
  title?: string;
  affects?: string[];
  serviceAffecting?: boolean;
  detectedAt?: string;
}

export function reportDecisions(report: Command, shell: Shell): void {
  messageVerb(
    report,
    'acknowledge <report>',
    'Acknowledge the report: stops the two-business-day clock and informs the reporter.',
    `report acknowledge ${ID} --by aoife`,
  )
    .option('--at <time>', 'when it was read, with zone (default: now)')
    .option(...ANSWERED)
    .option('--note <text>', 'for the register')
    .action((id: string, { at, answered, note, ...options }: Options) =>
      send(shell, id, 'acknowledge-report', { at: at && instantFlag('--at', at), answered, note }, options),
    );

  messageVerb(
    report,
    'accept <report>',
    'Accept as a vulnerability of the given severity.',
    `report accept ${ID} --severity sev2`,
  )
    .requiredOption('--severity <severity>', SEVERITIES.join(', '))
    .option(...ANSWERED)
    .option('--note <text>', 'for the register')
    .action((id: string, { severity, answered, note, ...options }: Options) =>
      send(shell, id, 'accept', { severity, answered, note }, options),
    );

  messageVerb(
    report,
    'decline <report>',
    'Decline: not a vulnerability.',
    `report decline ${ID} --reason "works as documented"`,
  )
    .requiredOption('--reason <text>', 'why; recorded in the register, so do not quote the report')
    .option(...ANSWERED)
    .action((id: string, { reason, answered, ...options }: Options) =>
      send(shell, id, 'decline', { reason, answered }, options),
    );

  messageVerb(
    report,
    'duplicate <report> <of>',
    'Mark as a duplicate of an earlier report.',
    `report duplicate ${ID} VR-20260330-0a1b2c3d`,
  )
    .option(...ANSWERED)
    .action((id: string, of: string, { answered, ...options }: Options) =>
      send(shell, id, 'duplicate', { of, answered }, options),
    );

  messageVerb(
    report,
    'fixed <report> <version>',
    'Record the version that contains the fix.',
    `report fixed ${ID} 2.4.1`,
  )
    .option('--note <text>', 'for the register')
    .action((id: string, version: string, { note, ...options }: Options) =>
      send(shell, id, 'fixed', { version, note }, options),
    );

  messageVerb(
    report,
    'disclose <report>',
    'Record the disclosure date agreed with the reporter, or where it was published.',
    `report disclose ${ID} --on 2026-06-30\nreport disclose ${ID} --url https://example.com/advisories/7`,
  )
    .option('--on <date>', 'the day agreed; you are reminded 7 days before and on the day')
    .option('--url <url>', 'where it is published')
    .action((id: string, { on, url, ...options }: Options) => send(shell, id, 'disclose', { on, url }, options));

  messageVerb(
    report,
    'credit <report> <as>',
    'Record whether to credit the reporter by name.',
    `report credit ${ID} named`,
  ).action((id: string, as: string, options: Options) => send(shell, id, 'credit', { as }, options));

  messageVerb(
    report,
    'declare <report>',
    'Declare an incident because of this report, or link an open one.',
    `report declare ${ID} --severity sev1 --affects confidentiality\nreport declare ${ID} --incident INC-20260401-9f3a`,
  )
    .option('--severity <severity>', SEVERITIES.join(', '))
    .option('--affects <what>', 'confidentiality, integrity, availability; separate several with commas', collect)
    .option('--title <text>', 'do not quote the report (default: its number)')
    .option('--service-affecting', 'customers are affected')
    .option('--detected-at <time>', 'when it was detected, with zone (default: now)')
    .option('--incident <id>', 'the open incident to link')
    .action((id: string, { incident, severity, affects, title, serviceAffecting, detectedAt, ...options }: Options) => {
      const at = detectedAt && instantFlag('--detected-at', detectedAt);
      return send(
        shell,
        id,
        'declare',
        { incident, severity, affects, title, serviceAffecting, detectedAt: at },
        options,
      );
    });

  messageVerb(report, 'close <report>', 'Close the report: nothing more to do.', `report close ${ID}`)
    .option('--note <text>', 'for the register; required if there is no fix')
    .action((id: string, { note, ...options }: Options) => send(shell, id, 'close', { note }, options));
}

/** Sends a message and tells what it caused. Checked here first, so that a typo needs no server. */
async function send(
  shell: Shell,
  id: string,
  name: ReportMessageName,
  body: Record<string, unknown>,
  options: MessageOptions,
): Promise<void> {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined && value !== ''));
  const message = { by: shell.by(options), ...given, ...(options.commandId ? { commandId: options.commandId } : {}) };
  const schema = REPORT_MESSAGES[name];
  const parsed = schema.safeParse(message);
  if (!parsed.success) {
    throw usage('this is not a valid message', inputProblems(parsed.error, message, Object.keys(schema.shape)));
  }
  const cases = await shell.cases();
  const receipt = await cases.update(id, name, message);
  if (options.json) {
    shell.out.json(receipt);
    return;
  }
  if (receipt.note) shell.out.line(shell.out.style(`Nothing changed: ${visibleLine(receipt.note)}`, 'yellow'));
  const caused = new Set(receipt.events.flatMap(({ seq, kind }) => (kind === 'noted' ? [] : [seq])));
  if (caused.size === 0) return;
  for (const event of await cases.timeline<VulnerabilityReportEvent>(id)) {
    if (caused.has(event.seq)) shell.out.line(visibleLine(eventText(event), 500));
  }
}
