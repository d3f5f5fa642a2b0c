/** `tocsin register consistency`: shows that a later state of the register continues an earlier one. */
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { refused, usage } from '../../../client/errors';
import { writeWhole } from '../../../platform/write-whole';
import type { ConsistencyProof, TreeAt } from '../../../register/log/prove-consistency';
import type { LogKeys } from '../../../register/verifier/log-keys';
import { openedLog } from '../../checkpoints';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  key?: string;
  output?: string;
}

export function registerConsistencyCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'consistency <old> <new>',
    'Prove that a later state of the register begins with an earlier one. Exit code 1 when it does not.',
    'register consistency mailed.txt 5000\nregister consistency 128 4096\n' +
      'register consistency noted.txt inc.jsonl -o proof.txt',
  )
    .option('-o, --output <file>', 'also write the proof to a file, a hash on each line')
    .option(
      '--key <verifier-key>',
      'the log\u2019s verifier key, as it was handed to you (default: that of this machine)',
    )
    .action(async (older: string, newer: string, { json, key, output }: Options) => {
      const { proveConsistency } = await import('../../../register/log/prove-consistency.js');
      const { LogKeys } = await import('../../../register/verifier/log-keys.js');
      const log = await openedLog(shell);
      if (log === undefined) throw refused('there is no log on this machine: set TOCSIN_LOG_DIR to the published log');
      const keys = LogKeys.follow(key ?? log.verifierKey, log.rotations);
      const [old, now] = [await treeOf(older, keys), await treeOf(newer, keys)];
      if (old.size > now.size)
        throw usage(`${older} has ${old.size} entries, more than ${newer} with ${now.size}: swap them`);
      const result = await proveConsistency(log, old, now);
      const proof = result.proof.map((hash) => hash.toString('base64'));
      if (output !== undefined && result.holds) await writeWhole(output, proof.map((line) => `${line}\n`).join(''));
      if (json) shell.out.json(asJson(result, proof));
      else {
        for (const line of proof) shell.out.line(line);
        if (result.holds) {
          shell.out.line(
            `${shell.out.style('✓', 'green')} the tree of ${now.size} entries begins with that of ${old.size}`,
          );
        }
      }
      if (!result.holds) {
        throw refused(
          `the tree of ${now.size} entries does not begin with that of ${old.size}: the past was changed, or two different logs were shown`,
        );
      }
    });
}

/** A size, or a file with a checkpoint that one of the log's keys has signed: a note, or an export. */
async function treeOf(text: string, keys: LogKeys): Promise<TreeAt> {
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return { size: Number(text) };
  if (!existsSync(text)) throw usage(`${text} is neither a number of entries nor a file with a checkpoint`);
  try {
    // What a retired key has signed is proved here.
    return keys.openUnproved((await checkpointOfExport(text)) ?? noteOf(text));
  } catch (error) {
    throw refused(`${text}: ${(error as Error).message}`);
  }
}

/** A checkpoint with its cosignatures is far smaller: what is larger is no note, and is not read whole to say so. */
const MOST_NOTE_BYTES = 1_000_000;

function noteOf(file: string): string {
  if (statSync(file).size > MOST_NOTE_BYTES)
    throw new Error('neither a signed note nor an export with its binding to the log');
  return readFileSync(file, 'utf8');
}

/** The checkpoint in an export's binding; undefined where there is none. */
async function checkpointOfExport(file: string): Promise<string | undefined> {
  const { BINDING_START, parseBinding } = await import('../../../register/verifier/binding.js');
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.startsWith(BINDING_START)) return parseBinding(line)?.checkpoint;
  }
  return undefined;
}

function asJson({ old, new: now, holds }: ConsistencyProof, proof: string[]) {
  const tree = ({ size, root }: { size: number; root: Buffer }) => ({ size, root: root.toString('base64') });
  return { old: tree(old), new: tree(now), proof, holds };
}
