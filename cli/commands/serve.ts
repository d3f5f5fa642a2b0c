/** `tocsin serve`: the server through which people and tools act. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { ArtefactStore } from '../../activities/storage/artefacts';
import { LOOPBACK } from '../../platform/free-port';
import { writeWholeSync } from '../../platform/write-whole';
import type { NoticeTexts } from '../../server/pages/notice-texts';
import type { RegisterReader } from '../../server/pages/register-page';
import type { RunningServer } from '../../server/start-server';
import { runningStack } from '../../settings/running-stack';
import { registeredCases } from '../cases/in-register';
import { noticeStore } from '../notice-store';
import { portFlag } from '../port-flag';
import type { Output } from '../rendering/output';
import type { CommonOptions, Shell } from '../shell';
import { untilStopped } from '../until-stopped';
import { verb } from '../verb';

interface Options extends CommonOptions {
  port?: number;
  host?: string;
}

const DEFAULT_PORT = 8440;

export function serveCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'serve',
    'Run the server through which people and tools act: it finds out who they are (TOCSIN_OIDC_ISSUER), and opens and seals ' +
      'payloads for the Web UI of Temporal. Run as many as you like.',
    'serve --port 8440   # with TEMPORAL_ADDRESS, TOCSIN_ENCRYPTION_KEYS and TOCSIN_OIDC_ISSUER set',
  )
    .option('--port <number>', `the port to listen on (default: ${DEFAULT_PORT})`, portFlag)
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1, behind a proxy that terminates TLS)')
    .action(async (options: Options) => {
      const { out } = shell;
      const { logOfProcess } = await import('../long-running.js');
      const log = logOfProcess(shell, 'server');
      const stopped = untilStopped(log);
      const { server, keyFile, board } = await runServer(
        shell,
        options.host ?? LOOPBACK,
        options.port ?? DEFAULT_PORT,
        { metrics: true },
      );
      if (options.json) out.json({ url: server.url, local: server.local, metrics: server.metricsUrl });
      else
        for (const line of [`Board: ${boardOf(server, board, out)}`, ...serverLines(server, keyFile)]) out.line(line);
      shell.log = log;
      await stopped;
      await server.stop();
    });
}

/**
 * Starts the server on the configured Temporal, else on that of the running stack. `metrics`: it shows them where the setting
 * says; within `up` it does not, as all of its parts would want the one address.
 */
export async function runServer(shell: Shell, host: string, port: number, { metrics = false } = {}) {
  // Loaded here: the server and the gRPC stack take long to load, and no other verb needs them.
  const { startServer } = await import('../../server/start-server.js');
  const { temporalTarget } = await import('../connect.js');
  const { loadServerSettings } = await import('../../settings/serve.js');
  const stack = runningStack(shell.env);
  const loaded = loadServerSettings(shell.env, stack);
  const { server: settings, callbacks, encryptionKeys, taskQueue, dataDir } = loaded;
  const { connectionOptions, namespace } = temporalTarget(shell.env);
  const temporal = { ...connectionOptions, namespace };
  const keyFile = path.join(dataDir, ...(stack?.temporal.sessionKey ? ['temporal'] : ['server']), 'session-key');
  const local = settings.oidc === undefined;
  const session = { key: local ? (stack?.temporal.sessionKey ?? kept(keyFile)) : '', who: local ? shell.by({}) : '' };
  const registered = registeredCases(shell);
  const pages = {
    policy: shell.settings.policy,
    texts: noticeReader(shell, dataDir),
    register: registerReader(shell),
    ...(registered && { registered }),
  };
  const server = await startServer({
    ...{ settings, callbacks, temporal, encryptionKeys, taskQueue, session, host, port, pages },
    ...(metrics && { metrics: loaded.metrics.address }),
    tracing: loaded.tracing,
  });
  return { server, keyFile, ...(local && { board: `${server.url}/login?key=${session.key}` }) };
}

/** Reads texts of notices where the workers store them; Postgres is asked when the first notice is looked at. */
function noticeReader(shell: Shell, dataDir: string): NoticeTexts {
  let store: Promise<ArtefactStore> | undefined;
  const reading = () => {
    store ??= noticeStore(shell, dataDir).catch((error) => {
      store = undefined;
      throw error;
    });
    return store;
  };
  return {
    async text(sha256) {
      const { thawNotice } = await import('../../activities/notices/frozen-notice.js');
      return thawNotice(await reading(), sha256);
    },
    async file(sha256) {
      return (await (await reading()).get(sha256)).toString('utf8');
    },
    async own(sha256) {
      const { listOf } = await import('../../activities/notices/own-renderings.js');
      return listOf(await reading(), sha256);
    },
  };
}

/** Reads the register in Postgres, when somebody first looks at it. */
function registerReader(shell: Shell): RegisterReader {
  return {
    async log() {
      const { readHead } = await import('../../register/read-head.js');
      const { readSigner } = await import('../../register/log/signer-row.js');
      const pool = await shell.register();
      const [{ count }, signer] = await Promise.all([readHead(pool), readSigner(pool)]);
      if (!signer?.note) return { entries: count };
      const { origin, verifierKey, size, root, note } = signer;
      return { entries: count, signed: { origin, verifierKey, size, root: root.toString('base64'), note } };
    },
    async entriesOf(caseId, from, most) {
      const { caseEntries } = await import('../../register/case-entries.js');
      return caseEntries(await shell.register(), caseId, from, most);
    },
  };
}

function kept(file: string): string {
  if (!existsSync(file)) writeWholeSync(file, `${randomBytes(24).toString('base64url')}\n`);
  return readFileSync(file, 'utf8').trim();
}

/** Where the board is. `link`: the one that lets in, only for a terminal: whatever else is printed to ends in logs. */
export function boardOf({ url }: RunningServer, link: string | undefined, { isTerminal }: Output): string {
  return (isTerminal && link) || url;
}

/** Where programs reach it, and how one is let in. */
export function serverLines({ url, local, metricsUrl }: RunningServer, keyFile: string): string[] {
  const asWho = local
    ? `Without TOCSIN_OIDC_ISSUER it serves one person on this machine, by the key in ${keyFile}: log in with it, or send Authorization: Bearer KEY. Entries say "(unauthenticated)".`
    : 'It takes bearer tokens of TOCSIN_OIDC_ISSUER.';
  return [`API and codec: ${url}`, asWho, ...(metricsUrl ? [`Metrics: ${metricsUrl}`] : [])];
}
