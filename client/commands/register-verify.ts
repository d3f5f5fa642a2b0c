/** `tocsin register verify`: recomputes the chain, online or over an export. */
import { createReadStream, existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Head } from '../../register/entry';
import type { Anchoring } from '../../register/verifier/anchored';
import type { Verification } from '../../register/verify';
import { refused, usage } from '../errors';
import { shortInstant } from '../format';
import type { Output } from '../output';
import type { CommonOptions, Shell } from '../shell';
import { hanging } from '../table';
import { verb } from './verb';

interface Options extends CommonOptions {
  incident?: string;
  head?: string;
  checkpoint: string[];
  key?: string;
}

export function registerVerifyCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'verify [file]',
    'Verify the register in its database, or an export without any. Exit code 1 when it does not hold.',
    'register verify\nregister verify entry.jsonl\nregister verify --head 128:6b1f…\n' +
      'register verify --checkpoint mailed.txt   # the register must continue what was mailed',
  )
    .option('--incident <id>', 'this incident only')
    .option('--head <position:hash>', 'a head noted earlier: finds entries cut off the end since')
    .option(
      '--checkpoint <file>',
      'a signed checkpoint kept elsewhere, or several in one file; may be repeated',
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option(
      '--key <verifier-key>',
      'the log\u2019s verifier key, as it was handed to you (default: that of this machine)',
    )
    .action(async (file: string | undefined, options: Options) => {
      const expectedHead = options.head ? headFlag(options.head) : undefined;
      const result = file
        ? await offline(file, options.incident, expectedHead)
        : await online(shell, options, expectedHead);
      if (options.json) shell.out.json(result);
      else for (const line of verificationLines(result, shell.out)) shell.out.line(line);
      if (!result.ok)
        throw refused('the register does not verify: keep this database as it is, and find out who changed it');
    });
}

async function online(
  shell: Shell,
  { incident: incidentId, checkpoint, key }: Options,
  expectedHead: Head | undefined,
): Promise<Verification> {
  const { verifyAnchored, verifyRegister } = require('../../register/verify') as typeof import('../../register/verify');
  const pool = shell.register();
  if (incidentId !== undefined) {
    if (checkpoint.length > 0) throw usage('--checkpoint: covers the whole register; leave --incident out');
    return verifyRegister(pool, { incidentId, expectedHead });
  }
  const { checkpointsToHold } = require('../checkpoints') as typeof import('../checkpoints');
  return verifyAnchored(pool, await checkpointsToHold(shell, checkpoint, key), { expectedHead });
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
  const anchored = result.anchoring ? anchoringLines(result.anchoring, out) : [];
  if (!result.firstBad) return [`${out.style('✓', 'green')} ${what}`, head, ...anchored];
  const reason = `position ${result.firstBad.position}: ${result.firstBad.reason}`;
  return [`${out.style('✗', 'red')} only ${what}`, head, ...hanging('  ', reason, out.width), ...anchored];
}

/** Which entries are covered by whom, and which by nobody yet. */
function anchoringLines({ anchors, anchoredTo, unanchored }: Anchoring, out: Output): string[] {
  const lines = anchors.map(({ by, to, atSeconds }) => {
    const seen = atSeconds ? `, seen ${shortInstant(new Date(atSeconds * 1000).toISOString())} UTC` : '';
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
  throw usage(`--head: "${text}" is no head. Write POSITION:HASH, as \`tocsin register verify\` prints it`);
}
