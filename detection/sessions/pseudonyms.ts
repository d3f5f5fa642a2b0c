import { createHmac, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What stands in for accounts and sessions, outside of the platform itself. */
export interface Pseudonyms {
  /** `acct_` and 20 hex digits: the same for the same account as long as the key is. */
  account(actor: string): string;
  /** `sess_` and 20 hex digits. */
  session(sessionId: string): string;
}

const DIGITS = 20;

/** Pseudonyms by HMAC-SHA256: without the key nobody can try accounts until one fits. */
export function createPseudonyms(key: Buffer): Pseudonyms {
  const told = (kind: string, text: string) =>
    `${kind}_${createHmac('sha256', key).update(`${kind}\0${text}`, 'utf8').digest('hex').slice(0, DIGITS)}`;
  return {
    account: (actor) => told('acct', actor.normalize('NFC')),
    session: (sessionId) => told('sess', sessionId),
  };
}

/** The fewest bytes of a key that somebody gives. */
export const LEAST_KEY_BYTES = 16;

/**
 * The key of pseudonyms: `configured` (text of at least 16 bytes), else a random one that is made once and kept in the
 * data folder, readable by its owner only. Processes that start at once get the same one.
 */
export function pseudonymKey(dataDir: string, configured?: string): Buffer {
  if (configured !== undefined) return Buffer.from(configured, 'utf8');
  const file = path.join(dataDir, 'pseudonym.key');
  return readKey(file) ?? makeKey(file);
}

function readKey(file: string): Buffer | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new Error(`${file} holds no key of 64 hex digits: restore it, as other keys make other pseudonyms`);
}

/** Written aside and linked into place: whoever links first has made it, and nobody reads half of one. */
function makeKey(file: string): Buffer {
  mkdirSync(path.dirname(file), { recursive: true });
  const own = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(own, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(own, { force: true });
  }
  return readKey(file)!;
}
