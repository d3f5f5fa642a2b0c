/** `tocsin import`: takes past breaches into the register, one row of a CSV file each. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { CsvError, parse } from 'csv-parse/sync';
import { CommandError, refused, usage } from '../../../client/errors';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { problemsOf } from '../../../domain/kernel/problems';
import { NOT_RECORDED, recordPast } from '../../record-past';
import type { CommonOptions, Shell } from '../../shell';
import { OPTIONS, verb } from '../../verb';
import { IMPORT_COLUMNS, pastOf, type Row } from './import-row';

interface Options extends CommonOptions {
  columns?: boolean;
}

export function importCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'import [csv]',
    'Record past breaches in the register from a CSV file, one per row, with what was done and when. Whether each deadline was met is computed; nothing is sent.',
    'import breaches-2024.csv\nimport --columns > breaches.csv',
  )
    .option(...OPTIONS.by)
    .option('--columns', 'print the columns, as the first line of such a file')
    .action((file: string | undefined, options: Options) =>
      options.columns ? shell.out.line(IMPORT_COLUMNS.join(',')) : importFile(shell, file, options),
    );
}

async function importFile(shell: Shell, file: string | undefined, options: Options): Promise<void> {
  if (file === undefined) throw usage('name the CSV file to import; --columns prints its first line');
  const rows = readRows(file);
  const { loadPolicy } = await import('../../../policy/load-policy.js');
  const policy = loadPolicy(shell.settings.policy);
  const recordedAt = new Date().toISOString();
  const by = shell.by(options);
  const wrong: string[] = [];
  const pasts = rows.flatMap(({ row, line }) => {
    const where = `${file} line ${line}`;
    try {
      const { declaration: raw, acts } = pastOf(row, { by, recordedAt, where });
      const declaration = DeclarationSchema.safeParse(raw);
      if (declaration.success)
        return [{ declaration: declaration.data, acts, where: acts.map(({ message }) => `${where} (${message})`) }];
      wrong.push(...problemsOf(declaration.error, { raw }).map((problem) => `${where}: ${problem}`));
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      wrong.push(error.message);
    }
    return [];
  });
  // A file is taken whole or not at all, so that it can be mended and given again.
  if (wrong.length > 0) throw usage('nothing was imported: the file needs a correction', wrong);
  const client = await shell.temporal();
  const problems: string[] = [];
  const recorded: Array<{ id: string; created: boolean; waiting?: true }> = [];
  for (const past of pasts) {
    const { id } = past.declaration;
    try {
      const { created, waiting } = await recordPast(client, past, policy);
      recorded.push({ id, created, ...(waiting && { waiting }) });
      const became = waiting ? NOT_RECORDED : 'recorded';
      if (!options.json) shell.out.line(`${id}  ${created ? became : 'was already declared; nothing was changed'}`);
    } catch (error) {
      problems.push(
        `${id}: ${[(error as Error).message, ...((error as { problems?: string[] }).problems ?? [])].join('; ')}`,
      );
    }
  }
  if (options.json) shell.out.json({ recorded, problems });
  if (problems.length > 0) throw refused(`${problems.length} of ${pasts.length} rows were not recorded`, problems);
}

/** The rows with their lines. A column that nothing reads is refused: what it says would be lost. */
function readRows(file: string): Array<{ row: Row; line: number }> {
  try {
    const text = readFileSync(file, 'utf8');
    const options = { columns: true, bom: true, trim: true, skip_empty_lines: true, info: true } as const;
    const parsed = parse(text, options) as unknown as Array<{ record: Row; info: { lines: number } }>;
    const known: readonly string[] = IMPORT_COLUMNS;
    const unknown = Object.keys(parsed[0]?.record ?? {}).filter((column) => !known.includes(column));
    if (parsed.length === 0) throw usage(`${file} has no row; its first line names the columns: ${known.join(', ')}`);
    if (unknown.length > 0) throw usage(`${file}: unknown column ${unknown.join(', ')}; there are ${known.join(', ')}`);
    return parsed.map(({ record, info }) => ({ row: record, line: info.lines }));
  } catch (error) {
    if (error instanceof CsvError) throw usage(`${file} is not CSV: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw usage(`cannot read ${file}: it does not exist`);
    throw error;
  }
}
