import { spawn } from 'node:child_process';
import { guard } from './watchdog';

/** How to run a command that ends by itself. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
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
  const { cwd, env, uid, gid } = options;
  const child = spawn(command, args, { cwd, env, uid, gid, stdio: ['ignore', 'pipe', 'pipe'] });
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
