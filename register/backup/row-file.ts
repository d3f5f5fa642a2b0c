/** A table in a file: each row as Postgres writes it, as a JSON string on a line of its own, compressed. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { BackupError } from '../errors';

/** Rows and hash of a file that was written. */
export interface WrittenRows {
  rows: number;
  sha256: string;
}

/** Streams rows into a new file that only its owner may read, forced to disk. */
export async function writeRows(file: string, batches: AsyncIterable<string[]>): Promise<WrittenRows> {
  let rows = 0;
  const digest = createHash('sha256');
  const lines = async function* () {
    for await (const batch of batches) {
      rows += batch.length;
      yield `${batch.map((row) => JSON.stringify(row)).join('\n')}\n`;
    }
  };
  const hashing = new Transform({
    transform(chunk: Buffer, _, done) {
      digest.update(chunk);
      done(undefined, chunk);
    },
  });
  await pipeline(Readable.from(lines()), createGzip(), hashing, createWriteStream(file, { flags: 'wx', mode: 0o600 }));
  const handle = await open(file, 'r');
  await handle.sync().finally(() => handle.close());
  return { rows, sha256: digest.digest('hex') };
}

/** SHA-256 of a file, in hex. */
export async function hashOf(file: string): Promise<string> {
  const digest = createHash('sha256');
  await pipeline(createReadStream(file), digest);
  return digest.digest('hex');
}

const BATCH_CHARS = 4_000_000;
const BATCH_ROWS = 2_000;

/** Streams the rows of a file in batches of bounded size. @throws BackupError naming the file when it is no such file. */
export async function* readRows(file: string): AsyncGenerator<string[]> {
  let batch: string[] = [];
  let chars = 0;
  try {
    for await (const line of linesOf(file)) {
      const row: unknown = JSON.parse(line);
      if (typeof row !== 'string') throw new SyntaxError('a line holds no text');
      batch.push(row);
      chars += row.length;
      if (chars < BATCH_CHARS && batch.length < BATCH_ROWS) continue;
      yield batch;
      [batch, chars] = [[], 0];
    }
  } catch (error) {
    const { code } = error as { code?: string };
    if (!(error instanceof SyntaxError) && !code?.startsWith('Z_')) throw error;
    throw new BackupError(`${file} is damaged: ${(error as Error).message}`);
  }
  if (batch.length > 0) yield batch;
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const text = createGunzip();
  source.on('error', (error) => text.destroy(error));
  source.pipe(text);
  text.setEncoding('utf8');
  let rest = '';
  for await (const chunk of text) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') throw new SyntaxError('it ends within a line');
}
