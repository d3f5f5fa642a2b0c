import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { packageRoot } from './package-root';

/** What the watchdog does with a process when this one is gone: first `signal`, then SIGKILL after `graceMs`. */
export interface GuardOptions {
  signal?: NodeJS.Signals;
  graceMs?: number;
}

let watchdog: (ChildProcess & { stdin: Writable }) | undefined;

/**
 * Makes sure that a child process does not outlive this one, however this one ends: exit, signal, crash or `kill -9`.
 * One small detached process a parent holds the other end of a pipe; when the pipe closes it stops what is still
 * registered. `target` is a process id, or the path of a file that will hold one (for a child that others start).
 * Answers a function that ends the guard: call it as soon as the child is gone, for its id may be given again.
 */
export function guard(target: number | string, options: GuardOptions = {}): () => void {
  const entry = { target, signal: options.signal ?? 'SIGTERM', graceMs: options.graceMs ?? 5_000 };
  tell({ add: entry });
  return () => tell({ remove: target });
}

function tell(message: object): void {
  if (!watchdog || watchdog.exitCode !== null || watchdog.signalCode !== null) watchdog = start();
  watchdog.stdin.write(`${JSON.stringify(message)}\n`);
}

function start(): ChildProcess & { stdin: Writable } {
  const script = path.join(packageRoot(), 'platform', 'watchdog-child.js');
  const child = spawn(process.execPath, [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} });
  const stdin = child.stdin as Writable & { unref?: () => void };
  stdin.on('error', () => {}); // it was killed: the next message starts another
  child.on('error', () => {});
  child.unref();
  stdin.unref?.();
  return child as ChildProcess & { stdin: Writable };
}
