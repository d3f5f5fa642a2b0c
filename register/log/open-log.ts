/** The register's log, ready to be signed and proved from: its keys, its published files, its checkpoints. */

import { rm } from 'node:fs/promises';
import type { Pool } from 'pg';
import { tocsin } from '../../domain/kernel/command-lines';
import { tryLock } from '../../platform/file-lock';
import { isUnavailable } from '../../postgres/outage';
import { NoLogError, NotSignedError, SignerBusyError, SigningKeyError } from '../errors';
import type { NodeReader } from '../tree/merkle';
import { LogKeys } from '../verifier/log-keys';
import { noteRecord, splitNotes } from '../verifier/notes';
import { checkpointOf } from './anchor';
import { type Anchored, readAnchored, type Statement, writeAnchored } from './anchored';
import { makeKeys, readKeys, type SigningKeys } from './key-file';
import type { LogSettings } from './log-settings';
import { createFolderStore, type LogStore } from './log-store';
import { publishedNodes } from './published-nodes';
import { registerLeaves, registerSize } from './register-leaves';
import { CHECKPOINT, followLog, type SharedMemory, type SignedLog, signLog } from './sign-log';
import { bindLog, endTurn, keepTurn, readSigner, recordSigned, type SignerRow, signedTree } from './signer-row';
import { readSignerState } from './signer-state';
import { inTurn, signerName, signLockFile, type TurnOptions } from './signer-turn';

/** The names under which the key that signs now and the rotations that led to it are published. */
export const VERIFIER_KEY = 'vkey';
export const ROTATIONS = 'rotations';

const POLL_MS = 200;
/** How long a call waits for another signer to end. */
const LOCK_WAIT_MS = 60_000;
/** Signing itself takes less. */
const ANCHOR_WAIT_MS = 10_000;

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
    options?: Partial<TurnOptions>,
  ): Promise<T>;
  /** Another signer whose turn it is, elsewhere; undefined when it is nobody's, or this one's. */
  signerElsewhere(): Promise<SignerRow | undefined>;
  /** Remembers here what another signer has signed. @throws InconsistentLogError when the register does not lead to it. */
  follow(signer: SignerRow): Promise<void>;
  /** Holds on to its turn, if it has it. */
  keepTurn(): Promise<void>;
  /** Lets another signer take over at once. */
  endTurn(): Promise<void>;
  /** What all workers remember of the anchors. */
  anchored(): Promise<Statement>;
  /** Remembers more of them, as the only signer. @throws SignerBusyError where another has the turn. */
  changeAnchored(change: (before: readonly Anchored[]) => Anchored[]): Promise<void>;
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
  let keys = (await readKeys(keysFile)) ?? (makeKey ? await firstKeys(pool, keysFile, origin) : undefined);
  if (keys && origin !== undefined && origin !== keys.origin) {
    throw new SigningKeyError(
      `TOCSIN_LOG_ORIGIN: is "${origin}", but the key in ${keysFile} is of the log "${keys.origin}"; a log keeps its name`,
    );
  }
  let published = keys === undefined ? await publishedKeys(store, keysFile, pool) : undefined;

  // Read anew: another process may have rotated it.
  const keysNow = async () => {
    keys = await readKeys(keysFile);
    if (keys === undefined)
      throw new SigningKeyError(
        `${keysFile} does not exist: nothing can be signed here. Put a copy of it there, or start the worker that has it`,
      );
    return keys;
  };
  const asSigner: RegisterLog['asSigner'] = (work, options = {}) =>
    inTurn(pool, stateFile, keysNow, { waitMs: LOCK_WAIT_MS, ...options }, (current, turn) => {
      let row = turn;
      const sign = async (by: SigningKeys) => {
        keys = by;
        await publishKeys(store, by);
        const record: SharedMemory['record'] = async (signed) => {
          if (!(await recordSigned(pool, row, signed, by)))
            throw new SignerBusyError('another signer took over meanwhile: nothing was signed here');
          row = { ...row, ...signed };
        };
        const [leaves, size] = [registerLeaves(pool), () => registerSize(pool)];
        const tree = signedTree(row, by);
        const signed = await signLog({
          ...{ signer: by.signer, stateFile, store, leaves, size },
          shared: { tree: tree === 'forged' ? undefined : tree, record },
        });
        return tree === 'forged' ? { ...signed, wasForged: true as const } : signed;
      };
      return work(current, sign);
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
    sign: (waitMs = LOCK_WAIT_MS) => asSigner((current, sign) => sign(current), { waitMs }),
    async signerElsewhere() {
      const row = await readSigner(pool);
      return row?.isHeld && row.holder !== (await signerName(stateFile)) ? row : undefined;
    },
    async follow(signer) {
      const held = tryLock(signLockFile(stateFile));
      // The signer itself has this folder, and remembers.
      if (!('release' in held)) return;
      try {
        const tree = signedTree(signer, keys);
        if (tree !== undefined && tree !== 'forged')
          await followLog(stateFile, signer.origin, tree, registerLeaves(pool));
      } finally {
        held.release();
      }
    },
    async keepTurn() {
      const [row, holder] = [await readSigner(pool), await signerName(stateFile)];
      if (row?.holder === holder && row.isHeld) await keepTurn(pool, row);
    },
    async endTurn() {
      await endTurn(pool, await signerName(stateFile));
    },
    async anchored() {
      return (await unlessAway(() => readAnchored(pool))) ?? { anchors: [] };
    },
    changeAnchored: (change) =>
      asSigner(
        async ({ signer }) => {
          const before = await readAnchored(pool);
          await writeAnchored(pool, before, change(before.anchors), signer);
        },
        { waitMs: ANCHOR_WAIT_MS },
      ),
    signedSize: async () => (await readSignerState(stateFile))?.size ?? 0,
    async nodes() {
      return publishedNodes(store, publishedSize(await publishedCheckpoint(log)));
    },
    async checkpointCovering(position, waitMs) {
      const endMs = Date.now() + waitMs;
      for (;;) {
        // The worker that signs may have rotated its key since.
        if (keys === undefined) published = await publishedKeys(store, keysFile, pool);
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

/** The first key of a log. None is made where the register has a log already: its signer is elsewhere. */
async function firstKeys(pool: Pool, keysFile: string, origin?: string): Promise<SigningKeys | undefined> {
  const bound = await unlessAway(() => readSigner(pool));
  if (bound) {
    if (origin === undefined || origin === bound.origin) return undefined;
    throw new SigningKeyError(
      `TOCSIN_LOG_ORIGIN: is "${origin}", but the register is signed as the log "${bound.origin}"; a log keeps its name`,
    );
  }
  const keys = await makeKeys(keysFile, origin);
  const row = await unlessAway(() => bindLog(pool, keys));
  if (row === undefined || row.origin === keys.origin) return keys;
  // Two began at once: the key of the other is the log's.
  await rm(keysFile, { force: true });
  return undefined;
}

/** Undefined while Postgres is away, or has not been migrated. */
async function unlessAway<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isUnavailable(error) || NOT_MIGRATED.has((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}
/** Undefined table, undefined column. */
const NOT_MIGRATED = new Set(['42P01', '42703']);

/** The keys of a log that is signed elsewhere: as they are published here, or as Postgres has them. */
async function publishedKeys(store: LogStore, keysFile: string, pool: Pool): Promise<LogKeys> {
  const key = await store.read(VERIFIER_KEY);
  if (key === undefined) {
    const row = await unlessAway(() => readSigner(pool));
    if (row) return LogKeys.follow(row.verifierKey, row.rotations);
    throw new NoLogError(
      `the log has no signing key: ${keysFile} does not exist. Restore it from a copy, ` +
        `or for a new log run \`${tocsin('register keys create', {})}\``,
    );
  }
  const rotations = splitNotes(((await store.read(ROTATIONS)) ?? '').toString());
  return LogKeys.follow(key.toString('utf8'), rotations);
}
