/** `tocsin report show`: where a report stands, and what was reported. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import type { VulnerabilityReportEvent, VulnerabilityReportState } from '../../../domain/report/state';
import { reportLines } from '../../rendering/vulnerability-lines';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../incident/verb';

export function reportShowCommand(report: Command, shell: Shell): void {
  verb(
    report,
    'show <report>',
    'Show a report: its deadline, what happened, and the reporter’s text, made safe to display.',
    'report show VR-20260401-9f3a5c1e',
  ).action(async (id: string, options: CommonOptions) => {
    const [{ state, events }, { stored, problem }] = await Promise.all([runningPart(shell, id), storedPart(shell, id)]);
    if (!state && !stored) throw refused(`there is no report "${id}". \`tocsin report list --all\` lists them`);
    if (options.json) shell.out.json({ id, state, events, report: stored, problem });
    else {
      const now = new Date().toISOString();
      for (const line of reportLines(shell.out, id, now, { state, events, stored, problem })) shell.out.line(line);
    }
  });
}

/** The workflow's part; nothing when Temporal has forgotten a report that was closed long ago. */
async function runningPart(shell: Shell, id: string) {
  const cases = await shell.cases();
  if (!(await cases.find(id))) return { events: [] };
  const [view, events] = await Promise.all([
    cases.view<VulnerabilityReportState>(id),
    cases.timeline<VulnerabilityReportEvent>(id),
  ]);
  return { state: view?.state, events };
}

/** Postgres' part; its outage must not hide the clock. */
async function storedPart(shell: Shell, id: string) {
  const { readReport } =
    require('../../../detection/reports/store/read-report') as typeof import('../../../detection/reports/store/read-report');
  try {
    return { stored: await readReport(shell.register(), id) };
  } catch (error) {
    return { problem: `The text cannot be read from Postgres right now: ${(error as Error).message}` };
  }
}
