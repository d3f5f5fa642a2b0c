/**
 * Artefacts in Postgres, where every worker finds them. What belongs to an incident is sealed under its data key: with that
 * key it is erased, also from backups.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { dataKeys } from '../../register/append/places';
import type { Queryable } from '../../register/read-entries';
import { sealBytes, unsealBytes } from '../../register/seal';
import { failure } from '../failures';
import { type ArtefactStore, type RefList, sha256Hex } from './artefacts';
import type { Held } from './folder-artefacts';

/** What was found under a hash. */
export type Found = Buffer | 'missing' | 'damaged' | 'erased';

export interface PostgresArtefacts extends ArtefactStore {
  find(sha256: string): Promise<Found>;
  /** Whether the data key of an incident was destroyed: nothing of it is taken any more. */
  isErased(incidentId: string): Promise<boolean>;
  /** Those of the given that went with their incidents, and that no other incident has. */
  erasedOf(held: Held): Promise<Held>;
}

export function createPostgresArtefacts(pool: Queryable): PostgresArtefacts {
  const keyOf = async (incidentId: string) => {
    const { rows } = await pool.query<{ key: Buffer | null }>(
      'SELECT key FROM tocsin.register_keys WHERE incident_id = $1',
      [incidentId],
    );
    const key = rows.length > 0 ? rows[0]!.key : (await dataKeys(pool, [incidentId])).get(incidentId)!;
    if (key) return key;
    throw failure('ArtefactFault', `incident ${incidentId} was erased: nothing of it is kept any more`);
  };
  const store: PostgresArtefacts = {
    async put(bytes, incidentId) {
      const sha256 = sha256Hex(bytes);
      const of = incidentId ?? '';
      const { rowCount } = await pool.query('SELECT FROM tocsin.artefacts WHERE sha256 = $1 AND incident_id = $2', [
        sha256,
        of,
      ]);
      if (rowCount) return sha256;
      const packed = deflateRawSync(bytes);
      const content = incidentId
        ? sealBytes(await keyOf(incidentId), artefactPlace(sha256, incidentId), packed)
        : packed;
      await pool.query(
        'INSERT INTO tocsin.artefacts (sha256, incident_id, content) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
        [sha256, of, content],
      );
      return sha256;
    },
    async find(sha256) {
      const { rows } = await pool.query<{ incident_id: string; content: Buffer; key: Buffer | null; gone: boolean }>(
        `SELECT incident_id, content, key, destroyed_at IS NOT NULL AS gone
           FROM tocsin.artefacts LEFT JOIN tocsin.register_keys USING (incident_id) WHERE sha256 = $1`,
        [sha256],
      );
      for (const row of rows) {
        const bytes = opened(sha256, row.incident_id, row.content, row.key);
        if (bytes) return bytes;
      }
      if (rows.length === 0) return 'missing';
      return rows.every(({ gone }) => gone) ? 'erased' : 'damaged';
    },
    async get(sha256) {
      return orFault(sha256, await store.find(sha256));
    },
    async mark(key) {
      await pool.query('INSERT INTO tocsin.effect_marks (mark) VALUES ($1) ON CONFLICT DO NOTHING', [sha256Hex(key)]);
    },
    async isMarked(key) {
      return (await pool.query('SELECT FROM tocsin.effect_marks WHERE mark = $1', [sha256Hex(key)])).rowCount !== 0;
    },
    async remember(list, refs) {
      const sealed = sealBytes(await keyOf(list.incidentId), listPlace(list), Buffer.from(JSON.stringify(refs)));
      await pool.query('INSERT INTO tocsin.artefact_lists (list, incident_id, refs) VALUES ($1, $2, $3)', [
        sha256Hex(list.name),
        list.incidentId,
        sealed,
      ]);
    },
    async recall(list) {
      const { rows } = await pool.query<{ refs: Buffer; key: Buffer }>(
        `SELECT refs, key FROM tocsin.artefact_lists JOIN tocsin.register_keys USING (incident_id)
          WHERE list = $1 AND incident_id = $2 AND key IS NOT NULL`,
        [sha256Hex(list.name), list.incidentId],
      );
      return new Set(
        rows.flatMap(({ refs, key }) => JSON.parse(unsealBytes(key, listPlace(list), refs).toString()) as string[]),
      );
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
  };
  return store;
}

/** The bytes, or the fault that says why there are none. @throws ArtefactFault */
export function orFault(sha256: string, found: Found): Buffer {
  if (typeof found !== 'string') return found;
  throw failure('ArtefactFault', FAULTS[found](sha256));
}

const FAULTS = {
  missing: (sha256: string) => `artefact ${sha256} is not in the store: restore it from a backup`,
  damaged: (sha256: string) => `artefact ${sha256} is damaged, its bytes have another hash: restore it from a backup`,
  erased: (sha256: string) => `artefact ${sha256} was erased with its incident`,
};

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

/** What is sealed cannot be moved to another place. */
const artefactPlace = (sha256: string, incidentId: string) => `artefact ${sha256} ${incidentId}`;
const listPlace = ({ incidentId, name }: RefList) => `list ${sha256Hex(name)} ${incidentId}`;

const ERASED_ARTEFACTS = `
  SELECT sha256 AS hash FROM tocsin.artefacts LEFT JOIN tocsin.register_keys USING (incident_id)
   WHERE sha256 = ANY ($1::text[]) GROUP BY sha256 HAVING bool_and(destroyed_at IS NOT NULL)`;
const ERASED_LISTS = `
  SELECT DISTINCT list AS hash FROM tocsin.artefact_lists JOIN tocsin.register_keys USING (incident_id)
   WHERE list = ANY ($1::text[]) AND destroyed_at IS NOT NULL`;
