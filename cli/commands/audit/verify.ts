/** `tocsin audit verify`: recomputes the hash chain of an audit log, offline. */
import type { Command } from 'commander';
import { CommandError, refused, usage } from '../../../client/errors';
import type { KnownHead } from '../../../detection/audit/chain-verifier';
import { type Mapping, MappingSchema } from '../../../detection/audit/mapping';
import type { AuditVerification } from '../../../detection/audit/verify';
import { problemsOf } from '../../../domain/kernel/problems';
import { readInput } from '../../input';
import type { Output } from '../../rendering/output';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  head?: string;
  mapping?: string;
}

/** A verification that takes longer than this tells how far it is. */
const PROGRESS_EVERY_MS = 2_000;

export function auditVerifyCommand(audit: Command, shell: Shell): void {
  verb(
    audit,
    'verify [log]',
    'Verify an audit log: a file (.gz too), - for standard input, an http(s) or postgres address, or db for ' +
      "Tocsin's own. Exit code 0 intact, 1 damaged, 2 unreadable.",
    'audit verify audit.jsonl\naudit verify audit.jsonl.gz --head 6b1f…\naudit verify db --json',
  )
    .option('--head <hash>', 'a head noted earlier, HASH or NUMBER:HASH: finds entries cut off the end since then')
    .option('--mapping <file>', 'a YAML or JSON file with the names of the fields in this log, like "seq: number"')
    .action(async (log: string = 'db', options: Options) => {
      const head = options.head === undefined ? undefined : headFlag(options.head);
      const mapping = options.mapping === undefined ? undefined : mappingOf(options.mapping);
      const { logName } = await import('../../../detection/audit/sources.js');
      const result = await verify(shell, log, head, mapping);
      if (options.json) shell.out.json({ log: logName(log), ...result });
      else for (const line of auditLines(logName(log), result, shell.out)) shell.out.line(line);
      if (!result.ok) throw refused('the audit log is damaged: keep it as it is and find out who changed it');
    });
}

async function verify(
  shell: Shell,
  log: string,
  head: KnownHead | undefined,
  mapping: Mapping | undefined,
): Promise<AuditVerification> {
  // Loaded here, like what the other verbs need.
  const { verifyAuditLog } = await import('../../../detection/audit/verify.js');
  const onProgress = progress(shell.err);
  const database = log === 'db' || /^postgres(ql)?:/i.test(log);
  try {
    // Tocsin's own log has the bytes that Tocsin wrote, and no others.
    return await verifyAuditLog(chunksOf(shell, log), { head, mapping, onProgress, canonical: database && !mapping });
  } catch (error) {
    const { AuditUnreadableError } = await import('../../../detection/audit/errors.js');
    if (error instanceof AuditUnreadableError || error instanceof CommandError) throw usage(error.message);
    if (!database) throw error;
    const { code, message } = error as { code?: string; message: string };
    throw usage(`the audit log in Postgres cannot be read: ${message || code}. Check the address and the rights`);
  }
}

async function* chunksOf(shell: Shell, log: string): AsyncIterable<Buffer> {
  const { readLog } = await import('../../../detection/audit/sources.js');
  const { readAuditLines } = await import('../../../detection/audit/read.js');
  if (log === 'db') return yield* readAuditLines(await shell.register());
  if (!/^postgres(ql)?:/i.test(log)) return yield* readLog(log);
  const { createPool } = await import('../../../postgres/pool.js');
  const pool = createPool(log);
  try {
    yield* readAuditLines(pool);
  } finally {
    await pool.end();
  }
}

function progress(err: Output): (sofar: { lines: number; bytes: number }) => void {
  let toldAt = Date.now();
  return ({ lines, bytes }) => {
    const now = Date.now();
    if (now - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = now;
    err.line(`${lines.toLocaleString('en')} lines, ${Math.round(bytes / 1e6).toLocaleString('en')} MB …`);
  };
}

function auditLines(name: string, result: AuditVerification, out: Output): string[] {
  const { ok, entries, head, reformatted, damage } = result;
  const count = `${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'}`;
  const noted = `  head ${head.seq}:${head.hash}`;
  const lines = ok
    ? [`${out.style('✓', 'green')} ${name}: ${count}, intact`, noted]
    : [
        `${out.style('✗', 'red')} ${name}: ${damage!.kind} at line ${damage!.line}`,
        ...hanging('  ', damage!.reason, out.width),
        `  ${count} before it ${entries === 1 ? 'holds' : 'hold'}`,
        noted,
      ];
  if (reformatted > 0) lines.push(`  ${reformatted.toLocaleString('en')} of them are not in RFC 8785 form`);
  return lines;
}

function headFlag(text: string): KnownHead {
  const match = /^(?:(\d{1,15}):)?([0-9a-f]{64})$/.exec(text.trim());
  if (!match)
    throw usage(
      `--head: "${text}" is not a valid head. Write the 64 digits of a hash, or NUMBER:HASH as this command prints it`,
    );
  return match[1] === undefined ? { hash: match[2]! } : { seq: Number(match[1]), hash: match[2]! };
}

function mappingOf(file: string): Mapping {
  const { data } = readInput(file);
  const parsed = MappingSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw usage(`${file} is not a valid mapping of audit log fields`, problemsOf(parsed.error));
}
