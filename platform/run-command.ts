import { spawn } from 'node:child_process';
import path from 'node:path';
import { childEnvironment } from './child-environment';
import { findOnPath } from './find-on-path';
import { guard } from './watchdog';

/** How to run a command that ends by itself. */
export interface RunOptions {
  cwd?: string;
  /** The environment whose plain part the command gets (see `childEnvironment`); that of this process by default. */
  env?: NodeJS.ProcessEnv;
  /** It downloads or builds something. */
  fetches?: boolean;
  /** Variables that it gets beside. */
  set?: Record<string, string>;
  uid?: number;
  gid?: number;
  /** The command is killed after this long. */
  timeoutMs: number;
  /** Hears each line of standard output and standard error as it comes. */
  onLine?: (line: string) => void;
}

/**
 * Runs a command to its end and answers its standard output.
 * Rejects when it cannot be started, ends with another code than 0 or outlives the timeout: the message holds the
 * command, the reason and the last lines that it wrote. The command does not outlive this process.
 */
export async function runCommand(command: string, args: string[], options: RunOptions): Promise<string> {
  const { cwd, env, set, fetches = false, uid, gid } = options;
  const program = path.isAbsolute(command) ? command : findOnPath(command, env ?? process.env);
  if (!program)
    throw new Error(`cannot run "${command}": there is none on PATH that belongs to root or to this account`);
  const given = childEnvironment(env ?? process.env, { fetches });
  const child = spawn(program, args, { cwd, env: { ...given, ...set }, uid, gid, stdio: ['ignore', 'pipe', 'pipe'] });
  const release = child.pid === undefined ? () => {} : guard(child.pid);
  let stdout = '';
  let tail = '';
  let partial = '';
  let timedOut = false;
  const hear = (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    tail = (tail + text).slice(-4_000);
    const lines = (partial + text).split(/\r?\n/);
    partial = lines.pop() ?? '';
    for (const line of lines) options.onLine?.(line);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    hear(chunk);
  });
  child.stderr.on('data', hear);
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, options.timeoutMs);
  const shown = [command, ...args].join(' ');
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', (error) => reject(new Error(`cannot run "${shown}": ${error.message}`)));
      child.once('close', (code, signal) => {
        if (code === 0) return resolve();
        const why = timedOut ? `was stopped after ${options.timeoutMs} ms` : `ended with ${signal ?? `code ${code}`}`;
        reject(new Error(`"${shown}" ${why}${tail.trim() ? `:\n${tail.trim()}` : ''}`));
      });
    });
  } finally {
    clearTimeout(timer);
    release();
  }
  return stdout;
}
