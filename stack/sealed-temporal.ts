/**
 * The Temporal of a stack: the dev server with its payloads sealed and its Web UI behind a gateway, so that no page of
 * another site and no other account commands an incident; or the one that is configured, as it is.
 */
import { randomInt } from 'node:crypto';
import path from 'node:path';
import { SealingCodec } from '../client/codec';
import { tocsin } from '../domain/kernel/command-lines';
import { LOOPBACK } from '../platform/free-port';
import { startGateway } from './gateway';
import { sealingKeys } from './keys';
import type { LocalServer } from './local-server';
import { type RunningTemporal, startTemporal, type TemporalOptions } from './temporal';

/** Where it is kept, and how the stack keeps what it must stop. */
interface Place {
  dir: string;
  ports: { temporal: number; temporalUi: number; webUi: number };
  env: NodeJS.ProcessEnv;
  /** Opens the gateway. */
  sessionKey: string;
  keep<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T>;
}

/** Of a configured Temporal only the server: its Web UI and its codec are its owner's. */
export interface SealedTemporal {
  server: RunningTemporal;
  gateway?: LocalServer;
  encryptionKeys?: string[];
  /** What people must know of it. */
  warning?: string;
}

/** Starts it. Rejects as `startTemporal` does, or when the gateway's port is taken. */
export async function startSealedTemporal(
  { dir, ports, env, sessionKey, keep }: Place,
  options: TemporalOptions,
): Promise<SealedTemporal> {
  const database = path.join(dir, 'temporal.db');
  const encryptionKeys = sealingKeys({ keys: path.join(dir, 'keys'), database }, env);
  const codecEndpoint = encryptionKeys && `http://${LOOPBACK}:${ports.temporalUi}/codec`;
  const webUi = { uiPort: ports.webUi, uiHost: untoldLoopback(), codecEndpoint };
  const server = await keep(startTemporal({ ...options, database, port: ports.temporal, ...webUi }));
  if (!server.uiUrl) return { server };
  const codec = encryptionKeys && new SealingCodec(encryptionKeys);
  const { namespace, uiUrl } = server;
  const gateway = await keep(startGateway({ port: ports.temporalUi, sessionKey, webUi: uiUrl, codec, namespace }));
  const warning =
    encryptionKeys === undefined
      ? `Warning: ${dir} holds a database and no file "keys": it is from before payloads were sealed, or the file was removed. Any ` +
        'account or process of this machine can give orders to its incidents, and what the lost keys sealed cannot be read. To ' +
        'mend it, stop and put the file back. If there is none, ' +
        `delete ${database}* and start again: keys are made. Then ` +
        `\`${tocsin('resume', { all: true })}\` brings the open incidents back from the register`
      : undefined;
  return { server, gateway, encryptionKeys, warning };
}

/**
 * A loopback address for what must not be found by whoever tries ports: the Web UI itself answers any page. Only Linux has
 * all of 127.0.0.0/8; elsewhere it is 127.0.0.1.
 */
function untoldLoopback(): string {
  if (process.platform !== 'linux') return LOOPBACK;
  return ['127', randomInt(1, 255), randomInt(1, 255), randomInt(2, 255)].join('.');
}
