/**
 * npm run bench register [-- PART …] [--short]: the register in its users' terms, against bare counterparts where there are
 * any. Parts: append, signing, offline, proofs; all of them when none is named. What each compares, and its bars, stand in
 * its file below `bench/register/`. `--short` takes one round and fewer entries: to see that it runs.
 */
import { benchAppend } from './register/append';
import { benchOffline } from './register/offline';
import { benchProofs } from './register/proofs';
import { type Row, rowLine } from './register/rows';
import { benchSigning } from './register/signing';

/** Each with its number of rounds. */
const PARTS: Record<string, (short: boolean) => Promise<Row[]>> = {
  append: (short) => benchAppend(short ? 1 : 5),
  signing: (short) => benchSigning(short ? 1 : 3),
  offline: (short) => benchOffline(short ? 1 : 5, short ? 100_000 : 1_000_000),
  proofs: (short) => benchProofs(short ? [1_000, 100_000] : [1_000, 100_000, 1_000_000]),
};

export async function main(args: string[]): Promise<boolean> {
  const names = args.filter((arg) => arg !== '--short');
  const unknown = names.filter((name) => !PARTS[name]);
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}: give ${Object.keys(PARTS).join(', ')}`);
  const rows: Row[] = [];
  for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
    console.log(`— ${name}`);
    rows.push(...(await PARTS[name]!(args.includes('--short'))));
  }
  for (const row of rows) console.log(rowLine(row));
  return rows.every(({ holds }) => holds);
}
