/** `tocsin report show`: a vulnerability report, its clock from its workflow and its text from Postgres. */

import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import type { StoredReport } from '../../../detection/reports/store/read-report';
import { tocsin } from '../../../domain/kernel/command-lines';
import { human } from '../../../domain/kernel/time';
import { REPORT_TOLD } from '../../../domain/report/told';
import { caseLines } from '../../cases/show';
import { quoted, visibleLine } from '../../rendering/hostile-text';
import type { Output } from '../../rendering/output';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

export function reportShowCommand(report: Command, shell: Shell): void {
  verb(
    report,
    'show <report>',
    'Show a report: its deadline, what happened, and the reporter’s text, made safe to display.',
    'report show VR-20260401-9f3a5c1e',
  ).action(async (id: string, { json }: CommonOptions) => {
    const [{ view, events }, { stored, problem }] = await Promise.all([runningPart(shell, id), storedPart(shell, id)]);
    if (!view && !stored)
      throw refused(`there is no vulnerability report "${id}". \`${tocsin('report list', { all: true })}\` lists them`);
    if (json) return shell.out.json({ id, ...view, events, report: stored, problem });
    const { out } = shell;
    const told = stored
      ? storedLines(out, stored)
      : [out.style(problem ?? 'Postgres has no report with this id.', 'yellow')];
    const running = view ? caseLines(out, REPORT_TOLD, view, events) : [out.style(id, 'bold')];
    for (const line of [...running, '', ...told]) out.line(line);
  });
}

/** The workflow's part; nothing when Temporal has forgotten a report that was closed long ago. */
async function runningPart(shell: Shell, id: string) {
  const client = await shell.client();
  if (!(await client.find(id))) return { events: [] };
  const [view, events] = await Promise.all([client.view<'report'>(id), client.timeline<'report'>(id)]);
  return { view, events };
}

/** Postgres' part; its outage must not hide the clock. */
async function storedPart(shell: Shell, id: string) {
  const { readReport } = await import('../../../detection/reports/store/read-report.js');
  try {
    return { stored: await readReport(await shell.register(), id, { keys: shell.temporalSettings.encryptionKeys }) };
  } catch (error) {
    return { problem: `The text cannot be read from Postgres right now: ${(error as Error).message}` };
  }
}

function storedLines(
  out: Output,
  { content, erasedAt, erasedBy, matchesCommitment, receivedAt, confirmedAt }: StoredReport,
): string[] {
  if (!content)
    return [
      out.style(
        `Text and reporter were erased ${erasedAt ? `at ${human(erasedAt)} ` : ''}by ${visibleLine(erasedBy ?? '')}.`,
        'yellow',
      ),
    ];
  const credit = content.credit === 'named' ? 'Wants to be credited' : 'Wants to stay anonymous';
  return [
    ...(matchesCommitment
      ? []
      : [
          out.style(
            'WARNING: this is not the text that was received: it does not match its commitment.',
            'red',
            'bold',
          ),
        ]),
    `Reported ${human(receivedAt)} by:`,
    ...quoted([content.name, content.email].filter(Boolean).join(', ') || '(anonymous)', out.width),
    ...(content.email === undefined
      ? []
      : [
          confirmedAt
            ? `They confirmed this address at ${human(confirmedAt)}.`
            : out.style(
                'Nobody has confirmed this address: it may be a stranger’s, and Tocsin does not write to it.',
                'yellow',
              ),
        ]),
    `${credit}. The reporter’s text, which may be hostile:`,
    ...quoted(content.text, out.width),
  ];
}
