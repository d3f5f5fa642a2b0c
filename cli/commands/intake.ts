/** `tocsin intake`: the server that takes signed detections; `status` and `retry` look after its inbox. */
import type { Command } from 'commander';
import type { Source } from '../../detection/intake/config';
import type { RunningIntake } from '../../detection/intake/start-intake';
import { tocsin } from '../../domain/kernel/command-lines';
import { plural } from '../../domain/kernel/plural';
import { minuteText } from '../../domain/kernel/time';
import { LOOPBACK } from '../../platform/free-port';
import { runningStack } from '../../settings/running-stack';
import { portFlag } from '../port-flag';
import { table } from '../rendering/table';
import type { CommonOptions, Shell } from '../shell';
import { untilStopped } from '../until-stopped';
import { verb } from '../verb';
import { intakeUnknownCommand } from './intake-unknown';

interface Options extends CommonOptions {
  port?: number;
  host?: string;
}

const DEFAULT_PORT = 8420;
/** Time for a load balancer to see that `/readyz` fails, before connections are refused. */
const DRAIN_MS = 5_000;

export function intakeCommand(program: Command, shell: Shell): void {
  const intake = verb(
    program,
    'intake',
    'Run the server that receives vulnerability reports, and signed detections from the sources in TOCSIN_SOURCES.',
    'intake --port 8420   # with TOCSIN_SOURCES=examples/sources.yaml and the secrets it names set',
  )
    .option('--port <number>', `the port to listen on (default: ${DEFAULT_PORT})`, portFlag)
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1, behind a proxy that terminates TLS)')
    .action(async (options: Options) => {
      const { out } = shell;
      const { logOfProcess } = await import('../long-running.js');
      const log = logOfProcess(shell, 'intake');
      const stopped = untilStopped(log);
      const running = await runIntake(shell.env, options.host ?? LOOPBACK, options.port ?? DEFAULT_PORT);
      if (options.json) out.json({ url: running.url, sources: running.sources });
      else for (const line of intakeLines(running)) out.line(line);
      shell.log = log;
      const signal = await stopped;
      await running.stop(signal === 'SIGTERM' ? DRAIN_MS : 0);
    });

  verb(
    intake,
    'status',
    'Show detections by source and rule: what was accepted, what waits, and what was parked after failing too often.',
    'intake status',
  ).action(async (_options: CommonOptions, command: Command) => {
    const { out } = shell;
    const { countInbox, listParked } = await import('../../detection/intake/inbox/counts.js');
    const { listUntaken } = await import('../../detection/intake/inbox/untaken.js');
    const pool = await shell.register();
    const [counts, parked, untaken] = await Promise.all([countInbox(pool), listParked(pool), listUntaken(pool)]);
    if (command.optsWithGlobals().json) {
      out.json({ counts, parked });
      return;
    }
    const beside = untaken.reduce((sum, { count }) => sum + count, 0);
    const notTaken =
      beside > 0
        ? [
            `${plural(beside, 'event')} could not be taken, or only in part: \`${tocsin('intake unknown', {})}\` shows them.`,
          ]
        : [];
    if (counts.length === 0) {
      for (const line of ['No detections were accepted in the last 90 days.', ...notTaken]) out.line(line);
      return;
    }
    const rows = counts.map(({ source, state, rule, count, oldestAt }) => [
      source,
      { text: state, paint: (text: string) => (state === 'parked' ? out.style(text, 'red') : text) },
      rule ?? '',
      String(count),
      minuteText(oldestAt),
    ]);
    const columns = [
      { title: 'Source', flex: true },
      { title: 'State' },
      { title: 'Rule', flex: true },
      { title: 'Count' },
      { title: 'Oldest (UTC)' },
    ];
    out.line(table(columns, rows, out.width, (text) => out.style(text, 'dim')));
    for (const { source, eventId, problem, attempts } of parked) {
      out.line(`Parked after ${attempts} attempts: ${source} ${eventId} (${problem ?? 'unknown'})`);
    }
    if (parked.length > 0) out.line('Fix the cause, then run: npx tocsin intake retry');
    for (const line of notTaken) out.line(line);
  });

  intakeUnknownCommand(intake, shell);

  verb(intake, 'retry', 'Retry every parked detection, once what made it fail is mended.', 'intake retry').action(
    async (_options: CommonOptions, command: Command) => {
      const { retryParked } = await import('../../detection/intake/inbox/counts.js');
      const retried = await retryParked(await shell.register());
      if (command.optsWithGlobals().json) shell.out.json({ retried });
      else shell.out.line(retried > 0 ? `Retrying ${plural(retried, 'parked detection')}.` : 'Nothing is parked.');
    },
  );
}

/** Starts the intake on the configured Temporal and Postgres, else on those of the running stack. */
export async function runIntake(
  env: NodeJS.ProcessEnv,
  host: string,
  port: number,
  ownSources: readonly Source[] = [],
): Promise<RunningIntake> {
  // Loaded here: the server and the gRPC stack take long to load, and no other verb needs them.
  const { startIntake } = await import('../../detection/intake/start-intake.js');
  const { temporalTarget } = await import('../connect.js');
  const { dataConverter } = await import('../../client/codec.js');
  const { loadIntakeSettings } = await import('../../settings/intake.js');
  const settings = loadIntakeSettings(env, runningStack(env));
  const { connectionOptions, namespace } = temporalTarget(env);
  return startIntake({
    settings,
    temporal: { ...connectionOptions, namespace },
    dataConverter: dataConverter(settings.encryptionKeys),
    secrets: env,
    ownSources,
    host,
    port,
  });
}

/** Where senders send to. */
export function intakeLines({ url, sources }: RunningIntake): string[] {
  const reports = `Vulnerability reports: ${url}/security/report`;
  if (sources.length === 0)
    return [reports, `Intake on ${url}, without sources: set TOCSIN_SOURCES to a file like examples/sources.yaml`];
  return [reports, `Intake on ${url}. Sources:`, ...sources.map((name) => `  POST ${url}/intake/${name}`)];
}
