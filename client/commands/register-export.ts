/** `tocsin register export`: a file that anybody can verify with the public key, and a record that it was handed over. */
import { type Command, Option } from 'commander';
import { AUDIENCES, type Audience } from '../../domain/disclosure';
import type { Exported, FormWriter } from '../../register/export';
import type { ExportScope } from '../../register/verifier/export-header';
import { refused, usage } from '../errors';
import { progressOf } from '../progress';
import { shellLog } from '../register-log';
import type { CommonOptions, Shell } from '../shell';
import { hanging } from '../table';
import { verb } from './verb';

interface Options extends CommonOptions {
  incident?: string;
  from?: string;
  to?: string;
  format: string;
  for: Audience;
  reason?: string;
  recipient?: string;
  output: string;
}

/** Forms for readers, by the name of their format. `json` is the one that verifies by itself, and needs none. */
const FORMS: Record<string, FormWriter> = {};

export function registerExportCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'export',
    'Export the register, or incidents of it, into a file that verifies with the public key alone. It is recorded.',
    'register export --incident INC-20260401-9f3a --for authority --reason "Art. 33(5)" -o inc.jsonl\n' +
      'register export --from 2026-01-01 --to 2026-04-01 --for customer -o quarter.jsonl\n' +
      'register export -o register.jsonl',
  )
    .option('--incident <id>', 'this incident or case only (default: the whole register)')
    .option('--from <time>', 'incidents whose first entry is of this time or later, like 2026-04-01')
    .option('--to <time>', 'incidents whose first entry is before this time')
    .addOption(
      new Option('--format <format>', 'json verifies by itself')
        .choices(['json', ...Object.keys(FORMS)])
        .default('json'),
    )
    .addOption(
      new Option('--for <audience>', 'who reads it: says which fields are shown')
        .choices([...AUDIENCES])
        .default('internal'),
    )
    .option('--reason <text>', 'why it is handed over, for the record')
    .option('--recipient <who>', 'to whom it is handed over, for the record')
    .option('--by <who>', 'who does it: a handle or work address (default: TOCSIN_BY, else the OS user)')
    .requiredOption('-o, --output <file>', 'the file to write; only its owner may read it')
    .action(async (options: Options) => {
      const { output, format, reason, recipient, json } = options;
      const { exportRegister } = require('../../register/export') as typeof import('../../register/export');
      const { loadDisclosures } =
        require('../../policy/load-disclosure') as typeof import('../../policy/load-disclosure');
      const log = await shellLog(shell);
      const exported = await exportRegister(shell.register(), output, {
        scope: scopeOf(options),
        audience: options.for,
        disclosures: loadDisclosures(),
        by: shell.by(options),
        reason,
        recipient,
        log,
        format,
        write: FORMS[format],
        onProgress: progressOf(shell.err, 'entries'),
      });
      if (json) shell.out.json({ file: output, ...exported, key: log.verifierKey });
      else for (const line of exportLines(output, exported, log.verifierKey, format)) shell.out.line(line);
      if (exported.unsigned) {
        const problems = hanging('', exported.unsigned, shell.err.width);
        throw refused(`${output} was written, but the log does not vouch for it`, problems);
      }
    });
}

function scopeOf({ incident, from, to }: Options): ExportScope {
  if (incident !== undefined) {
    if (from !== undefined || to !== undefined) throw usage('give --incident, or --from and --to, not both');
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
  throw usage(`${option}: "${text}" is no time. Write a day like 2026-04-01, or an instant like 2026-04-01T03:00:00Z`);
}

function exportLines(file: string, exported: Exported, key: string, format: string): string[] {
  const { count, head, recordedAt, digest } = exported;
  const lines = [
    `${count.toLocaleString('en')} ${count === 1 ? 'entry' : 'entries'} written to ${file}.`,
    `Head ${head.position}:${head.hash}`,
    `Recorded at position ${recordedAt}, with SHA-256 ${digest}`,
  ];
  if (format !== 'json' || exported.unsigned) return lines;
  return [
    ...lines,
    'Check it anywhere with the public key of the log:',
    `  tocsin register verify ${file} --key ${key}`,
    'or without Tocsin: tocsin register verifier -o verify-register.cjs',
  ];
}
