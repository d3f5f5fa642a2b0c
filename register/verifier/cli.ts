/** The command line of the stand-alone verifier. `tocsin register verify FILE` takes the same options. */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { RegisterError } from '../errors';
import { NoteError, parseVerifierKey } from '../tree/note';
import { BindingError, parseConsistency } from './binding';
import { splitNotes } from './notes';
import { plain, reportLines } from './report';
import type { Trust } from './signing';
import { verifyFile } from './verify-export';

/** 0: it holds · 1: it does not · 2: bad usage, or it cannot be read. */
export type ExitCode = 0 | 1 | 2;

export const USAGE = `Verifies an export of a breach register, or the proof of a notice, without
network and database.

Usage: node verify-register.cjs EXPORT [options]

  --key KEY          public key of the register's log (name+id+base64), or a
                     file that holds it. Take it from whom you trust, not from whom
                     you had the export
  --witness KEY      public key of a witness that must have cosigned, or a file;
                     may be given repeatedly
  --checkpoint FILE  a checkpoint that you noted earlier: it must be the same
                     tree, or of another size and proved to be of the same log
  --consistency FILE the proof of that: "tocsin register consistency" writes it
  --rotation-proof FILE
                     for an export signed by a key that was retired since: the proof
                     that its tree is the beginning of that of the last rotation
  --rotations FILE   rotations of the log's key, as the log publishes them
  --head P:HASH      a head that you noted earlier: an entry that must be there
  --bytes            hashes and chains only, not the contents
  --json             print JSON

Exit code: 0 it holds, 1 it does not, 2 it cannot be read or the usage is wrong.`;

/** Options that say whom to trust, as they are typed. */
export interface TrustFlags {
  key?: string;
  witness?: string[];
  checkpoint?: string;
  consistency?: string;
  rotationProof?: string;
  rotations?: string;
  head?: string;
}

/** An option or a file it names is not what it should be. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** Reads what the options name. @throws UsageError. */
export function trustOf(flags: TrustFlags): Trust & { expectedHead?: { position: number; hash: string } } {
  const { key, witness = [], checkpoint, consistency, rotationProof, rotations, head } = flags;
  if (consistency !== undefined && checkpoint === undefined) {
    throw new UsageError('--consistency: it proves something of --checkpoint: give both');
  }
  return {
    ...(key !== undefined && { key: keyOf('--key', key) }),
    witnesses: witness.map((each) => keyOf('--witness', each)),
    ...(checkpoint !== undefined && { notedCheckpoint: fileOf('--checkpoint', checkpoint) }),
    ...(consistency !== undefined && { consistency: proofOf('--consistency', consistency) }),
    ...(rotationProof !== undefined && { rotationProof: proofOf('--rotation-proof', rotationProof) }),
    ...(rotations !== undefined && { rotations: splitNotes(fileOf('--rotations', rotations)) }),
    ...(head !== undefined && { expectedHead: headOf(head) }),
  };
}

function keyOf(option: string, text: string): string {
  const isKey = /^[^+\s]+\+[0-9a-f]{8}\+/.test(text);
  if (!isKey && !existsSync(text))
    throw new UsageError(`${option}: "${text}" is neither a key, as \`register keys\` prints it, nor a file with one`);
  const key = isKey ? text : fileOf(option, text).trim();
  try {
    parseVerifierKey(key);
    return key;
  } catch (error) {
    if (error instanceof NoteError) throw new UsageError(`${option}: ${error.message}`);
    throw error;
  }
}

function proofOf(option: string, file: string): Buffer[] {
  try {
    return parseConsistency(fileOf(option, file));
  } catch (error) {
    if (error instanceof BindingError) throw new UsageError(`${option}: ${file}: ${error.message}`);
    throw error;
  }
}

function fileOf(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : (code ?? (error as Error).message);
    throw new UsageError(`${option}: cannot read ${file}: ${why}`);
  }
}

function headOf(text: string): { position: number; hash: string } {
  const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim());
  if (match) return { position: Number(match[1]), hash: match[2]! };
  throw new UsageError(`--head: "${text}" is not a head. Write POSITION:HASH, as a verification prints it`);
}

/** Runs the command. */
export async function runVerifier(args: string[]): Promise<ExitCode> {
  try {
    const { values, positionals } = parsed(args);
    if (values.help) {
      console.log(USAGE);
      return 0;
    }
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new UsageError('give one file: an export of the register');
    const { bytes: bytesOnly, json } = values;
    const result = await verifyFile(file, {
      ...trustOf({ ...values, rotationProof: values['rotation-proof'] }),
      bytesOnly,
      onProgress: progress(),
    });
    if (json) console.log(inertJson(result));
    else for (const line of reportLines(result)) console.log(line);
    return result.ok ? 0 : 1;
  } catch (error) {
    const expected = error instanceof UsageError || error instanceof RegisterError || isSystemError(error);
    // A message may quote what was read, and whatever was read is hostile.
    const told = expected ? (error as Error).message : ((error as Error).stack ?? '');
    console.error(`error: ${told.split('\n').map(plain).join('\n')}`);
    if (error instanceof UsageError) console.error('Run it with --help for its options.');
    return 2;
  }
}

/** JSON in which no character acts on a terminal: escaped, so that a program reads every one of them. */
function inertJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replace(/[\u007f-\u009f\u2028\u2029\p{Cf}\p{Co}\p{Cn}]/gu, (character) =>
    character.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        key: { type: 'string' },
        witness: { type: 'string', multiple: true },
        checkpoint: { type: 'string' },
        consistency: { type: 'string' },
        'rotation-proof': { type: 'string' },
        rotations: { type: 'string' },
        head: { type: 'string' },
        bytes: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

const PROGRESS_EVERY_MS = 2_000;

/** Tells how far it is, when it takes longer. */
export function progress(write = (text: string) => void process.stderr.write(text)) {
  let toldAt = Date.now();
  return (read: number, size: number): void => {
    if (Date.now() - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = Date.now();
    write(`${Math.floor((read / size) * 100)} % of ${Math.round(size / 1e6).toLocaleString('en')} MB …\n`);
  };
}
