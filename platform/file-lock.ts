import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isAlive, processIdentity } from './process-identity';

const HEARTBEAT_MS = 5_000;
const STALE_AFTER_MS = 60_000;

/** Who holds a lock: enough to tell a live holder from a crashed one. */
export interface LockHolder {
  pid: number;
  host: string;
  identity?: string;
  since: string;
}

/** A lock that is held. `release` is safe to call twice. */
export interface HeldLock {
  release(): void;
}

/**
 * Takes a lock file, at once or not at all: the held lock, or the live process that holds it.
 * A lock left by a crash is taken over: its process is gone (same host), or it was not refreshed for 60 s.
 */
export function tryLock(file: string): HeldLock | LockHolder {
  mkdirSync(path.dirname(file), { recursive: true });
  const mine: LockHolder = {
    pid: process.pid,
    host: os.hostname(),
    identity: processIdentity(process.pid),
    since: new Date().toISOString(),
  };
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      writeFileSync(file, JSON.stringify(mine), { flag: 'wx', mode: 0o600 });
      return hold(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder && isHolding(file, holder)) return holder;
    discard(file);
  }
  throw new Error(`cannot take the lock ${file}: it keeps changing hands; try again, or delete the file`);
}

/** Takes a lock, waiting for its holder; `onWait` hears once whom it waits for. */
export async function lock(file: string, onWait?: (holder: LockHolder) => void): Promise<HeldLock> {
  let told = false;
  for (;;) {
    const got = tryLock(file);
    if ('release' in got) return got;
    if (!told) onWait?.(got);
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function hold(file: string): HeldLock {
  const heartbeat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {
      // the folder was removed under us: nothing left to protect
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      clearInterval(heartbeat);
      rmSync(file, { force: true });
    },
  };
}

function isHolding(file: string, holder: LockHolder): boolean {
  if (holder.host === os.hostname()) {
    if (!isAlive(holder.pid)) return false;
    if (holder.identity && holder.identity !== processIdentity(holder.pid)) return false;
  }
  try {
    return Date.now() - statSync(file).mtimeMs < STALE_AFTER_MS;
  } catch {
    return false;
  }
}

function readHolder(file: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LockHolder;
  } catch {
    // Gone, or its writer is between creating and filling it: treat as held only while it is fresh.
    try {
      const fresh = Date.now() - statSync(file).mtimeMs < 1_000;
      return fresh ? { pid: process.pid, host: 'unknown', since: '' } : undefined;
    } catch {
      return undefined;
    }
  }
}

// Renamed away before it is deleted: of two processes that see the same stale lock, one wins.
function discard(file: string): void {
  const aside = `${file}.${randomUUID()}`;
  try {
    renameSync(file, aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
