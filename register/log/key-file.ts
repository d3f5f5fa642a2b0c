/** The file with the log's signing key. Whoever reads it can sign in the log's name. */
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { SigningKeyError } from '../errors';
import { createSigner, NoteError, type NoteSigner } from '../tree/note';
import { LogKeys } from '../verifier/log-keys';

const seed = z.base64().refine((text) => Buffer.from(text, 'base64').length === 32, 'must be 32 bytes in base64');
const FileSchema = z.strictObject({
  /** The log's name: it never changes. */
  origin: z.string().min(1),
  /** Ed25519 seed of the key that signs. */
  seed,
  /** The key that a rotation under way leads to. */
  nextSeed: seed.optional(),
  /** The signed notes that led to this key, first to last. Keys that were retired are not kept. */
  rotations: z.array(z.string()),
});
type KeyFile = z.infer<typeof FileSchema>;

/** The log's signing key. */
export interface SigningKeys {
  origin: string;
  signer: NoteSigner & { verifierKey: string };
  /** The key that a rotation under way leads to. */
  nextSigner?: NoteSigner & { verifierKey: string };
  rotations: string[];
}

/** Reads the keys; undefined when there is no such file. @throws SigningKeyError when it is damaged or open to others. */
export async function readKeys(file: string): Promise<SigningKeys | undefined> {
  const content = await readKeyFile(file);
  return content && keysOf(content, file);
}

/**
 * Makes the file with a new key. Of several processes that do it at once, one wins, and all read its key.
 *
 * @param origin the log's name; without it `tocsin.invalid/` and 16 random hex digits.
 */
export async function makeKeys(file: string, origin?: string): Promise<SigningKeys> {
  const content: KeyFile = {
    origin: origin ?? `tocsin.invalid/${randomBytes(8).toString('hex')}`,
    seed: randomBytes(32).toString('base64'),
    rotations: [],
  };
  keysOf(content, file);
  await writeKeyFile(file, content, true);
  return (await readKeys(file))!;
}

/** Makes the key that the next rotation leads to, unless there is one from a rotation that was broken off. */
export async function prepareNextKey(file: string): Promise<SigningKeys> {
  const content = await readKeyFile(file);
  if (content === undefined) throw new SigningKeyError(`${file} does not exist: there is no key to rotate`);
  if (content.nextSeed === undefined) {
    content.nextSeed = randomBytes(32).toString('base64');
    await writeKeyFile(file, content);
  }
  return keysOf(content, file);
}

/** Lets the prepared key take the place of the present one, which is gone from then on. */
export async function takeNextKey(file: string, rotation: string): Promise<SigningKeys> {
  const { origin, nextSeed, rotations } = (await readKeyFile(file))!;
  const content: KeyFile = { origin, seed: nextSeed!, rotations: [...rotations, rotation] };
  const keys = keysOf(content, file);
  await writeKeyFile(file, content);
  return keys;
}

async function readKeyFile(file: string): Promise<KeyFile | undefined> {
  let text: string;
  try {
    if (((await stat(file)).mode & 0o007) !== 0) {
      throw new SigningKeyError(`every account on this machine can read ${file}: run \`chmod 600\` on it`);
    }
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return FileSchema.parse(JSON.parse(text));
  } catch {
    // Nothing of the cause is told: it may quote the file.
    throw new SigningKeyError(`${file} is damaged: restore it from a copy. Nothing is signed without it`);
  }
}

function keysOf(content: KeyFile, file: string): SigningKeys {
  const { origin, rotations } = content;
  try {
    const signer = createSigner(origin, Buffer.from(content.seed, 'base64'));
    const nextSigner = content.nextSeed ? createSigner(origin, Buffer.from(content.nextSeed, 'base64')) : undefined;
    if (LogKeys.follow(signer.verifierKey, rotations).current !== signer.verifierKey) {
      throw new NoteError('its rotations do not lead to its key');
    }
    return { origin, signer, nextSigner, rotations };
  } catch (error) {
    throw new SigningKeyError(`${file} holds no usable key: ${(error as Error).message}`);
  }
}

async function writeKeyFile(file: string, content: KeyFile, anew = false): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const aside = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(aside, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(content, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (anew) await link(aside, file).catch(unlessThere);
    else await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
