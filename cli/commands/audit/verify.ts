/** `tocsin audit verify`: recomputes the hash chain of an audit log, offline. */
import type { Command } from 'commander';
import { CommandError, refused, usage } from '../../../client/errors';
import type { ChainOptions, KnownHead } from '../../../detection/audit/chain-verifier';
import { type Mapping, MappingSchema } from '../../../detection/audit/mapping';
import type { PartsVerification } from '../../../detection/audit/verify';
import { problemsOf } from '../../../domain/kernel/problems';
import { collectText, readInput } from '../../input';
import type { Output } from '../../rendering/output';
import { hanging, wrap } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';
import { verifyCloudTrailFolder } from './verify-cloudtrail';

interface Options extends CommonOptions {
  head?: string;
  after?: string;
  mapping?: string;
  cloudtrail?: string[];
}

const GOES_ON =
  'Where this file goes on from another one, give that one before it, or --after NUMBER:HASH of its last entry.';

const OLDEST_FIRST = 'Were the files given in their order? Give the oldest first.';

const EMPTY = 'it is empty; only a head that was noted earlier (--head) tells whether it always was';

/** A verification that takes longer than this tells how far it is. */
const PROGRESS_EVERY_MS = 2_000;

export function auditVerifyCommand(audit: Command, shell: Shell): void {
  verb(
    audit,
    'verify [logs...]',
    'Verify an audit log: a file (.gz too), - for standard input, an http(s) or postgres address, or db for ' +
      "Tocsin's own. Several files are one log that was rotated, the oldest first. Exit code 0 intact, 1 damaged, 2 unreadable.",
    'audit verify audit.jsonl\naudit verify audit.jsonl.1.gz audit.jsonl   # one chain in two files\naudit verify audit.jsonl.gz --head 6b1f…\naudit verify db --json',
  )
    .option('--head <hash>', 'a head noted earlier, HASH or NUMBER:HASH: finds entries cut off the end since then')
    .option(
      '--after <head>',
      'NUMBER:HASH of the last entry of the file before, where the first file given goes on from it',
    )
    .option('--mapping <file>', 'a YAML or JSON file with the names of the fields in this log, like "seq: number"')
    .option(
      '--cloudtrail <keys>',
      'the log is a folder with the digests and logs of AWS CloudTrail; keys: what `aws cloudtrail list-public-keys` prints, once for each Region',
      collectText,
    )
    .action(async (given: string[], options: Options) => {
      if (options.cloudtrail !== undefined) return verifyCloudTrailFolder(shell, given, options.cloudtrail, options);
      const logs = given.length > 0 ? given : ['db'];
      if (logs.length > 1 && logs.some(isDatabase)) throw usage('a log in Postgres lies in no files: verify it alone');
      const head = options.head === undefined ? undefined : headFlag('head', options.head);
      const after = options.after === undefined ? undefined : headFlag('after', options.after);
      if (after && after.seq === undefined) throw usage('--after: give the number too, as NUMBER:HASH');
      const mapping = options.mapping === undefined ? undefined : mappingOf(options.mapping);
      const { logName } = await import('../../../detection/audit/sources.js');
      const { placeOfLine } = await import('../../../detection/audit/verify.js');
      const from = after && { seq: after.seq!, hash: after.hash, line: 0, offset: 0 };
      const { parts, ...result } = await verify(shell, logs, { head, mapping, from });
      const names = logs.map(logName);
      const name = names.join(', ');
      if (result.damage && logs.length > 1) {
        const { part, line } = placeOfLine(result.damage.line, parts);
        result.damage = { ...result.damage, line, reason: `in ${names[part]}: ${result.damage.reason}` };
      }
      const goesOn = result.damage?.kind === 'deletion' && result.entries === 0 && !after;
      if (options.json) shell.out.json({ log: name, ...result });
      else for (const line of auditLines(name, result, shell.out)) shell.out.line(line);
      if (goesOn) for (const line of wrap(GOES_ON, shell.err.width)) shell.err.line(line);
      if (result.damage?.kind === 'reorder' && logs.length > 1)
        for (const line of wrap(OLDEST_FIRST, shell.err.width)) shell.err.line(line);
      if (!result.ok) throw refused('the audit log is damaged: keep it as it is and find out who changed it');
    });
}

async function verify(shell: Shell, logs: string[], options: ChainOptions): Promise<PartsVerification> {
  // Loaded here, like what the other verbs need.
  const { verifyParts } = await import('../../../detection/audit/verify.js');
  const onProgress = progress(shell.err);
  const database = logs.some(isDatabase);
  try {
    // Tocsin's own log has the bytes that Tocsin wrote, and no others.
    return await verifyParts(
      logs.map((log) => chunksOf(shell, log)),
      { ...options, onProgress, canonical: database && !options.mapping },
    );
  } catch (error) {
    const { AuditUnreadableError } = await import('../../../detection/audit/errors.js');
    if (error instanceof AuditUnreadableError || error instanceof CommandError) throw usage(error.message);
    if (!database) throw error;
    const { code, message } = error as { code?: string; message: string };
    throw usage(`the audit log in Postgres cannot be read: ${message || code}. Check the address and the rights`);
  }
}

function isDatabase(log: string): boolean {
  return log === 'db' || /^postgres(ql)?:/i.test(log);
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

function auditLines(name: string, result: Omit<PartsVerification, 'parts'>, out: Output): string[] {
  const { ok, entries, head, reformatted, damage } = result;
  const count = `${entries.toLocaleString('en')} ${entries === 1 ? 'entry' : 'entries'}`;
  const noted = `  head ${head.seq}:${head.hash}`;
  const lines = ok
    ? [
        `${out.style('✓', 'green')} ${name}: ${count}, intact`,
        ...(head.seq === 0 ? hanging('  ', EMPTY, out.width) : [noted]),
      ]
    : [
        `${out.style('✗', 'red')} ${name}: ${damage!.kind} at line ${damage!.line}`,
        ...hanging('  ', damage!.reason, out.width),
        entries === 0 ? '  there is no entry before it' : `  ${count} before it ${entries === 1 ? 'holds' : 'hold'}`,
        ...(head.seq === 0 ? [] : [noted]),
      ];
  if (reformatted > 0) lines.push(`  ${reformatted.toLocaleString('en')} of them are not in RFC 8785 form`);
  return lines;
}

function headFlag(option: 'head' | 'after', text: string): KnownHead {
  const match = /^(?:(\d{1,15}):)?([0-9a-f]{64})$/.exec(text.trim());
  if (!match)
    throw usage(
      `--${option}: "${text}" is not a valid head. Write the 64 digits of a hash, or NUMBER:HASH as this command prints it`,
    );
  return match[1] === undefined ? { hash: match[2]! } : { seq: Number(match[1]), hash: match[2]! };
}

function mappingOf(file: string): Mapping {
  const { data } = readInput(file);
  const parsed = MappingSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw usage(
    `${file} is not a valid mapping of audit log fields`,
    problemsOf(parsed.error, { raw: data, known: Object.keys(MappingSchema.shape) }),
  );
}
