/** `tocsin register verify`: recomputes the chain, online or over an export. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { Head } from '../../register/entry';
import type { TrustFlags } from '../../register/verifier/cli';
import type { ExportVerification } from '../../register/verifier/export-verifier';
import type { Verification } from '../../register/verify';
import { refused, usage } from '../errors';
import type { Output } from '../output';
import { progressOf } from '../progress';
import type { CommonOptions, Shell } from '../shell';
import { hanging } from '../table';
import { verb } from './verb';

interface Options extends CommonOptions, TrustFlags {
  incident?: string;
  bytes?: boolean;
  threads?: string;
}

export function registerVerifyCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'verify [file]',
    'Verify the register in its database, or an export without any. Exit code 1 when it does not hold.',
    'register verify\nregister verify inc.jsonl --key register.example.com/…\nregister verify --head 128:6b1f…',
  )
    .option('--incident <id>', 'this incident only')
    .option('--head <position:hash>', 'a head noted earlier: finds entries cut off the end since')
    .option('--key <key>', "of an export: the log's public key, or a file that holds it")
    .option('--witness <key...>', 'of an export: public keys of witnesses, or files')
    .option('--checkpoint <file>', 'of an export: a checkpoint noted earlier: is it the same tree?')
    .option('--rotations <file>', "of an export: rotations of the log's key, as the log publishes them")
    .option('--bytes', 'of an export: hashes and chains only, not the contents')
    .option('--threads <n>', 'of an export: default one for each core from 64 MB on')
    .action(async (file: string | undefined, options: Options) => {
      if (file) await offline(shell, file, options);
      else await online(shell, options);
    });
}

async function online(shell: Shell, { incident, head, json }: Options): Promise<void> {
  const { verifyRegister } = require('../../register/verify') as typeof import('../../register/verify');
  const expectedHead = head ? headFlag(head) : undefined;
  const result = await verifyRegister(shell.register(), { incidentId: incident, expectedHead });
  if (json) shell.out.json(result);
  else for (const line of verificationLines(result, shell.out)) shell.out.line(line);
  if (!result.ok) {
    throw refused('the register does not verify: keep this database as it is, and find out who changed it');
  }
}

async function offline(shell: Shell, file: string, options: Options): Promise<void> {
  if (!existsSync(file))
    throw usage(`cannot read ${file}: it does not exist. Give an export of \`tocsin register export\``);
  const result = await verifyExportFile(shell, file, options);
  const { scope } = result;
  const held = scope.kind === 'incident' ? scope.incidentId : undefined;
  if (options.incident && held !== options.incident) {
    const holds = held ? `incident "${held}"` : 'other entries';
    throw refused(`${file} holds ${holds}, not an export of incident "${options.incident}"`);
  }
  const { reportLines } = require('../../register/verifier/report') as typeof import('../../register/verifier/report');
  if (options.json) shell.out.json(result);
  else for (const line of reportLines(result)) shell.out.line(line);
  if (!result.ok) throw refused('the export does not verify: keep this file as it is, and get it again');
}

async function verifyExportFile(shell: Shell, file: string, options: Options): Promise<ExportVerification> {
  const cli = require('../../register/verifier/cli') as typeof import('../../register/verifier/cli');
  const { verifyFile } =
    require('../../register/verifier/verify-file') as typeof import('../../register/verifier/verify-file');
  try {
    return await verifyFile(file, {
      ...cli.trustOf(options),
      bytesOnly: options.bytes,
      threads: cli.threadsOf(options.threads),
      worker: path.join(__dirname, '..', '..', 'register', 'verifier', 'segment-worker.js'),
      onProgress: progressOf(shell.err, 'bytes'),
    });
  } catch (error) {
    if (error instanceof cli.UsageError) throw usage(error.message);
    throw error;
  }
}

/** `✓ 128 entries hold`, and the head to note. */
export function verificationLines(result: Verification, out: Output): string[] {
  const { position, hash } = result.head;
  const what = `${result.entries} ${result.entries === 1 ? 'entry holds' : 'entries hold'}`;
  const head = `  head ${position}:${hash}`;
  if (!result.firstBad) return [`${out.style('✓', 'green')} ${what}`, head];
  const reason = `position ${result.firstBad.position}: ${result.firstBad.reason}`;
  return [`${out.style('✗', 'red')} only ${what}`, head, ...hanging('  ', reason, out.width)];
}

function headFlag(text: string): Head {
  const match = /^(\d+):([0-9a-f]{64})$/.exec(text.trim());
  if (match) return { position: Number(match[1]), hash: match[2]! };
  throw usage(`--head: "${text}" is no head. Write POSITION:HASH, as \`tocsin register verify\` prints it`);
}
