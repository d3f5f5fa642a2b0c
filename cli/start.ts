/**
 * `npm start`: the whole product at once. Brings up the stack and a worker, plays the leaked deploy key as an exercise,
 * prints the live timeline, the register entry, its verification, and where to look.
 * With `--once` it stops everything and ends: exit code 0 when every commitment was kept and the register verifies, else 1.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { connectTo } from '../client/connect';
import { newIncidentId } from '../client/incident-id';
import { dataDir } from '../platform/folders';
import { packageRoot } from '../platform/package-root';
import { createPrivately } from '../platform/private-files';
import { loadPolicy } from '../policy/load-policy';
import { createPool } from '../postgres/pool';
import { knownCheckpoints } from '../register/anchors/known-checkpoints';
import { openLog } from '../register/log/open-log';
import { readIncidentEvents } from '../register/read-incident';
import { groupEntry } from '../register/show';
import { verifyAnchored } from '../register/verify';
import { loadWorkerSettings } from '../settings/worker';
import { exerciseStart } from './commands/exercise';
import { gradeLines } from './commands/exercise/grade-lines';
import { DEFAULT_SPEED, playExercise } from './commands/exercise/play';
import { readScenario } from './commands/exercise/scenario';
import { verificationLines } from './commands/register/verify';
import { type RunningTocsin, refuseLiveProviders, runStack } from './commands/up';
import { describeError } from './describe-error';
import { readInput } from './input';
import { logOfProcess } from './long-running';
import { Output } from './rendering/output';
import { recordLines } from './rendering/record-lines';
import { wrap } from './rendering/table';
import { Shell } from './shell';
import { signAndAnchor } from './sign-and-anchor';
import { endWithin, untilStopped } from './until-stopped';

const SCENARIO = path.join('examples', 'leaked-deploy-key.yaml');

async function main(): Promise<number> {
  createPrivately();
  const out = new Output(process.stdout);
  const { once } = parseArgs({ options: { once: { type: 'boolean', default: false } } }).values;
  // One promise for the whole run: Ctrl-C ends it in order at any time.
  const log = logOfProcess(new Shell(), 'up');
  const stopped = untilStopped(log);
  const early = new AbortController();
  const heading = (text: string) => {
    for (const line of ['', ...wrap(text, out.width).map((part) => out.style(part, 'bold'))]) out.line(line);
  };

  // It stays up after the exercise, and takes incidents then.
  refuseLiveProviders(process.env);
  out.line(out.style('Tocsin', 'bold'));
  const running = await runStack(process.env);
  let ok: boolean | undefined;
  try {
    const finished = await Promise.race([exercise(running, out, heading, early.signal), stopped, running.ended]);
    if (typeof finished !== 'object') {
      early.abort();
      return 1;
    }
    if (!once) {
      heading('Where to look');
      for (const line of running.addressLines(out, finished.id)) out.line(line);
      out.line();
      const how = process.stdin.isTTY
        ? 'Ctrl-C stops everything'
        : 'Not a terminal and no --once: everything keeps running until a signal';
      out.line(out.style(`${how}; recorded data stays. In another shell: npx tocsin list`, 'dim'));
      await Promise.race([stopped, running.ended]);
      return 0;
    }
    ok = finished.ok;
  } finally {
    endWithin(log);
    await running.stop();
  }
  for (const line of ['', ...wrap(stoppedText(dataDir(process.env)), out.width)]) out.line(line);
  return ok ? 0 : 1;
}

/** In place of addresses, which lead nowhere once everything is stopped. */
function stoppedText(folder: string): string {
  return `Everything that was started here was stopped; recorded data stays, mails and dossiers in ${folder}. To look around, run npm start (without --once).`;
}

async function exercise(
  running: RunningTocsin,
  out: Output,
  heading: (text: string) => void,
  signal: AbortSignal,
): Promise<{ id: string; ok: boolean }> {
  const { stack } = running;
  const { connectionOptions, namespace, address, chosen } = stack.temporalServer;
  const settings = loadWorkerSettings(process.env, stack);
  const client = await connectTo(
    { connectionOptions, namespace, address, origin: chosen },
    settings.encryptionKeys,
    settings.taskQueue,
  );
  const pool = createPool(settings.databaseUrl);
  try {
    const policy = loadPolicy(settings.policy);
    const id = newIncidentId(new Date(), 'EX');
    const file = path.join(packageRoot(), SCENARIO);
    const scenario = readScenario(
      { ...readInput(file), file: SCENARIO },
      { id, detectedAt: exerciseStart() },
      policy.pack,
    );
    heading(`Exercise ${id}: ${scenario.title}`);
    out.line(
      out.style(`Times are T+ since detection; waiting is compressed to ${DEFAULT_SPEED / 3600} h per second.`, 'dim'),
    );
    const graded = await playExercise(client, { scenario, policy, speed: DEFAULT_SPEED, out, signal });

    heading('Commitments');
    for (const line of gradeLines(graded, out)) out.line(line);
    heading('Register entry');
    for (const line of recordLines(groupEntry(await readIncidentEvents(pool, id)), out)) out.line(line);
    heading('Verification of the register');
    const log = await openLog(pool, settings.signing.log);
    await signAndAnchor(new Shell(), log);
    const verification = await verifyAnchored(pool, (await knownCheckpoints(log, settings.signing.anchors)).known);
    for (const line of verificationLines(verification, out)) out.line(line);
    return { id, ok: graded.ok && verification.ok };
  } finally {
    await Promise.allSettled([client.close(), pool.end()]);
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const told = describeError(error);
    new Output(process.stderr).line(
      `error: ${[told.message, ...told.problems.map((each) => `  - ${each}`)].join('\n')}`,
    );
    process.exitCode = 1;
  },
);
