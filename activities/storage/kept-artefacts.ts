/**
 * The artefact store of a worker: Postgres, where all workers find what each of them stored, and a copy in the worker's own
 * folder of what it stored or read itself, for the time Postgres is away. Postgres down stops no notice (decision 0003).
 */
import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import type { Log } from '../../platform/log';
import { readIfThere } from '../../platform/read-if-there';
import { type Repeating, repeating } from '../../platform/repeating';
import { writeWhole } from '../../platform/write-whole';
import { isUnavailable } from '../../postgres/outage';
import { failure } from '../failures';
import { type ArtefactStore, type RefList, sha256Hex } from './artefacts';
import { createFolderArtefacts } from './folder-artefacts';
import { createPostgresArtefacts, orFault, type PostgresArtefactsOptions } from './postgres-artefacts';

/** Postgres must answer within this, else the copy is used. */
const PATIENCE_MS = 3_000;
/** For so long it is not asked again: a draft with hundreds of parts waits once. */
const REST_MS = 5_000;
const HAND_OVER_MS = 15_000;
const FORGET_MS = 3_600_000;
/** Hashes in one question. */
const PAGE = 1_000;

/** What was stored while Postgres was away, and must come into it. */
type Unsent = { put: string; incidentId?: string } | { mark: string } | { remember: RefList; refs: string[] };

/** Answers of Postgres, or that it is away. */
const AWAY = Symbol('away');

/** Once it is started, what Postgres has missed is handed over, and copies of what was erased go. */
export interface KeptArtefacts extends ArtefactStore, Repeating {
  /** Hands over what Postgres has missed; false while it is away. */
  handOver(): Promise<boolean>;
  /** Drops copies of what was erased. */
  forgetErased(): Promise<void>;
}

interface Deps extends PostgresArtefactsOptions {
  pool: Pool;
  /** This worker's own folder. */
  dir: string;
  log: Log;
  /** For tests. */
  restMs?: number;
}

export function createKeptArtefacts({ pool, dir, log, restMs = REST_MS, ...options }: Deps): KeptArtefacts {
  const postgres = createPostgresArtefacts(pool, {
    onBucketFailed: (problem) =>
      log.warn({ problem }, 'an artefact could not be stored in or read from the object store'),
    ...options,
  });
  const folder = createFolderArtefacts(dir);
  const unsentDir = path.join(dir, 'unsent');
  let restUntilMs = 0;
  let forgotAtMs = 0;

  /** The answer of Postgres, or that there is none. A fault that is no outage is thrown. */
  const ask = async <T>(question: () => Promise<T>): Promise<T | typeof AWAY> => {
    if (Date.now() < restUntilMs) return AWAY;
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise<typeof AWAY>((resolve) => {
      late = setTimeout(resolve, PATIENCE_MS, AWAY);
    });
    const answer = question().catch((error) => {
      if (!isUnavailable(error) && !NOT_MIGRATED.has(error.code)) throw error;
      return AWAY;
    });
    // When the patience ends first, a later rejection has nobody to hear it.
    answer.catch(() => {});
    const heard = await Promise.race([answer, patience]).finally(() => clearTimeout(late));
    if (heard === AWAY) restUntilMs = Date.now() + restMs;
    return heard as T | typeof AWAY;
  };

  /** In Postgres and as a copy; while Postgres is away, as a copy that is handed over later. */
  const keep = async (there: () => Promise<unknown>, here: () => Promise<unknown>, unsent: Unsent) => {
    if ((await ask(there)) !== AWAY) {
      // A disk that is full or gone stops nothing: Postgres has it.
      await here().catch((error: Error) =>
        log.warn({ problem: error.message }, 'an artefact could not be copied to disk'),
      );
      return;
    }
    await here();
    await writeWhole(path.join(unsentDir, `${Date.now()}-${randomUUID()}.json`), JSON.stringify(unsent));
  };

  const handOverOne = async (file: string): Promise<boolean> => {
    const content = await readIfThere(file);
    // Another process of this folder was faster.
    if (content === undefined) return true;
    const unsent = JSON.parse(content.toString('utf8')) as Unsent;
    const of = 'remember' in unsent ? unsent.remember.incidentId : 'put' in unsent ? unsent.incidentId : undefined;
    const done = await ask(async () => {
      if (of !== undefined && (await postgres.isErased(of))) return;
      if ('mark' in unsent) await postgres.mark(unsent.mark);
      else if ('remember' in unsent) await postgres.remember(unsent.remember, unsent.refs);
      else await postgres.put(await folder.get(unsent.put), unsent.incidentId);
    });
    if (done === AWAY) return false;
    await rm(file, { force: true });
    return true;
  };

  const store: KeptArtefacts = {
    async put(bytes, incidentId) {
      const sha256 = sha256Hex(bytes);
      await keep(
        () => postgres.put(bytes, incidentId),
        () => folder.put(bytes, incidentId),
        { put: sha256, ...(incidentId && { incidentId }) },
      );
      return sha256;
    },
    async get(sha256) {
      const found = await ask(() => postgres.find(sha256));
      if (found === 'erased') return orFault(sha256, found);
      if (Buffer.isBuffer(found)) {
        // Whoever is writing to people has what it writes, also when Postgres goes away in the middle.
        await folder.put(found).catch(() => {});
        return found;
      }
      try {
        // Stored while Postgres was away, before a restore of it, or by an earlier release.
        return await folder.get(sha256);
      } catch (error) {
        if (found !== AWAY) return orFault(sha256, found);
        if ((error as { type?: string }).type !== 'ArtefactFault') throw error;
        throw failure(
          'ArtefactsAway',
          `artefact ${sha256} is in Postgres, which cannot be reached, and this worker has no copy: it is tried again`,
        );
      }
    },
    mark: (key) =>
      keep(
        () => postgres.mark(key),
        () => folder.mark(key),
        { mark: key },
      ),
    async isMarked(key) {
      return (await folder.isMarked(key)) || (await ask(() => postgres.isMarked(key))) === true;
    },
    remember: (list, refs) =>
      keep(
        () => postgres.remember(list, refs),
        () => folder.remember(list, refs),
        { remember: list, refs },
      ),
    async recall(list) {
      const here = await folder.recall(list);
      const there = await ask(() => postgres.recall(list));
      return there === AWAY ? here : new Set([...here, ...there]);
    },
    async handOver() {
      const names = (await namesIn(unsentDir)).filter((name) => name.endsWith('.json')).sort();
      for (const name of names) {
        try {
          if (!(await handOverOne(path.join(unsentDir, name)))) return false;
        } catch (error) {
          // One that cannot be handed over, as its copy was lost, keeps back no other.
          log.error(
            { file: name, problem: (error as Error).message },
            'an artefact could not be handed over to Postgres',
          );
        }
      }
      return true;
    },
    async forgetErased() {
      const { artefacts, lists } = await folder.held();
      for (let at = 0; at < Math.max(artefacts.length, lists.length); at += PAGE) {
        const some = { artefacts: artefacts.slice(at, at + PAGE), lists: lists.slice(at, at + PAGE) };
        const erased = await ask(() => postgres.erasedOf(some));
        if (erased === AWAY) return;
        await folder.drop(erased);
      }
      await postgres.emptyBucket();
    },
    start: () => looking.start(),
    stop: () => looking.stop(),
  };
  const looking = repeating(HAND_OVER_MS, async () => {
    try {
      if (!(await store.handOver()) || Date.now() - forgotAtMs < FORGET_MS) return;
      forgotAtMs = Date.now();
      await store.forgetErased();
    } catch (error) {
      log.error({ problem: (error as Error).message }, 'artefacts stored on disk could not be handed over to Postgres');
    }
  });
  return store;
}

/** Undefined table or column: Postgres was away when the worker started, and is not migrated yet. */
const NOT_MIGRATED = new Set(['42P01', '42703']);

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}
