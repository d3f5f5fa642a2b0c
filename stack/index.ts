import path from 'node:path';
import { tryLock } from '../platform/file-lock';
import { dataDir } from '../platform/folders';
import { freePort, LOOPBACK } from '../platform/free-port';
import { privateFolder } from '../platform/private-files';
import { reportStep } from '../platform/report-step';
import {
  clearRunningStack,
  readPorts,
  readRunningStack,
  type StackAddresses,
  type StackPorts,
  writeRunningStack,
} from '../platform/stack-file';
import { type CloudflareRecorder, startCloudflareRecorder } from './cloudflare-recorder';
import { sessionKey } from './keys';
import { type Mailbox, startMailbox } from './mailbox';
import { type RunningPostgres, startPostgres } from './postgres';
import { postgresAccount } from './postgres-account';
import { startSealedTemporal } from './sealed-temporal';
import { startSite } from './site';
import type { RunningTemporal, SearchAttributes } from './temporal';

export { type RunningStack, readRunningStack, type StackAddresses } from '../platform/stack-file';

/** The keys that the local stand-ins take. They open nothing: both listen on loopback and send nothing on. */
export const LOCAL_API_KEY = 're_local_mailbox';
export const LOCAL_API_TOKEN = 'local-recorder-token';

/** How to bring up the stack. */
export interface StackOptions {
  /** The data folder; `TOCSIN_DATA_DIR`, else `.tocsin`. */
  dir?: string;
  /** Search attributes that Temporal must know. */
  searchAttributes?: SearchAttributes;
  /** Secrets in force at the recorder's start, by Cloudflare token id: for exercises that rotate one. */
  recorderTokens?: Record<string, string>;
  /** The environment to read settings from; that of the process by default. */
  env?: NodeJS.ProcessEnv;
}

/** Where live incidents send to. Exercises use `mailbox` and `recorder`, whatever is set here. */
export interface LiveTargets {
  resend: { apiKey: string; baseUrl?: string };
  cloudflare: { apiToken: string; baseUrl?: string };
}

/** The stack when it is up. */
export interface Stack extends StackAddresses {
  temporalServer: RunningTemporal;
  postgresServer: RunningPostgres;
  mailboxServer: Mailbox;
  recorderServer: CloudflareRecorder;
  live: LiveTargets;
  /** Resolves when a server that was started here ends though nobody stopped it. */
  failed: Promise<Error>;
  /** Stops all parts that this call started. Workers must be stopped before. */
  stop(): Promise<void>;
}

/**
 * Brings up all parts side by side, each by its own fallback chain, and reports each as a step on standard error.
 * Ports are free ones at first and stay the same from then on (`stack.json` in the data folder, which also tells a
 * second shell where the parts are). The mailbox and the recorder always start, as exercises use nothing else.
 * Rejects when a stack already runs on the folder, or when a part does not start: then what had started is stopped.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const env = options.env ?? process.env;
  const dir = path.resolve(options.dir ?? dataDir(env));
  const wide = privateFolder(dir, passage(env));
  if (wide !== undefined)
    process.stderr.write(`${dir} was open to others (mode ${wide.toString(8)}): it is closed now\n`);
  const held = tryLock(path.join(dir, 'stack.lock'));
  if (!('release' in held)) {
    const where = readRunningStack(dir);
    throw new Error(
      `a Tocsin stack already ${where ? 'runs' : 'starts'} on ${dir} (process ${held.pid}${where?.temporal.uiUrl ? `, Web UI ${where.temporal.uiUrl}` : ''}): ` +
        'use it, stop it, or give another folder in TOCSIN_DATA_DIR',
    );
  }
  const parts: { stop(): Promise<void> }[] = [];
  const stopAll = async () => {
    const results = await Promise.allSettled(parts.splice(0).map((part) => part.stop()));
    clearRunningStack(dir);
    held.release();
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  };
  const keep = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    parts.push(part);
    return part;
  };
  try {
    const ports = await choosePorts(readPorts(dir));
    const key = sessionKey(path.join(dir, 'temporal', 'session-key'));
    const start = {
      temporal: reportStep('Temporal', (step) => {
        const { searchAttributes } = options;
        const at = { dir: path.join(dir, 'temporal'), ports, env, sessionKey: key, keep };
        return startSealedTemporal(at, { searchAttributes, env, step });
      }),
      postgres: reportStep('Postgres', (step) =>
        keep(startPostgres({ dir: path.join(dir, 'postgres'), port: ports.postgres, env, step })),
      ),
      mailbox: reportStep('Mailbox', async (step) => {
        const mailbox = await keep(
          startMailbox({ dir: path.join(dir, 'mailbox'), port: ports.mailbox, apiKey: LOCAL_API_KEY, sessionKey: key }),
        );
        step.chose(
          env.RESEND_API_KEY ? `local for exercises; RESEND_API_KEY for live incidents` : `local, ${mailbox.url}`,
        );
        return mailbox;
      }),
      recorder: reportStep('Cloudflare', async (step) => {
        const tokens = { local: LOCAL_API_TOKEN, ...options.recorderTokens };
        const recorder = await keep(
          startCloudflareRecorder({ dir: path.join(dir, 'recorder'), port: ports.recorder, tokens, sessionKey: key }),
        );
        step.chose(
          env.CLOUDFLARE_API_TOKEN
            ? `recorder for exercises; CLOUDFLARE_API_TOKEN for live incidents`
            : `recorder, ${recorder.url}`,
        );
        return recorder;
      }),
      site: reportStep('Site', async (step) => {
        const site = await keep(startSite({ dir: path.join(dir, 'site'), port: ports.site, sessionKey: key }));
        step.chose(`status page and dossiers, ${site.url}`);
        return site;
      }),
    };
    await Promise.allSettled(Object.values(start)); // so that none starts after what follows a failure
    const [temporal, postgres, mailbox, recorder, site] = await Promise.all([
      start.temporal,
      start.postgres,
      start.mailbox,
      start.recorder,
      start.site,
    ]);
    if (temporal.warning) process.stderr.write(`${temporal.warning}\n`);
    const addresses: StackAddresses = {
      temporal: {
        address: temporal.server.address,
        namespace: temporal.server.namespace,
        uiUrl: temporal.gateway?.url,
        sessionKey: key,
        encryptionKeys: temporal.encryptionKeys,
      },
      databaseUrl: postgres.url,
      mailbox: { url: mailbox.url, apiKey: LOCAL_API_KEY },
      recorder: {
        url: recorder.url,
        cloudflareUrl: recorder.cloudflareUrl,
        hooksUrl: recorder.hooksUrl,
        apiToken: LOCAL_API_TOKEN,
      },
      site: { url: site.url, dir: path.join(dir, 'site') },
      intake: { url: `http://${LOOPBACK}:${ports.intake}` },
      server: { url: `http://${LOOPBACK}:${ports.server}` },
    };
    writeRunningStack(dir, ports, addresses);
    return {
      ...addresses,
      temporalServer: temporal.server,
      postgresServer: postgres,
      mailboxServer: mailbox,
      recorderServer: recorder,
      live: liveTargets(env, addresses),
      failed: Promise.race([temporal.server, postgres].flatMap((part) => part.failed ?? [])),
      stop: stopAll,
    };
  } catch (error) {
    await stopAll().catch(() => {}); // the reason it did not start says more
    throw error;
  }
}

/** The account of the embedded Postgres, which passes through the data folder to its own. */
function passage(env: NodeJS.ProcessEnv): { gid: number } | undefined {
  if (env.DATABASE_URL) return undefined;
  try {
    return postgresAccount();
  } catch {
    return undefined; // The start of Postgres says why.
  }
}

/** Where live incidents send to: the real services when their keys are set, else the local stand-ins. */
export function liveTargets(env: NodeJS.ProcessEnv, local: Pick<StackAddresses, 'mailbox' | 'recorder'>): LiveTargets {
  return {
    resend: env.RESEND_API_KEY
      ? { apiKey: env.RESEND_API_KEY, baseUrl: env.RESEND_BASE_URL }
      : { apiKey: local.mailbox.apiKey, baseUrl: local.mailbox.url },
    cloudflare: env.CLOUDFLARE_API_TOKEN
      ? { apiToken: env.CLOUDFLARE_API_TOKEN, baseUrl: env.CLOUDFLARE_BASE_URL }
      : { apiToken: local.recorder.apiToken, baseUrl: local.recorder.cloudflareUrl },
  };
}

async function choosePorts(before: StackPorts): Promise<Required<StackPorts>> {
  const names = [
    'temporal',
    'temporalUi',
    'webUi',
    'postgres',
    'mailbox',
    'recorder',
    'site',
    'intake',
    'server',
  ] as const;
  const ports: StackPorts = {};
  for (const name of names) {
    let port = await freePort(before[name]);
    while (Object.values(ports).includes(port)) port = await freePort();
    ports[name] = port;
  }
  return ports as Required<StackPorts>;
}
