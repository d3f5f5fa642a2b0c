/**
 * npm run bench register [-- PART …]: the register against its bare counterparts. Parts: append, offline, anchoring;
 * all of them when none is named. What each compares, and its bars, stand in its file below `bench/register/`.
 */
import { benchAnchoring } from './register/anchoring';
import { benchAppend } from './register/append';
import { benchOffline } from './register/offline';
import { type Row, rowLine } from './register/rows';

const PARTS: Record<string, () => Promise<Row[]>> = {
  append: benchAppend,
  offline: benchOffline,
  anchoring: benchAnchoring,
};

export async function main(names: string[]): Promise<boolean> {
  const unknown = names.filter((name) => !PARTS[name]);
  if (unknown.length > 0) throw new Error(`no part ${unknown.join(', ')}: give ${Object.keys(PARTS).join(', ')}`);
  const rows: Row[] = [];
  for (const name of names.length > 0 ? names : Object.keys(PARTS)) {
    console.log(`— ${name}`);
    rows.push(...(await PARTS[name]!()));
  }
  for (const row of rows) console.log(rowLine(row));
  return rows.every(({ holds }) => holds);
}
