/** `tocsin register consistency`: shows that a later state of the register continues an earlier one. */
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { ConsistencyProof, TreeAt } from '../../register/log/prove-consistency';
import type { LogKeys } from '../../register/verifier/log-keys';
import { openedLog } from '../checkpoints';
import { refused, usage } from '../errors';
import type { CommonOptions, Shell } from '../shell';
import { verb } from './verb';

export function registerConsistencyCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'consistency <old> <new>',
    'Prove that a later state of the register begins with an earlier one. Exit code 1 when it does not.',
    'register consistency mailed.txt 5000\nregister consistency 128 4096',
  )
    .option(
      '--key <verifier-key>',
      'the log\u2019s verifier key, as it was handed to you (default: that of this machine)',
    )
    .action(async (older: string, newer: string, { json, key }: CommonOptions & { key?: string }) => {
      const { proveConsistency } =
        require('../../register/log/prove-consistency') as typeof import('../../register/log/prove-consistency');
      const { LogKeys } =
        require('../../register/verifier/log-keys') as typeof import('../../register/verifier/log-keys');
      const log = await openedLog(shell);
      if (log === undefined) throw refused('there is no log on this machine: set TOCSIN_LOG_DIR to the published one');
      const keys = LogKeys.follow(key ?? log.verifierKey, log.rotations);
      const [old, now] = [treeOf(older, keys), treeOf(newer, keys)];
      if (old.size > now.size)
        throw usage(`${older} has ${old.size} entries, more than ${newer} with ${now.size}: swap them`);
      const result = await proveConsistency(log, old, now);
      if (json) shell.out.json(asJson(result));
      else {
        for (const hash of result.proof) shell.out.line(hash.toString('base64'));
        if (result.holds) {
          shell.out.line(
            `${shell.out.style('✓', 'green')} the tree of ${now.size} entries begins with that of ${old.size}`,
          );
        }
      }
      if (!result.holds) {
        throw refused(
          `the tree of ${now.size} entries does not begin with that of ${old.size}: the past was changed, or two views were shown`,
        );
      }
    });
}

/** A size, or a file with a checkpoint that one of the log's keys has signed. */
function treeOf(text: string, keys: LogKeys): TreeAt {
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return { size: Number(text) };
  if (!existsSync(text)) throw usage(`${text} is neither a number of entries nor a file with a checkpoint`);
  try {
    return keys.open(readFileSync(text, 'utf8'));
  } catch (error) {
    throw refused(`${text}: ${(error as Error).message}`);
  }
}

function asJson({ old, new: now, proof, holds }: ConsistencyProof) {
  const tree = ({ size, root }: { size: number; root: Buffer }) => ({ size, root: root.toString('base64') });
  return { old: tree(old), new: tree(now), proof: proof.map((hash) => hash.toString('base64')), holds };
}
