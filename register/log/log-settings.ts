/** Where the log's keys, the signer's memory and the published log are, and how often the log is signed. */

import path from 'node:path';
import { z } from 'zod';
import { tocsin } from '../../domain/kernel/command-lines';
import { fixedLength } from '../../domain/kernel/time';
import { type Surroundings, settingsGroup, text, variable } from '../../platform/settings/variable';

export interface LogSettings {
  /** The signing key, and the rotations that led to it. A secret; outside the database. */
  keysFile: string;
  /** What the signer remembers; outside the database. */
  stateFile: string;
  /** The published log: tiles, entry bundles, checkpoint, rotations. */
  dir: string;
  /** The register's guards as they were last seen. */
  guardsFile: string;
  /** The log's name for a key that is made now. */
  origin?: string;
  /** Whether a missing key is made. Not in production: each worker that has lost its folder would begin another log. */
  makeKey: boolean;
}

/** The folder of what the register keeps outside its database. */
export function registerDir({ dataDir }: Pick<Surroundings, 'dataDir'>): string {
  return path.join(dataDir, 'register');
}

/** Where the log is published. */
export function publishedLogDir(values: { TOCSIN_LOG_DIR?: string }, at: Pick<Surroundings, 'dataDir'>): string {
  return values.TOCSIN_LOG_DIR ?? path.join(registerDir(at), 'log');
}

export const logVariables = {
  TOCSIN_LOG_KEYS: variable('The file with the signing key. Keep a copy where the database is not.', text, {
    unset: `\`register/signing-keys.json\` in the data folder, made at the first start; in production by \`${tocsin('register keys create', {})}\``,
  }),
  TOCSIN_LOG_STATE: variable('The file with what the signer remembers; each worker may have its own.', text, {
    unset: '`register/signer.json` in the data folder',
  }),
  TOCSIN_LOG_DIR: variable('The folder in which the log is published: checkpoints and hashes only.', text, {
    unset: '`register/log` in the data folder',
  }),
  TOCSIN_LOG_ORIGIN: variable(
    'The name of the log, like `register.example.com/incidents`. A log keeps its name.',
    text,
    {
      unset: '`tocsin.invalid/` and random digits',
    },
  ),
};

export const logSettings = settingsGroup({
  title: 'The signed log',
  unset: `in the data folder, its key made at the first start; in production \`${tocsin('register keys create', {})}\` makes it`,
  variables: logVariables,
  build(values, at): LogSettings {
    const dir = registerDir(at);
    return {
      keysFile: values.TOCSIN_LOG_KEYS ?? path.join(dir, 'signing-keys.json'),
      stateFile: values.TOCSIN_LOG_STATE ?? path.join(dir, 'signer.json'),
      dir: publishedLogDir(values, at),
      guardsFile: path.join(dir, 'guards.json'),
      origin: values.TOCSIN_LOG_ORIGIN,
      makeKey: !at.production,
    };
  },
});

/** When a worker signs. */
export const signingRhythm = settingsGroup({
  title: 'When the log is signed',
  unset: 'every 10 seconds or 256 entries, whichever is first',
  variables: {
    TOCSIN_LOG_EVERY: variable(
      'How long an entry waits at most for its signature.',
      fixedLength(1_000, 'a second or more, like PT10S'),
      { default: 'PT10S' },
    ),
    TOCSIN_LOG_EVERY_ENTRIES: variable(
      'How many entries wait at most.',
      z
        .string()
        .regex(/^[1-9]\d{0,8}$/, 'must be a whole number above zero')
        .transform(Number),
      { default: '256' },
    ),
  },
  build: (values) => ({ everyMs: values.TOCSIN_LOG_EVERY, everyEntries: values.TOCSIN_LOG_EVERY_ENTRIES }),
});
