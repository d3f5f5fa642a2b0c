/** `tocsin register verify`: recomputes the chain, online or over an export. */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { refused, usage } from '../../../client/errors';
import { minuteText, toInstant } from '../../../domain/kernel/time';
import type { Head } from '../../../register/entry';
import type { Anchoring } from '../../../register/verifier/anchored';
import type { TrustFlags } from '../../../register/verifier/cli';
import type { ExportVerification } from '../../../register/verifier/export-verifier';
import type { Verification } from '../../../register/verify';
import type { Output } from '../../rendering/output';
import { progressOf } from '../../rendering/progress';
import { hanging } from '../../rendering/table';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions, Omit<TrustFlags, 'checkpoint'> {
  incident?: string;
  checkpoint: string[];
  bytes?: boolean;
}

export function registerVerifyCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'verify [file]',
    'Verify the register in its database, or an export without one. Exit code 1 when verification fails.',
    'register verify\nregister verify --checkpoint mailed.txt   # it must continue what was mailed\n' +
      'register verify inc.jsonl --key register.example.com/…',
  )
    .option('--incident <id>', 'this incident only')
    .option('--head <position:hash>', 'a head noted earlier: finds entries cut off the end since then')
    .option('--key <key>', "the log's public key, or a file with it (default for the database: this machine's key)")
    .addOption(
      new Option('--checkpoint <file>', 'a signed checkpoint kept elsewhere; may be repeated for the database')
        .argParser((value: string, before: string[]) => [...before, value])
        .default([], 'none'),
    )
    .option('--consistency <file>', 'of an export: the proof when --checkpoint has another size (register consistency)')
    .option('--rotation-proof <file>', 'of an export by a key retired since: the proof up to the last rotation')
    .option('--witness <key...>', 'of an export: public keys of witnesses, or files')
    .option('--rotations <file>', "of an export: rotations of the log's key, as the log publishes them")
    .option('--bytes', 'of an export: hashes and chains only, not the contents')
    .action(async (file: string | undefined, options: Options) => {
      if (file) await offline(shell, file, options);
      else await online(shell, options);
    });
}

async function online(shell: Shell, options: Options): Promise<void> {
  if (options.consistency)
    throw usage('--consistency: only for exports; the database needs no proof to be compared with a checkpoint');
  if (options.rotationProof)
    throw usage('--rotation-proof: only for exports; the database needs no proof to be compared with a rotation');
  const expectedHead = options.head ? headFlag(options.head) : undefined;
  const result = await verifyDatabase(shell, options, expectedHead);
  if (options.json) shell.out.json(result);
  else for (const line of verificationLines(result, shell.out)) shell.out.line(line);
  if (!result.ok)
    throw refused('the register does not verify: keep this database as it is and find out who changed it');
}

async function verifyDatabase(
  shell: Shell,
  { incident: incidentId, checkpoint, key }: Options,
  expectedHead: Head | undefined,
): Promise<Verification> {
  const { verifyAnchored, verifyRegister } = await import('../../../register/verify.js');
  const pool = await shell.register();
  if (incidentId !== undefined) {
    if (checkpoint.length > 0) throw usage('--checkpoint: covers the whole register; leave out --incident');
    return verifyRegister(pool, { incidentId, expectedHead });
  }
  const { checkpointsToHold } = await import('../../checkpoints.js');
  return verifyAnchored(pool, await checkpointsToHold(shell, checkpoint, key), { expectedHead });
}

async function offline(shell: Shell, file: string, options: Options): Promise<void> {
  if (!existsSync(file))
    throw usage(`cannot read ${file}: it does not exist. Use a file written by \`npx tocsin register export\``);
  const result = await verifyExportFile(shell, file, options);
  const { scope } = result;
  const held = scope.kind === 'incident' ? scope.incidentId : undefined;
  if (options.incident && held !== options.incident) {
    const holds = held ? `incident "${held}"` : 'other entries';
    throw refused(`${file} holds ${holds}, not an export of incident "${options.incident}"`);
  }
  const { reportLines } = await import('../../../register/verifier/report.js');
  if (options.json) shell.out.json(result);
  else for (const line of reportLines(result)) shell.out.line(line);
  if (!result.ok) throw refused('the export does not verify: keep this file as it is and request it again');
}

async function verifyExportFile(shell: Shell, file: string, options: Options): Promise<ExportVerification> {
  const cli = await import('../../../register/verifier/cli.js');
  const { verifyFile } = await import('../../../register/verifier/verify-export.js');
  try {
    return await verifyFile(file, {
      ...cli.trustOf({ ...options, checkpoint: onlyOne(options.checkpoint) }),
      bytesOnly: options.bytes,
      onProgress: progressOf(shell.err, 'bytes'),
    });
  } catch (error) {
    if (error instanceof cli.UsageError) throw usage(error.message);
    throw error;
  }
}

function onlyOne([file, ...more]: string[]): string | undefined {
  if (more.length > 0) throw usage('--checkpoint: an export is compared with one checkpoint; name one file');
  return file;
}

/** `✓ 128 entries hold`, and the head to note. */
export function verificationLines(result: Verification, out: Output): string[] {
  const { position, hash } = result.head;
  const what = `${result.entries} ${result.entries === 1 ? 'entry holds' : 'entries hold'}`;
  const head = `  head ${position}:${hash}`;
  const anchored = result.anchoring ? anchoringLines(result.anchoring, out) : [];
  if (!result.firstBad) return [`${out.style('✓', 'green')} ${what}`, head, ...anchored];
  const reason = `position ${result.firstBad.position}: ${result.firstBad.reason}`;
  return [`${out.style('✗', 'red')} only ${what}`, head, ...hanging('  ', reason, out.width), ...anchored];
}

/** Which entries are covered by whom, and which by nobody yet. */
function anchoringLines({ anchors, anchoredTo, unanchored }: Anchoring, out: Output): string[] {
  const lines = anchors.map(({ by, to, atSeconds }) => {
    if (to === 0) return `  anchored nothing yet: ${by}`;
    const seen = atSeconds ? `, seen ${minuteText(toInstant(atSeconds * 1000))} UTC` : '';
    return `  anchored 1 to ${to}: ${by}${seen}`;
  });
  if (unanchored === undefined) return lines;
  const which = unanchored.from === unanchored.to ? `entry ${unanchored.to}` : `${unanchored.from} to ${unanchored.to}`;
  const since = anchoredTo === 0 ? 'no anchor covers it' : 'the next checkpoint will cover it';
  return [...lines, out.style(`  not anchored ${which}: ${since}`, 'yellow')];
}

function headFlag(text: string): Head {
  const match = /^(\d+):([0-9a-f]{64})$/.exec(text.trim());
  if (match) return { position: Number(match[1]), hash: match[2]! };
  throw usage(
    `--head: "${text}" is not a valid head. Write POSITION:HASH, as \`npx tocsin register verify\` prints it`,
  );
}
