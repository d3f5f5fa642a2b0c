/** `tocsin up`: the embedded stack and a worker, until Ctrl-C. The only file of the client that starts the stack. */
import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { refused } from '../../client/errors';
import type { RunningIntake } from '../../detection/intake/start-intake';
import { SEARCH_ATTRIBUTES } from '../../domain/incident/contract';
import { tocsin } from '../../domain/kernel/command-lines';
import { atEnd } from '../../platform/ending';
import { dataDir } from '../../platform/folders';
import { LOOPBACK } from '../../platform/free-port';
import { isLoopbackUrl } from '../../platform/loopback-host';
import type { Stack, StackAddresses } from '../../stack';
import { addressLine, addressLines } from '../rendering/address-lines';
import type { Output } from '../rendering/output';
import type { RunningWatchdog } from '../run-watchdog';
import type { CommonOptions, Shell } from '../shell';
import { endWithin, untilStopped } from '../until-stopped';
import { verb } from '../verb';
import { intakeLines, runIntake } from './intake';
import { boardOf, runServer, serverLines } from './serve';

/** The stack and a worker in this process. */
export interface RunningTocsin {
  stack: Stack;
  /** Rejects when the worker or a server ends by a fault; resolves when the worker was stopped. */
  ended: Promise<void>;
  /** Stops the worker, then all parts that were started here. */
  stop(): Promise<void>;
  /** Where people look: Web UI (of one incident when it is given), mailbox, status page, dossiers. */
  addressLines(out: Output, incidentId?: string): string[];
}

export function upCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'up',
    'Start everything on this machine for trying Tocsin out: Temporal with its Web UI, Postgres, a mailbox, a status page, ' +
      'a worker, the watchdog, the server and the intake. Runs until Ctrl-C; what was recorded stays in the data folder.',
    'up   # its data goes into .tocsin, or the folder that TOCSIN_DATA_DIR names',
  )
    .option('--live-providers', 'use the providers that are set, such as Resend: mails and blocks are then real')
    .action(async (options: CommonOptions & { liveProviders?: boolean }) => {
      const { out } = shell;
      if (!options.liveProviders) refuseLiveProviders(shell.env);
      const { logOfProcess } = await import('../long-running.js');
      const log = logOfProcess(shell, 'up');
      const stopped = untilStopped(log);
      const running = await runStack(shell.env);
      let intake: RunningIntake | undefined;
      let watchdog: RunningWatchdog | undefined;
      let served: Awaited<ReturnType<typeof runServer>> | undefined;
      try {
        watchdog = await watch(shell.env, running.stack);
        const secret = `whsec_${randomBytes(24).toString('base64')}`;
        const { MAILBOX_SOURCE, mailboxSource } = await import('../../detection/intake/sources/mailbox-source.js');
        const port = Number(new URL(running.stack.intake!.url).port);
        intake = await runIntake(shell.env, LOOPBACK, port, [mailboxSource(secret)]);
        // What becomes of the mails in the mailbox comes back as it does from Resend.
        running.stack.mailboxServer.tellTo({ url: `${intake.url}/intake/${MAILBOX_SOURCE}`, secret });
        served = await runServer(shell, LOOPBACK, Number(new URL(running.stack.server!.url).port));
        if (options.json) {
          out.json({
            ...addressesForLogs(running.stack),
            intake: intake.url,
            server: served.server.url,
            ...(served.keyFile && { sessionKeyFile: served.keyFile }),
          });
        } else {
          out.line(addressLine('Board', boardOf(served.server, served.board, out), out));
          for (const line of running.addressLines(out)) out.line(line);
          for (const line of serverLines(served.server, served.keyFile)) out.line(line);
          for (const line of intakeLines(intake)) out.line(line);
          out.line('Ready. Declare an incident in another shell: npx tocsin declare --help');
          out.line(out.style('Ctrl-C stops everything; recorded data stays.', 'dim'));
        }
        await Promise.race([stopped, running.ended]);
      } finally {
        endWithin(log);
        await served?.server.stop();
        await intake?.stop();
        await watchdog?.stop();
        await running.stop();
      }
    });
}

/** The addresses of a stack, for scripts. What is printed ends in logs: its keys stay in the data folder. */
export function addressesForLogs({ temporal, mailbox, site }: Pick<StackAddresses, 'temporal' | 'mailbox' | 'site'>) {
  const { address, namespace, uiUrl } = temporal;
  return { temporal: { address, namespace, uiUrl }, mailbox: mailbox.url, site: site.url };
}

/** Watches over the cases of the stack, as the watchdog of a set-up of one's own does. */
async function watch(env: NodeJS.ProcessEnv, stack: Stack): Promise<RunningWatchdog> {
  const { loadWatchdogSettings } = await import('../../settings/watchdog.js');
  const { createWatchdog } = await import('../run-watchdog.js');
  const { temporalTarget } = await import('../connect.js');
  const running = createWatchdog(loadWatchdogSettings(env, stack), () => temporalTarget(env));
  running.watchdog.start();
  return running;
}

/** A stack for trying things out does not mail real people because a key happened to be set. @throws CommandError */
export function refuseLiveProviders(env: NodeJS.ProcessEnv): void {
  if (env.TEMPORAL_ADDRESS) return;
  const live = PROVIDER_KEYS.filter(({ key, baseUrl }) => env[key] && !isLoopbackUrl(env[baseUrl])).map(
    ({ key }) => key,
  );
  if (live.length === 0) return;
  const [are, them] = live.length === 1 ? ['is', 'it'] : ['are', 'them'];
  throw refused(
    `${live.join(' and ')}: ${are} set, so this stack, which is for trying things out, would mail real people, block real ` +
      `addresses, publish for all to read or have your product show it. Unset ${them}, or say that you mean it: \`${tocsin('up', { 'live-providers': true })}\``,
  );
}

const PROVIDER_KEYS = [
  { key: 'RESEND_API_KEY', baseUrl: 'RESEND_BASE_URL' },
  { key: 'CLOUDFLARE_API_TOKEN', baseUrl: 'CLOUDFLARE_BASE_URL' },
  { key: 'TOCSIN_STATUSPAGE_API_KEY', baseUrl: 'TOCSIN_STATUSPAGE_URL' },
  { key: 'TOCSIN_IN_APP_URL', baseUrl: 'TOCSIN_IN_APP_URL' },
];

/** Brings up the stack and a worker on it. What had started is stopped when something does not. */
export async function runStack(env: NodeJS.ProcessEnv): Promise<RunningTocsin> {
  // Loaded here: the servers and the native worker take long to load, and no other verb needs them.
  const { startStack } = await import('../../stack/index.js');
  const { loadWorkerSettings } = await import('../../settings/worker.js');
  const { startWorker } = await import('../run-worker.js');
  const { checkSettingsOfUp } = await import('../../settings/up.js');
  const { startTracing } = await import('../../platform/tracing/tracing.js');
  const { createLog } = await import('../../platform/log.js');
  checkSettingsOfUp(env);
  const stack = await startStack({ env, searchAttributes: SEARCH_ATTRIBUTES });
  try {
    const { connectionOptions, namespace } = stack.temporalServer;
    const settings = loadWorkerSettings(env, stack);
    // Before its parts do: they are one process.
    const tracing = startTracing(settings.tracing, 'tocsin', createLog('up'));
    const worker = await startWorker(settings, { ...connectionOptions, namespace } as never);
    return {
      stack,
      ended: Promise.race([worker.ended, stack.failed.then(serverFailed)]),
      stop: async () => {
        await worker.stop().catch(() => undefined); // a fault of the worker was told by `ended`
        await tracing.stop();
        await atEnd('the servers of the stack', stack.stop());
      },
      addressLines: (out, incidentId) => addressLines(stack, dataDir(env), out, incidentId),
    };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

function serverFailed({ message }: Error): never {
  throw refused(
    `${message}\nEverything else was stopped. Recorded data stays: start again and open incidents continue`,
  );
}
