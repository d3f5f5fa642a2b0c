/**
 * Artefacts in Postgres, where every worker finds them. What belongs to an incident is sealed under its data key: with that
 * key it is erased, also from backups. With a bucket what is sealed lies there, and Postgres has its place alone (decision 0036).
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { dataKeys } from '../../register/append/places';
import type { Queryable } from '../../register/read-entries';
import { sealBytes, unsealBytes } from '../../register/seal';
import { failure } from '../failures';
import { type ArtefactStore, type RefList, sha256Hex } from './artefacts';
import type { Bucket } from './bucket';
import type { Held } from './folder-artefacts';
import { UNPROVED, workerProofs } from './worker-proof';

/** What was found under a hash. */
export type Found = Buffer | 'missing' | 'damaged' | 'erased' | 'elsewhere';

export interface PostgresArtefacts extends ArtefactStore {
  find(sha256: string): Promise<Found>;
  /** Whether the data key of an incident was destroyed: nothing of it is taken any more. */
  isErased(incidentId: string): Promise<boolean>;
  /** Those of the given that went with their incidents, and that no other incident has. */
  erasedOf(held: Held): Promise<Held>;
  /** Takes out of the bucket what was erased; done once for each incident. */
  emptyBucket(): Promise<void>;
}

export interface PostgresArtefactsOptions {
  /** The workers' keys, as payloads are sealed with (`ID:BASE64`); without them whoever writes the database is believed. */
  keys?: readonly string[];
  /** Something in the database is from nobody who has the keys. It counts for nothing. */
  onForged?(what: string): void;
  /** Where what is sealed lies; in Postgres without one. */
  bucket?: Bucket | undefined;
  /** The bucket did not do what it was asked: what was to be stored lies in Postgres. */
  onBucketFailed?(problem: string): void;
}

/** After a failure the bucket is not asked for so long: a draft with hundreds of parts waits once. */
const BUCKET_REST_MS = 30_000;

export function createPostgresArtefacts(
  pool: Queryable,
  { keys = [], onForged = () => {}, bucket, onBucketFailed = () => {} }: PostgresArtefactsOptions = {},
): PostgresArtefacts {
  const proofs = workerProofs(keys);
  const keyOf = async (incidentId: string) => {
    const { rows } = await pool.query<{ key: Buffer | null }>(
      'SELECT key FROM tocsin.register_keys WHERE incident_id = $1',
      [incidentId],
    );
    const key = rows.length > 0 ? rows[0]!.key : (await dataKeys(pool, [incidentId])).get(incidentId)!;
    if (key) return key;
    throw failure('ArtefactFault', `incident ${incidentId} was erased: nothing of it is kept any more`);
  };
  let restUntilMs = 0;
  /** What the bucket answers; `AWAY` where it does not. */
  const ask = async <T>(question: (bucket: Bucket) => Promise<T>): Promise<T | typeof AWAY> => {
    if (!bucket || Date.now() < restUntilMs) return AWAY;
    try {
      return await question(bucket);
    } catch (error) {
      restUntilMs = Date.now() + BUCKET_REST_MS;
      onBucketFailed((error as Error).message);
      return AWAY;
    }
  };
  /** What is sealed, wherever it lies. */
  const sealedOf = async ({ content }: { content: Buffer }, sha256: string, of: string) =>
    content.length > 0 ? content : ask((there) => there.get(keyIn(sha256, of)));
  const emptied = new Set<string>();
  const store: PostgresArtefacts = {
    async put(bytes, incidentId) {
      const sha256 = sha256Hex(bytes);
      const of = incidentId ?? '';
      const { rows } = await pool.query<{ content: Buffer; key: Buffer | null }>(
        `SELECT content, key FROM tocsin.artefacts LEFT JOIN tocsin.register_keys USING (incident_id)
          WHERE sha256 = $1 AND incident_id = $2`,
        [sha256, of],
      );
      for (const row of rows) {
        const sealed = await sealedOf(row, sha256, of);
        if (Buffer.isBuffer(sealed) && opened(sha256, of, sealed, row.key) !== undefined) return sha256;
      }
      const dataKey = incidentId ? await keyOf(incidentId) : undefined;
      if (rows.some(({ content }) => content.length > 0))
        onForged(`the place of artefact ${sha256} holds something else: the true one is stored beside it`);
      const packed = deflateRawSync(bytes);
      const sealed = dataKey ? sealBytes(dataKey, artefactPlace(sha256, of), packed) : packed;
      // What is not sealed never leaves the database.
      const isThere = dataKey && (await ask((there) => there.put(keyIn(sha256, of), sealed))) !== AWAY;
      if (isThere && rows.some(({ content }) => content.length === 0)) return sha256;
      const content = isThere ? IN_BUCKET : sealed;
      await pool.query('INSERT INTO tocsin.artefacts (sha256, incident_id, content) VALUES ($1, $2, $3)', [
        sha256,
        of,
        content,
      ]);
      return sha256;
    },
    async find(sha256) {
      const { rows } = await pool.query<{ incident_id: string; content: Buffer; key: Buffer | null; gone: boolean }>(
        `SELECT incident_id, content, key, destroyed_at IS NOT NULL AS gone
           FROM tocsin.artefacts LEFT JOIN tocsin.register_keys USING (incident_id) WHERE sha256 = $1`,
        [sha256],
      );
      let away = false;
      for (const row of rows.filter(({ gone }) => !gone)) {
        const sealed = await sealedOf(row, sha256, row.incident_id);
        away ||= sealed === AWAY;
        const bytes = Buffer.isBuffer(sealed) ? opened(sha256, row.incident_id, sealed, row.key) : undefined;
        if (bytes) return bytes;
      }
      if (rows.length === 0) return 'missing';
      if (rows.every(({ gone }) => gone)) return 'erased';
      return away ? 'elsewhere' : 'damaged';
    },
    async get(sha256) {
      return orFault(sha256, await store.find(sha256));
    },
    async mark(effect) {
      await pool.query('INSERT INTO tocsin.effect_marks (mark) VALUES ($1) ON CONFLICT DO NOTHING', [
        proofs[0].mark(effect),
      ]);
    },
    async isMarked(effect) {
      const proved = proofs.map((proof) => proof.mark(effect));
      const { rows } = await pool.query<{ mark: string; earlier: boolean }>(
        'SELECT mark, earlier FROM tocsin.effect_marks WHERE mark = ANY ($1::text[])',
        [[...proved, UNPROVED.mark(effect)]],
      );
      if (rows.some(({ mark, earlier }) => earlier || proved.includes(mark))) return true;
      if (rows.length > 0)
        onForged(
          `the mark ${rows[0]!.mark.slice(0, 12)}… that a mail or page went out is from no worker that has the keys, and counts for nothing`,
        );
      return false;
    },
    async remember(list, refs) {
      const key = proofs[0].keyOf(await keyOf(list.incidentId));
      const sealed = sealBytes(key, listPlace(list), Buffer.from(JSON.stringify(refs)));
      await pool.query('INSERT INTO tocsin.artefact_lists (list, incident_id, refs) VALUES ($1, $2, $3)', [
        sha256Hex(list.name),
        list.incidentId,
        sealed,
      ]);
    },
    async recall(list) {
      const { rows } = await pool.query<{ refs: Buffer; key: Buffer; earlier: boolean }>(
        `SELECT refs, key, earlier FROM tocsin.artefact_lists JOIN tocsin.register_keys USING (incident_id)
          WHERE list = $1 AND incident_id = $2 AND key IS NOT NULL`,
        [sha256Hex(list.name), list.incidentId],
      );
      const all = rows.map(({ refs, key, earlier }) => {
        const by = earlier ? [...proofs, UNPROVED] : proofs;
        return refsIn(
          by.map((proof) => proof.keyOf(key)),
          list,
          refs,
        );
      });
      const forged = all.filter((refs) => refs === undefined).length;
      if (forged > 0)
        onForged(
          `of the lists of whom ${list.incidentId} has told ${forged} are from no worker that has the keys, and count for nothing`,
        );
      return new Set(all.flatMap((refs) => refs ?? []));
    },
    async isErased(incidentId) {
      const { rowCount } = await pool.query(
        'SELECT FROM tocsin.register_keys WHERE incident_id = $1 AND destroyed_at IS NOT NULL',
        [incidentId],
      );
      return rowCount !== 0;
    },
    async erasedOf({ artefacts, lists }) {
      const erased = async (text: string, hashes: string[]) =>
        (await pool.query<{ hash: string }>(text, [hashes])).rows.map(({ hash }) => hash);
      return { artefacts: await erased(ERASED_ARTEFACTS, artefacts), lists: await erased(ERASED_LISTS, lists) };
    },
    async emptyBucket() {
      if (!bucket) return;
      const { rows } = await pool.query<{ incident_id: string; hashes: string[] }>(ERASED_IN_BUCKET);
      for (const { incident_id: incidentId, hashes } of rows) {
        const effect = `emptied/${incidentId}`;
        if (emptied.has(incidentId) || (await store.isMarked(effect))) continue;
        for (const sha256 of hashes) {
          // With its key away nobody reads it, so what fails now is done an hour later.
          if ((await ask((there) => there.remove(keyIn(sha256, incidentId)))) === AWAY) return;
        }
        await store.mark(effect);
        emptied.add(incidentId);
      }
    },
  };
  return store;
}

/** The bytes, or the fault that says why there are none. @throws ArtefactFault, ArtefactsAway */
export function orFault(sha256: string, found: Found): Buffer {
  if (typeof found !== 'string') return found;
  if (found === 'elsewhere') throw failure('ArtefactsAway', FAULTS[found](sha256));
  throw failure('ArtefactFault', FAULTS[found](sha256));
}

const FAULTS = {
  missing: (sha256: string) => `artefact ${sha256} is not in the store: restore it from a backup`,
  damaged: (sha256: string) => `artefact ${sha256} is damaged, its bytes have another hash: restore it from a backup`,
  erased: (sha256: string) => `artefact ${sha256} was erased with its incident`,
  elsewhere: (sha256: string) =>
    `artefact ${sha256} is in the object store, which cannot be read, and there is no copy here: it is tried again. Check TOCSIN_ARTEFACTS_URL and its key`,
};

const AWAY = Symbol('away');
/** Stands in a row whose content lies in the bucket: what is sealed is never empty. */
const IN_BUCKET = Buffer.alloc(0);

/** By the content, and for each incident that has it: sealed under two keys it is two objects. Names nobody. */
function keyIn(sha256: string, incidentId: string): string {
  return `artefacts/${sha256}/${sha256Hex(incidentId)}`;
}

function opened(sha256: string, incidentId: string, content: Buffer, key: Buffer | null): Buffer | undefined {
  if (incidentId !== '' && key === null) return undefined;
  try {
    const packed = incidentId === '' ? content : unsealBytes(key!, artefactPlace(sha256, incidentId), content);
    const bytes = inflateRawSync(packed);
    return sha256Hex(bytes) === sha256 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** The refs that were sealed under one of the keys. */
function refsIn(keys: Buffer[], list: RefList, sealed: Buffer): string[] | undefined {
  for (const key of keys) {
    try {
      return JSON.parse(unsealBytes(key, listPlace(list), sealed).toString()) as string[];
    } catch {
      // Under another, or by nobody who has one.
    }
  }
  return undefined;
}

/** What is sealed cannot be moved to another place. */
const artefactPlace = (sha256: string, incidentId: string) => `artefact ${sha256} ${incidentId}`;
const listPlace = ({ incidentId, name }: RefList) => `list ${sha256Hex(name)} ${incidentId}`;

const ERASED_ARTEFACTS = `
  SELECT sha256 AS hash FROM tocsin.artefacts LEFT JOIN tocsin.register_keys USING (incident_id)
   WHERE sha256 = ANY ($1::text[]) GROUP BY sha256 HAVING bool_and(destroyed_at IS NOT NULL)`;
const ERASED_LISTS = `
  SELECT DISTINCT list AS hash FROM tocsin.artefact_lists JOIN tocsin.register_keys USING (incident_id)
   WHERE list = ANY ($1::text[]) AND destroyed_at IS NOT NULL`;
const ERASED_IN_BUCKET = `
  SELECT incident_id, array_agg(DISTINCT sha256) AS hashes
    FROM tocsin.artefacts JOIN tocsin.register_keys USING (incident_id)
   WHERE length(content) = 0 AND destroyed_at IS NOT NULL GROUP BY incident_id`;
