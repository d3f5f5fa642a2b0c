/** Whether a program may be started: only what nobody else could have put there, or can change. */
import { realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from './package-root';

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Why a file is not started: it, or a folder above it, belongs to somebody else than root, this account or whoever installed
 * Tocsin, or everybody may write there. In a folder like /tmp, where everybody may add names but change no other's, the
 * file itself decides. Undefined when it may be started, and on systems without owners.
 */
export function untrusted(file: string): string | undefined {
  if (!process.getuid) return undefined;
  const owners = new Set([0, process.getuid(), statSync(packageRoot()).uid]);
  for (let at = realpathSync(file), isFile = true; ; at = path.dirname(at), isFile = false) {
    const problem = problemOf(at, statSync(at), owners, isFile);
    if (problem) return problem;
    if (at === path.dirname(at)) return undefined;
  }
}

function problemOf(at: string, { uid, mode }: Stats, owners: ReadonlySet<number>, isFile: boolean): string | undefined {
  if (!owners.has(uid)) return `${at} belongs to another account (uid ${uid})`;
  if ((mode & OTHERS_WRITE) !== 0 && (isFile || (mode & STICKY) === 0)) return `everybody may write to ${at}`;
  return undefined;
}
