import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { dataDir } from './folders';
import { processIdentity } from './process-identity';
import { writeWholeSync } from './write-whole';

const port = z.number().int().positive();

const addressesSchema = z.object({
  temporal: z.object({
    address: z.string(),
    namespace: z.string(),
    uiUrl: z.string().optional(),
    /** Opens the Web UI, the codec, and the pages of mailbox, recorder and site. */
    sessionKey: z.string().optional(),
    /** Seal and open its payloads: the file is readable by its owner only. */
    encryptionKeys: z.array(z.string()).optional(),
  }),
  /** Holds the password. */
  databaseUrl: z.string(),
  mailbox: z.object({ url: z.string(), apiKey: z.string() }),
  recorder: z.object({ url: z.string(), cloudflareUrl: z.string(), hooksUrl: z.string(), apiToken: z.string() }),
  site: z.object({ url: z.string(), dir: z.string() }),
  /** Where `tocsin up` takes detections. */
  intake: z.object({ url: z.string() }).optional(),
  /** Where `tocsin up` serves the API. */
  server: z.object({ url: z.string() }).optional(),
});

/** Where the parts of a running stack are. */
export type StackAddresses = z.infer<typeof addressesSchema>;

const portsSchema = z
  .object({
    temporal: port,
    temporalUi: port,
    webUi: port,
    postgres: port,
    mailbox: port,
    recorder: port,
    site: port,
    intake: port,
    server: port,
  })
  .partial();

/** The ports that a stack takes again when they are free, so that addresses stay what they were. */
export type StackPorts = z.infer<typeof portsSchema>;

const runningSchema = addressesSchema.extend({ pid: port, identity: z.string().optional(), startedAt: z.string() });

/** A running stack: its addresses, and the process that holds it. */
export type RunningStack = z.infer<typeof runningSchema>;

const fileSchema = z.object({ ports: portsSchema.default({}), running: runningSchema.optional() });

/** The path of the file that says which stack runs on a data folder. */
export function stackFile(dir: string): string {
  return path.join(dir, 'stack.json');
}

/**
 * The stack that runs on this data folder (`TOCSIN_DATA_DIR`, else `.tocsin`), for a second shell to use.
 * Undefined when none runs; one left by a crash does not count.
 */
export function readRunningStack(dir: string = dataDir()): RunningStack | undefined {
  const { running } = read(dir);
  if (!running) return undefined;
  const identity = processIdentity(running.pid);
  return identity !== undefined && (running.identity ?? identity) === identity ? running : undefined;
}

/** The ports that the last stack on this folder used. */
export function readPorts(dir: string): StackPorts {
  return read(dir).ports;
}

/** Says that a stack runs, by this process. */
export function writeRunningStack(dir: string, ports: StackPorts, addresses: StackAddresses): void {
  const { pid } = process;
  const running: RunningStack = {
    pid,
    identity: processIdentity(pid),
    startedAt: new Date().toISOString(),
    ...addresses,
  };
  writeWholeSync(stackFile(dir), `${JSON.stringify({ ports, running }, null, 2)}\n`);
}

/** Says that no stack runs any more; keeps the ports. */
export function clearRunningStack(dir: string): void {
  writeWholeSync(stackFile(dir), `${JSON.stringify({ ports: read(dir).ports }, null, 2)}\n`);
}

function read(dir: string): z.infer<typeof fileSchema> {
  const file = stackFile(dir);
  if (!existsSync(file)) return { ports: {} };
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return { ports: {} }; // written by another version, or by hand: a stack can always start anew
  }
}
