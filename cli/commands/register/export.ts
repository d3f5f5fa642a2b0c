/** `tocsin register export`: a file that anybody can verify with the public key, and a record that it was handed over. */

import { type Command, Option } from 'commander';
import { refused, usage } from '../../../client/errors';
import { tocsin } from '../../../domain/kernel/command-lines';
import type { Exported, FormWriter } from '../../../register/export';
import type { RegisterLog } from '../../../register/log/open-log';
import type { ExportScope } from '../../../register/verifier/export-header';
import { anchorInFile, shellLog, vouchingLog } from '../../register-log';
import { progressOf } from '../../rendering/progress';
import { hanging } from '../../rendering/table';
import type { Shell } from '../../shell';
import { verb } from '../../verb';
import { checkLines, type HandOverOptions, handOver } from './hand-over';

interface Options extends HandOverOptions {
  incident?: string;
  from?: string;
  to?: string;
  format: 'json' | Form;
}

/** Forms for people; `json` is the one that verifies by itself, and needs no writer. */
const FORMS = ['csv', 'html', 'pdf'] as const;
type Form = (typeof FORMS)[number];

export function registerExportCommand(register: Command, shell: Shell): void {
  const command = verb(
    register,
    'export',
    'Export the register, or some of its incidents, to a file that verifies with the public key alone. The export is recorded.',
    'register export --incident INC-20260401-9f3a --for authority --reason "Art. 33(5)" -o inc.jsonl\n' +
      'register export --from 2026-01-01 --to 2026-04-01 --for customer -o quarter.jsonl\n' +
      'register export -o register.jsonl',
  )
    .option('--incident <id>', 'this incident or case only (default: the whole register)')
    .option('--from <time>', 'incidents whose first entry is at this time or later, like 2026-04-01')
    .option('--to <time>', 'incidents whose first entry is before this time')
    .addOption(
      new Option('--format <format>', 'json can be verified; csv, html and pdf are for people, R1 to R6 first')
        .choices(['json', ...FORMS])
        .default('json'),
    );
  handOver(command).action(async (options: Options) => {
    const { output, format, reason, recipient, json } = options;
    const { exportRegister } = await import('../../../register/export.js');
    const { loadDisclosures } = await import('../../../policy/load-disclosure.js');
    // Forms are for reading, and say where the log stands; only what verifies needs a signature.
    const log = await (format === 'json' ? vouchingLog(shell) : shellLog(shell));
    const exported = await exportRegister(await shell.register(), output, {
      scope: scopeOf(options),
      audience: options.for,
      disclosures: loadDisclosures(),
      by: shell.by(options),
      reason,
      recipient,
      log,
      format,
      write: format === 'json' ? undefined : formWriter(shell, format, log),
      onProgress: progressOf(shell.err, 'entries'),
    });
    if (!exported.unsigned) await anchorInFile(shell, log);
    if (json) shell.out.json({ file: output, ...exported, key: log.verifierKey });
    else for (const line of exportLines(output, exported, log.verifierKey, format)) shell.out.line(line);
    if (exported.unsigned) {
      const problems = hanging('', exported.unsigned, shell.err.width);
      throw refused(`${output} was written, but the log does not vouch for it`, problems);
    }
  });
}

/** Writes a form: who made it, the names of duties, and where the log stands come from this machine. */
function formWriter(shell: Shell, form: Form, log: RegisterLog): FormWriter {
  return async ({ scope, audience, madeAt, entries }) => {
    const { FORMS: writers, documentOf } = await import('../../../register/forms/index.js');
    const { publishedCheckpoint } = await import('../../../register/log/open-log.js');
    const { readErasures } = await import('../../../register/read-erasures.js');
    const { loadPolicy } = await import('../../../policy/load-policy.js');
    const { pack } = loadPolicy(shell.settings.policy);
    const { origin, verifierKey } = log;
    const document = documentOf({
      audience,
      organisation: pack.organisation,
      madeAt,
      scope: scopeInWords(scope),
      log: {
        origin,
        verifierKey,
        checkpoint: await publishedCheckpoint(log),
        verifyWith: [
          tocsin('register export', { ...scopeGiven(scope), for: audience, output: 'export.jsonl' }),
          tocsin('register verify', { file: 'export.jsonl', key: verifierKey }),
        ],
      },
      entries,
      erasures: await readErasures(await shell.register()),
      pack,
    });
    return writers[form](document);
  };
}

function scopeInWords(scope: ExportScope): string {
  if (scope.kind === 'incident') return `incident ${scope.incidentId}`;
  if (scope.kind !== 'incidents') return 'the whole register';
  const [from, to] = [scope.from && `from ${scope.from}`, scope.to && `before ${scope.to}`];
  return `incidents ${[from, to].filter(Boolean).join(' and ')}`;
}

function scopeGiven(scope: ExportScope): { incident?: string; from?: string; to?: string } {
  if (scope.kind === 'incident') return { incident: scope.incidentId };
  return scope.kind === 'incidents' ? { from: scope.from, to: scope.to } : {};
}

function scopeOf({ incident, from, to }: Options): ExportScope {
  if (incident !== undefined) {
    if (from !== undefined || to !== undefined) throw usage('use --incident, or --from and --to, not both');
    return { kind: 'incident', incidentId: incident };
  }
  if (from === undefined && to === undefined) return { kind: 'log' };
  return {
    kind: 'incidents',
    ...(from !== undefined && { from: instantOf('--from', from) }),
    ...(to !== undefined && { to: instantOf('--to', to) }),
  };
}

/** A day is its first instant in UTC. */
function instantOf(option: string, text: string): string {
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const time = form ? new Date(text) : undefined;
  if (time !== undefined && !Number.isNaN(time.getTime())) return time.toISOString();
  throw usage(
    `${option}: "${text}" is not a valid time. Write a day like 2026-04-01, or an instant like 2026-04-01T03:00:00Z`,
  );
}

function exportLines(file: string, exported: Exported, key: string, format: string): string[] {
  const { count, head, recordedAt, digest } = exported;
  const lines = [
    `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'} written to ${file}.`,
    `Head ${head.position}:${head.hash}`,
    `Recorded at position ${recordedAt}, with SHA-256 ${digest}`,
  ];
  if (format !== 'json' || exported.unsigned) return lines;
  return [...lines, ...checkLines(file, key), 'or without Tocsin: npx tocsin register verifier -o verify-register.cjs'];
}
