/** `tocsin sessions test`: runs a file of authentication events through the rules, without a server. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { Sight } from '../../../detection/sessions/see-event';
import { toInstant } from '../../../domain/kernel/time';
import type { Finding } from '../../../domain/sessions/finding';
import type { SeenEvent } from '../../../domain/sessions/seen-event';
import type { CliSettings } from '../../../settings/cli';
import { readAuthEvents } from '../../auth-event-file';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  policy?: string;
}

const SOURCE = 'file';

export function sessionsTestCommand(sessions: Command, shell: Shell): void {
  verb(
    sessions,
    'test <file>',
    'Run authentication events, or an audit log, through the rules: what is found, and why. Nothing is stored or sent.',
    'sessions test examples/auth-events.jsonl\nsessions test events.jsonl --policy my-sessions.yaml --json',
  )
    .option('--policy <file>', 'the rules (default: TOCSIN_SESSIONS, else policy/sessions.yaml)')
    .action(async (file: string, options: Options) => {
      const { judgeAll } = await import('../../../domain/sessions/session-rules.js');
      const { seeEvent } = await import('../../../detection/sessions/see-event.js');
      const sight = await offlineSight(shell.settings, options.policy);
      const { events, others } = await readAuthEvents(file, sight.policy);
      const now = new Date(events.reduce((last, { event }) => Math.max(last, Date.parse(event.at)), 0));
      const lines = new Map<string, number>();
      const seen: SeenEvent[] = [];
      for (const { line, event } of events) {
        const each = lines.has(event.eventId) ? undefined : seeEvent(SOURCE, event, sight, now);
        if (each) seen.push(each);
        if (!lines.has(event.eventId)) lines.set(event.eventId, line);
      }
      const findings = judgeAll(seen, sight.policy);
      const lineOf = (finding: Finding) => lines.get(finding.event.eventId)!;
      if (options.json)
        shell.out.json({ events: seen.length, others, findings: findings.map((each) => asJson(each, lineOf(each))) });
      else tell(shell.out, findings, lineOf, { events: seen.length, others });
    });
}

/** The rules as they run online; only the key of pseudonyms is another one where none is configured. */
async function offlineSight({ sessions }: CliSettings, policyFile = sessions.policyFile): Promise<Sight> {
  const { openSight } = await import('../../../detection/sessions/open-sessions.js');
  return openSight({
    ...sessions,
    policyFile,
    pseudonymKey: sessions.pseudonymKey ?? randomBytes(32).toString('hex'),
  });
}

function asJson(finding: Finding, line: number) {
  const { rule, severity, title, subjects, indicators, facts, why } = finding;
  const at = toInstant(finding.atMs);
  return { line, type: `auth.${rule}`, at, severity, title, subjects, indicators, facts, why };
}

function tell(
  out: Output,
  findings: Finding[],
  lineOf: (finding: Finding) => number,
  counts: { events: number; others: number },
): void {
  for (const finding of findings) {
    const { severity, rule, title, why, subjects, indicators } = finding;
    out.line(`line ${lineOf(finding)}  ${severity}  ${out.style(`auth.${rule}`, 'bold')}`);
    for (const line of hanging('  ', title, out.width)) out.line(line);
    for (const each of why) for (const line of hanging('  - ', each, out.width)) out.line(line);
    for (const line of hanging('  ', [toInstant(finding.atMs), ...subjects, ...indicators].join(' '), out.width)) {
      out.line(out.style(line, 'dim'));
    }
  }
  const others = counts.others > 0 ? `; ${counts.others} other entries of the audit log` : '';
  const count = (n: number, what: string) => `${n} ${what}${n === 1 ? '' : 's'}`;
  out.line(`${count(findings.length, 'finding')} in ${count(counts.events, 'event')}${others}`);
}
