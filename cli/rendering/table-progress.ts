import { grouped } from './format';
import type { Output } from './output';

const EVERY_MS = 2_000;

/** Tells how far a backup or a restore is: each table as it begins, and the rows so far every two seconds. */
export function tableProgress(out: Output, verb: string): (table: string, rows: number) => void {
  let [current, toldAtMs] = ['', 0];
  return (table, rows) => {
    const now = Date.now();
    if (table === current && now - toldAtMs < EVERY_MS) return;
    out.line(`${verb} ${table}${table === current ? `: ${grouped(rows)} rows so far` : ''}`);
    [current, toldAtMs] = [table, now];
  };
}
