import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Not the first of its name on PATH: that may be anybody's. */
const PS = existsSync('/bin/ps') ? '/bin/ps' : '/usr/bin/ps';

/** Whether a process with this id exists, of any user. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/**
 * What tells one process from a later one that was given the same id: its start time, opaque text.
 * Undefined when there is no such process, or the system does not say.
 */
export function processIdentity(pid: number): string | undefined {
  if (!isAlive(pid)) return undefined;
  const stat = procStat(pid);
  if (stat) return stat[19]; // field 22, "starttime", counted after the closing bracket of the command (proc(5))
  try {
    return execFileSync(PS, ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The command line of a live process as one text, or undefined. */
export function commandLine(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    // not Linux, or gone
  }
  try {
    return execFileSync(PS, ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** Waits until the process is gone; answers false when it still lives after `timeoutMs`. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const giveUpAt = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

// A container without an init process never reaps orphans: a dead one keeps its id, as a zombie.
function isZombie(pid: number): boolean {
  return procStat(pid)?.[0] === 'Z';
}

function procStat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}
