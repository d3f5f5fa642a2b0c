/** The register's log, ready to be signed and proved from: its keys, its published files, its checkpoints. */

import type { Pool } from 'pg';
import { tocsin } from '../../domain/kernel/command-lines';
import { NoLogError, NotSignedError, SigningKeyError } from '../errors';
import type { NodeReader } from '../tree/merkle';
import { LogKeys } from '../verifier/log-keys';
import { noteRecord, splitNotes } from '../verifier/notes';
import { checkpointOf } from './anchor';
import { makeKeys, readKeys, type SigningKeys } from './key-file';
import type { LogSettings } from './log-settings';
import { createFolderStore, type LogStore } from './log-store';
import { publishedNodes } from './published-nodes';
import { registerLeaves, registerSize } from './register-leaves';
import { underSignLock } from './sign-lock';
import { CHECKPOINT, type SignedLog, signLog } from './sign-log';
import { readSignerState } from './signer-state';

/** The names under which the key that signs now and the rotations that led to it are published. */
export const VERIFIER_KEY = 'vkey';
export const ROTATIONS = 'rotations';

const POLL_MS = 200;
/** How long a call waits for another signer to end. */
const LOCK_WAIT_MS = 60_000;

export interface RegisterLog {
  /** The log's name. */
  readonly origin: string;
  /** The key that checkpoints of now verify with. */
  readonly verifierKey: string;
  /** Signed notes that lead from the first key to the present one. */
  readonly rotations: readonly string[];
  readonly store: LogStore;
  /** Whether the signing key is at hand. */
  readonly canSign: boolean;
  /**
   * Signs the register as it stands, and publishes it.
   *
   * @param waitMs how long to wait for another signer.
   * @throws InconsistentLogError when it does not continue what was signed; SignerMemoryError, SigningKeyError,
   *   SignerBusyError; the driver's error when Postgres is away.
   */
  sign(waitMs?: number): Promise<SignedLog>;
  /** Does `work` as the only signer, with the keys as they are now. */
  asSigner<T>(
    work: (keys: SigningKeys, sign: (keys: SigningKeys) => Promise<SignedLog>) => Promise<T>,
    waitMs?: number,
  ): Promise<T>;
  /** The size that was signed last; 0 before the first. @throws SignerMemoryError. */
  signedSize(): Promise<number>;
  /** Reads nodes of the published tree. */
  nodes(): Promise<NodeReader>;
  /**
   * A checkpoint whose tree holds the entry at this position. Signs now when the key is at hand; else waits for the
   * published checkpoint to reach it.
   *
   * @throws NotSignedError when none does within `waitMs`.
   */
  checkpointCovering(position: number, waitMs: number): Promise<string>;
}

/**
 * Opens the log. The key is made when it is missing and the settings allow it. Without a key the log is read only: then
 * its verifier key is the published one, which a reader has to compare with what was handed to him.
 *
 * @throws NoLogError when there is neither a key nor a published log; SigningKeyError when the key is not to be used.
 */
export async function openLog(pool: Pool, settings: LogSettings): Promise<RegisterLog> {
  const { keysFile, stateFile, dir, origin, makeKey } = settings;
  const store = createFolderStore(dir);
  let keys = (await readKeys(keysFile)) ?? (makeKey ? await makeKeys(keysFile, origin) : undefined);
  if (keys && origin !== undefined && origin !== keys.origin) {
    throw new SigningKeyError(
      `TOCSIN_LOG_ORIGIN: is "${origin}", but the key in ${keysFile} is of the log "${keys.origin}"; a log keeps its name`,
    );
  }
  let published = keys === undefined ? await publishedKeys(store, keysFile) : undefined;

  const asSigner: RegisterLog['asSigner'] = (work, waitMs = LOCK_WAIT_MS) =>
    underSignLock(pool, stateFile, waitMs, async () => {
      // Read anew: another process may have rotated it.
      keys = await readKeys(keysFile);
      if (keys === undefined) throw new SigningKeyError(`${keysFile} does not exist: nothing can be signed here`);
      const sign = async (by: SigningKeys) => {
        keys = by;
        await publishKeys(store, by);
        const [leaves, size] = [registerLeaves(pool), () => registerSize(pool)];
        return signLog({ signer: by.signer, stateFile, store, leaves, size });
      };
      return work(keys, sign);
    });
  const log: RegisterLog = {
    get origin() {
      return keys?.origin ?? published!.origin;
    },
    get verifierKey() {
      return keys?.signer.verifierKey ?? published!.current;
    },
    get rotations() {
      return keys?.rotations ?? published!.rotations.map(({ note }) => note);
    },
    get canSign() {
      return keys !== undefined;
    },
    store,
    asSigner,
    sign: (waitMs) => asSigner((current, sign) => sign(current), waitMs),
    signedSize: async () => (await readSignerState(stateFile))?.size ?? 0,
    async nodes() {
      return publishedNodes(store, publishedSize(await publishedCheckpoint(log)));
    },
    async checkpointCovering(position, waitMs) {
      const endMs = Date.now() + waitMs;
      for (;;) {
        // The worker that signs may have rotated its key since.
        if (keys === undefined) published = await publishedKeys(store, keysFile);
        const note = keys === undefined ? await publishedCheckpoint(log) : (await log.sign(waitMs)).note;
        const size = note === undefined ? 0 : LogKeys.follow(log.verifierKey, log.rotations).open(note).size;
        if (size >= position) return note!;
        if (Date.now() >= endMs) {
          throw new NotSignedError(
            `the last checkpoint covers ${size} entries, not yet entry ${position}: ` +
              (keys === undefined ? 'wait until the worker has signed it' : 'the register does not have it'),
          );
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
  };
  return log;
}

/** The published checkpoint with the cosignatures it has; undefined when nothing was signed yet. */
export async function publishedCheckpoint({ store }: Pick<RegisterLog, 'store'>): Promise<string | undefined> {
  return (await store.read(CHECKPOINT))?.toString('utf8');
}

/** The size that a published checkpoint says; 0 when there is none, or it was damaged: then it is signed anew. */
export function publishedSize(published: string | undefined): number {
  if (published === undefined) return 0;
  try {
    return checkpointOf(published).size;
  } catch {
    return 0;
  }
}

/** Publishes the verifier key and the rotations, where they are not what is published. */
async function publishKeys(store: LogStore, { signer, rotations }: SigningKeys): Promise<void> {
  const files: Array<[string, string]> = [
    [ROTATIONS, rotations.map(noteRecord).join('')],
    [VERIFIER_KEY, `${signer.verifierKey}\n`],
  ];
  for (const [name, content] of files) {
    if (String(await store.read(name)) !== content) await store.write(name, Buffer.from(content));
  }
}

async function publishedKeys(store: LogStore, keysFile: string): Promise<LogKeys> {
  const key = await store.read(VERIFIER_KEY);
  if (key === undefined) {
    throw new NoLogError(
      `the log has no signing key: ${keysFile} does not exist. Restore it from a copy, ` +
        `or for a new log run \`${tocsin('register keys create', {})}\``,
    );
  }
  const rotations = splitNotes(((await store.read(ROTATIONS)) ?? '').toString());
  return LogKeys.follow(key.toString('utf8'), rotations);
}
