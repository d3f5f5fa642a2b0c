/** A witness on loopback (C2SP tlog-witness), for tests, benches and for trying one out: it keeps what it saw in memory. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../platform/free-port';
import { type Checkpoint, CheckpointError, openCheckpoint } from '../register/tree/checkpoint';
import { verifyConsistency } from '../register/tree/merkle';
import { createCosigner, parseVerifierKey, signatureLine } from '../register/tree/note';

const MAX_BODY_BYTES = 64 * 1024;
const MAX_PROOF_LINES = 63;

export interface LocalWitness {
  url: string;
  verifierKey: string;
  /** The last checkpoint that it has cosigned, by origin. */
  seen: Map<string, Checkpoint>;
  /** How often it was asked. */
  asked(): number;
  /** While set, every answer is this status. */
  failWith(status: number | undefined): void;
  stop(): Promise<void>;
}

/** @param logKeys verifier keys of the logs that it witnesses. */
export async function startWitness(name: string, seed: Buffer, logKeys: readonly string[]): Promise<LocalWitness> {
  const cosigner = createCosigner(name, seed, () => new Date());
  const seen = new Map<string, Checkpoint>();
  let [asked, failing]: [number, number | undefined] = [0, undefined];

  const answer = (body: string): { status: number; type?: string; text: string } => {
    const blank = body.indexOf('\n\n');
    const [first, ...proofLines] = body.slice(0, blank).split('\n');
    const note = body.slice(blank + 2);
    const old = /^old (0|[1-9]\d*)$/.exec(first ?? '');
    if (blank < 0 || !old || proofLines.length > MAX_PROOF_LINES) return { status: 400, text: 'malformed request\n' };
    const oldSize = Number(old[1]);
    const logs = logKeys.map(parseVerifierKey).filter((log) => log.name === note.split('\n')[0]);
    if (logs.length === 0) return { status: 404, text: 'unknown log\n' };
    const checkpoint = logs.map((log) => opened(note, log)).find((each) => each !== undefined);
    if (checkpoint === undefined) return { status: 403, text: 'no trusted key has signed it\n' };
    const { origin, size, root } = checkpoint;
    if (oldSize > size) return { status: 400, text: 'the old size is above the new one\n' };
    const last = seen.get(origin);
    if (oldSize !== (last?.size ?? 0) || (size === last?.size && !root.equals(last.root))) {
      return { status: 409, type: 'text/x.tlog.size', text: `${last?.size ?? 0}\n` };
    }
    const proof = proofLines.map((line) => Buffer.from(line, 'base64'));
    const continues =
      last === undefined || oldSize === 0
        ? proof.length === 0
        : verifyConsistency({ oldSize, oldRoot: last.root, newSize: size, newRoot: root }, proof);
    if (!continues) return { status: 422, text: 'the proof does not hold\n' };
    seen.set(origin, checkpoint);
    const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
    return { status: 200, text: signatureLine(cosigner, cosigner.sign(text)) };
  };

  const server = createServer((request, response) => {
    asked++;
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    });
    request.on('end', () => {
      const there = request.method === 'POST' && request.url === '/add-checkpoint';
      const { status, type, text } =
        failing !== undefined
          ? { status: failing, type: undefined, text: '' }
          : there
            ? answer(Buffer.concat(chunks).toString('utf8'))
            : { status: 404, type: undefined, text: '' };
      response.writeHead(status, { 'content-type': type ?? 'text/plain; charset=utf-8' }).end(text);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  return {
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    verifierKey: cosigner.verifierKey,
    seen,
    asked: () => asked,
    failWith: (status) => (failing = status),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function opened(note: string, log: ReturnType<typeof parseVerifierKey>): Checkpoint | undefined {
  try {
    return openCheckpoint(note, log);
  } catch (error) {
    if (error instanceof CheckpointError) return undefined;
    throw error;
  }
}
