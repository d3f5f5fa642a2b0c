import type { ClientBase } from 'pg';

/** Entries of the first form, which migration 008 sets aside where there are any; a new database has no such table. */
export const SET_ASIDE = 'register_entries_v1';

/** Makes the table as migrations 001 and 008 leave it, with its guard. */
export async function createSetAside(client: ClientBase): Promise<void> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS tocsin.${SET_ASIDE} (
      position bigint CONSTRAINT ${SET_ASIDE}_pkey PRIMARY KEY CHECK (position > 0),
      incident_id text NOT NULL,
      seq integer NOT NULL CHECK (seq > 0),
      kind text NOT NULL,
      at timestamptz NOT NULL,
      bytes bytea NOT NULL,
      hash bytea NOT NULL CHECK (hash = sha256('\\x00'::bytea || bytes)),
      appended_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT ${SET_ASIDE}_incident_id_seq_key UNIQUE (incident_id, seq)
    );
    CREATE TRIGGER register_entries_append_only
      BEFORE UPDATE OR DELETE OR TRUNCATE ON tocsin.${SET_ASIDE}
      FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_change();
    ALTER TABLE tocsin.${SET_ASIDE} ENABLE ALWAYS TRIGGER register_entries_append_only;
    GRANT SELECT, INSERT ON tocsin.${SET_ASIDE} TO tocsin_writer;
    GRANT SELECT ON tocsin.${SET_ASIDE} TO tocsin_auditor`);
}
