/** Where the log's keys, the signer's memory and the published log are. */
import path from 'node:path';
import { dataDir } from '../../platform/folders';

export interface LogSettings {
  /** The signing key, and the rotations that led to it. A secret; outside the database. */
  keysFile: string;
  /** What the signer remembers; outside the database, shared by all workers. */
  stateFile: string;
  /** The published log: tiles, entry bundles, checkpoint, rotations. */
  dir: string;
  /** The log's name for a key that is made now. */
  origin?: string;
  /** Whether a missing key is made. Not in production: each worker that has lost its folder would begin another log. */
  makeKey: boolean;
}

/** Reads TOCSIN_LOG_KEYS, TOCSIN_LOG_STATE, TOCSIN_LOG_DIR, TOCSIN_LOG_ORIGIN, TOCSIN_ENV and TOCSIN_DATA_DIR. */
export function logSettings(env: NodeJS.ProcessEnv = process.env): LogSettings {
  const dir = registerDir(env);
  return {
    keysFile: env.TOCSIN_LOG_KEYS || path.join(dir, 'signing-keys.json'),
    stateFile: env.TOCSIN_LOG_STATE || path.join(dir, 'signer.json'),
    dir: env.TOCSIN_LOG_DIR || path.join(dir, 'log'),
    origin: env.TOCSIN_LOG_ORIGIN || undefined,
    makeKey: env.TOCSIN_ENV !== 'production',
  };
}

/** The folder of what the register keeps outside its database. */
export function registerDir(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(dataDir(env), 'register');
}
