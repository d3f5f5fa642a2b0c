/** `tocsin register verify`: recomputes the chain, online or over an export. */
import { createReadStream, existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Head } from '../../register/entry';
import type { Verification } from '../../register/verify';
import { refused, usage } from '../errors';
import type { Output } from '../output';
import type { CommonOptions, Shell } from '../shell';
import { hanging } from '../table';
import { verb } from './verb';

interface Options extends CommonOptions {
  incident?: string;
  head?: string;
}

export function registerVerifyCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'verify [file]',
    'Verify the register in its database, or an export without any. Exit code 1 when it does not hold.',
    'register verify\nregister verify entry.jsonl\nregister verify --head 128:6b1f…',
  )
    .option('--incident <id>', 'this incident only')
    .option('--head <position:hash>', 'a head noted earlier: finds entries cut off the end since')
    .action(async (file: string | undefined, options: Options) => {
      const expectedHead = options.head ? headFlag(options.head) : undefined;
      const result = file
        ? await offline(file, options.incident, expectedHead)
        : await online(shell, options.incident, expectedHead);
      if (options.json) shell.out.json(result);
      else for (const line of verificationLines(result, shell.out)) shell.out.line(line);
      if (!result.ok)
        throw refused('the register does not verify: keep this database as it is, and find out who changed it');
    });
}

async function online(
  shell: Shell,
  incidentId: string | undefined,
  expectedHead: Head | undefined,
): Promise<Verification> {
  const { verifyRegister } = require('../../register/verify') as typeof import('../../register/verify');
  return verifyRegister(shell.register(), { incidentId, expectedHead });
}

async function offline(
  file: string,
  incidentId: string | undefined,
  expectedHead: Head | undefined,
): Promise<Verification> {
  if (!existsSync(file))
    throw usage(`cannot read ${file}: it does not exist. Give an export of \`tocsin register export\``);
  const { verifyExport } = require('../../register/verify-export') as typeof import('../../register/verify-export');
  const { scope, ...result } = await verifyExport(createReadStream(file), { expectedHead });
  const held = scope.kind === 'incident' ? scope.incidentId : undefined;
  if (incidentId && held !== incidentId) {
    throw refused(
      `${file} holds ${held ? `incident "${held}"` : 'the whole register'}, not an export of incident "${incidentId}"`,
    );
  }
  return result;
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
