import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { failure } from '../failures';
import { postSigned } from './providers/signed-webhook';
import type { SignedWebhookConfig } from './signed-webhook-config';

/** Where secrets are kept. Names are like `postgres-role/deploy`. Nothing else in Tocsin ever holds a secret. */
export interface VaultPort {
  /** False for a vault that only takes: `get` then knows nothing, and no notes of a rotation are kept in it. */
  readonly readable: boolean;
  /** Keeps a secret under a name, replacing the one before. It is safe on disk, or accepted, when this returns. */
  put(name: string, secret: string): Promise<void>;
  /** The secret under a name. Undefined when there is none, and always where a vault cannot be read. */
  get(name: string): Promise<string | undefined>;
  /** Forgets a secret, where the vault can. */
  remove(name: string): Promise<void>;
}

/**
 * A vault in a folder: the folder is 0700, each file 0600, and a file is replaced whole or not at all. File names are
 * readable names with a hash, so that no name leads out of the folder or meets another one.
 * Throws when the folder belongs to somebody else.
 */
export function fileVault(folder: string): VaultPort {
  const fileOf = (name: string) => {
    const readable = name.replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 80);
    return path.join(folder, `${readable}.${createHash('sha256').update(name).digest('hex').slice(0, 16)}`);
  };
  return {
    readable: true,
    async put(name, secret) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const { uid } = await stat(folder);
      if (process.getuid && uid !== process.getuid()) {
        throw failure('ContainmentDenied', 'the vault folder belongs to another user: give Tocsin a folder of its own');
      }
      await chmod(folder, 0o700);
      const temporary = `${fileOf(name)}.${randomBytes(6).toString('hex')}.tmp`;
      try {
        const handle = await open(temporary, 'wx', 0o600);
        try {
          await handle.writeFile(secret, 'utf8');
          await handle.sync();
        } finally {
          await handle.close();
        }
        await rename(temporary, fileOf(name));
      } finally {
        await rm(temporary, { force: true });
      }
    },
    async get(name) {
      try {
        return await readFile(fileOf(name), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    async remove(name) {
      await rm(fileOf(name), { force: true });
    },
  };
}

/**
 * A vault behind a signed webhook: `{ type: "secret.put", name, secret }`, which the receiver stores and answers with
 * 2xx. It cannot be read, so that a retry may rotate once more, and the old secret cannot be tested.
 */
export function webhookVault(config: SignedWebhookConfig, timeoutMs: number): VaultPort {
  return {
    readable: false,
    async put(name, secret) {
      const messageId = createHash('sha256').update(`${name}\n${secret}\n${config.secret}`).digest('hex').slice(0, 32);
      const answer = await postSigned(config, `secret_${messageId}`, { type: 'secret.put', name, secret }, timeoutMs);
      if (answer.status >= 200 && answer.status < 300) return;
      throw failure(
        'ContainmentDenied',
        `the vault webhook answered ${answer.status} to secret.put for ${name}: make it accept signed messages with 2xx`,
      );
    },
    async get() {
      return undefined;
    },
    async remove() {},
  };
}
