/** The long-running commands as processes of their own, beside a `RealWorld`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../platform/package-root';
import { shellEnv } from '../faults/commands';
import { afterFile } from './helpers';
import type { RealWorld } from './real-world';
import { until } from './until';

export interface TocsinProcess {
  name: string;
  child: ChildProcess;
  out(): string;
  /** The lines of its standard error. */
  log(): string[];
  /** How it ended, and when. */
  ended: Promise<{ code: number | null; signal: string | null; at: number }>;
}

/** What each prints once it runs. */
const READY = {
  worker: 'Worker on queue',
  serve: 'API and codec',
  intake: 'Intake on',
  watchdog: 'Looking every',
} as const;

/** Of the source `edge` of the intake. */
export const EDGE_SECRET = `whsec_${Buffer.from('a secret of these tests alone').toString('base64')}`;

/** Starts one and waits until it runs. It ends with the file. */
export async function startTocsin(
  world: RealWorld,
  name: keyof typeof READY,
  env: NodeJS.ProcessEnv = {},
): Promise<TocsinProcess> {
  const args = name === 'serve' || name === 'intake' ? [name, '--port', '0'] : [name];
  const child = spawn(process.execPath, [path.join(packageRoot(), 'bin', 'tocsin.js'), ...args], {
    env: {
      ...shellEnv(world),
      TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml',
      ...(name === 'intake' && { TOCSIN_SOURCES: sources(world), EDGE_SECRET }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<Awaited<TocsinProcess['ended']>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, at: Date.now() }));
  });
  afterFile(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  await until(
    `${name} runs`,
    () => out.includes(READY[name]),
    90_000,
    () => `${out}\n${err}`,
  );
  return { name, child, out: () => out, log: () => err.split('\n').filter((line) => line !== ''), ended };
}

function sources(world: RealWorld): string {
  const file = path.join(world.dir, 'sources.yaml');
  writeFileSync(file, 'sources: { edge: { format: standard-webhooks, secrets: [{ env: EDGE_SECRET }] } }\n');
  return file;
}
