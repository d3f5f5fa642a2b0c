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
import { UNPROVED, workerProofs } from './worker-proof';

/** What was found under a hash. */
export type Found = Buffer | 'missing' | 'damaged' | 'erased';

export interface PostgresArtefacts extends ArtefactStore {
  find(sha256: string): Promise<Found>;
  /** Whether the data key of an incident was destroyed: nothing of it is taken any more. */
  isErased(incidentId: string): Promise<boolean>;
  /** Those of the given that went with their incidents, and that no other incident has. */
  erasedOf(held: Held): Promise<Held>;
}

export interface PostgresArtefactsOptions {
  /** The workers' keys, as payloads are sealed with (`ID:BASE64`); without them whoever writes the database is believed. */
  keys?: readonly string[];
  /** Something in the database is from nobody who has the keys. It counts for nothing. */
  onForged?(what: string): void;
}

export function createPostgresArtefacts(
  pool: Queryable,
  { keys = [], onForged = () => {} }: PostgresArtefactsOptions = {},
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
  const store: PostgresArtefacts = {
    async put(bytes, incidentId) {
      const sha256 = sha256Hex(bytes);
      const of = incidentId ?? '';
      const { rows } = await pool.query<{ content: Buffer; key: Buffer | null }>(
        `SELECT content, key FROM tocsin.artefacts LEFT JOIN tocsin.register_keys USING (incident_id)
          WHERE sha256 = $1 AND incident_id = $2`,
        [sha256, of],
      );
      if (rows.some(({ content, key }) => opened(sha256, of, content, key) !== undefined)) return sha256;
      const dataKey = incidentId ? await keyOf(incidentId) : undefined;
      if (rows.length > 0)
        onForged(`the place of artefact ${sha256} holds something else: the true one is stored beside it`);
      const packed = deflateRawSync(bytes);
      const content = dataKey ? sealBytes(dataKey, artefactPlace(sha256, of), packed) : packed;
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
