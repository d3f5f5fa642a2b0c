/** Files that a log was rotated into: they lie beside it, and what they hold goes on in it. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { AuditHead } from './entry';
import { readLine } from './line-reader';
import { OWN_NAMES } from './mapping';
import { readLog } from './sources';

/** Files beside the log that are looked at. */
const MOST_FILES = 1_000;
/** Of a first line; a longer one is none that we wrote lately. */
const MOST_BYTES = 1024 * 1024;

/** The first entry of a file: its number, and the hash of the one before it. Undefined where the first line is no entry. */
export async function firstEntry(file: string): Promise<{ seq: number; prev: string } | undefined> {
  let start = Buffer.alloc(0);
  try {
    for await (const chunk of readLog(file)) {
      start = Buffer.concat([start, chunk]);
      if (start.includes(0x0a) || start.length > MOST_BYTES) break;
    }
  } catch {
    return undefined; // unreadable: it says nothing
  }
  const end = start.indexOf(0x0a);
  const { holds, seq, prev } = readLine(start.subarray(0, end < 0 ? start.length : end), OWN_NAMES);
  return holds ? { seq, prev } : undefined;
}

/**
 * The files that hold what came from `head` on until the log itself begins, oldest first: those beside it that are called
 * like it (`audit.jsonl.1`, `audit.jsonl-20260401.gz`, `audit-2026-04-01.jsonl`). Whether they chain is for the verifier.
 * Empty when none of them reaches back to the head.
 */
export async function rotatedFiles(
  file: string,
  head: AuditHead,
): Promise<Array<{ file: string; seq: number; prev: string }>> {
  const { dir, base, name, ext } = path.parse(file);
  const isOfIt = (other: string) => {
    if (other === base || other.endsWith('.lock')) return false;
    const plain = other.endsWith('.gz') ? other.slice(0, -3) : other;
    const isAfter = (start: string) => other.startsWith(start) && /^[._-]/.test(other.slice(start.length));
    return isAfter(base) || (isAfter(name) && plain.endsWith(ext));
  };
  const names = (await readdir(dir || '.').catch(() => [])).filter(isOfIt).slice(0, MOST_FILES);
  // Of two that begin alike, such as a file and its packed copy, one is read.
  const bySeq = new Map<number, { file: string; seq: number; prev: string }>();
  for (const each of names) {
    const at = path.join(dir, each);
    const first = await firstEntry(at);
    if (first && !bySeq.has(first.seq)) bySeq.set(first.seq, { file: at, ...first });
  }
  const inOrder = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const reaching = inOrder.findLastIndex(({ seq }) => seq <= head.seq);
  return reaching < 0 ? [] : inOrder.slice(reaching);
}
