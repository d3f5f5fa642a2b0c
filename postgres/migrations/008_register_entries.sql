-- Entries whose leaf holds commitments and no content, and the data keys under which personal data lies.
-- Entries of the first form, if there are any, are set aside as they are, with their guards.

DO $$
BEGIN
  IF EXISTS (SELECT FROM tocsin.register_entries) THEN
    ALTER TABLE tocsin.register_entries RENAME TO register_entries_v1;
    ALTER TABLE tocsin.register_entries_v1 RENAME CONSTRAINT register_entries_pkey TO register_entries_v1_pkey;
    ALTER TABLE tocsin.register_entries_v1
      RENAME CONSTRAINT register_entries_incident_id_seq_key TO register_entries_v1_incident_id_seq_key;
  ELSE
    DROP TABLE tocsin.register_entries;
  END IF;
END
$$;

CREATE TABLE tocsin.register_entries (
  -- 1, 2, 3 … without gap: the head's position is the size of the log. Never a sequence, which leaves gaps.
  position bigint PRIMARY KEY CHECK (position > 0),
  incident_id text NOT NULL,
  seq integer NOT NULL CHECK (seq > 0),
  kind text NOT NULL,
  -- The leaf: canonical JSON (RFC 8785) that was hashed. Never jsonb, which does not keep the bytes.
  bytes bytea NOT NULL,
  -- The RFC 6962 leaf hash: SHA-256(0x00 || bytes).
  hash bytea NOT NULL CHECK (hash = sha256('\x00'::bytea || bytes)),
  -- The content: openings of the leaf's commitments, as canonical JSON.
  content bytea NOT NULL,
  -- Openings of personal data: nonce, ciphertext under the incident's data key, tag (see register/seal.ts).
  sealed bytea,
  appended_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (incident_id, seq)
);

CREATE TRIGGER register_entries_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON tocsin.register_entries
  FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_change();

-- ALWAYS: it also fires under session_replication_role = replica.
ALTER TABLE tocsin.register_entries ENABLE ALWAYS TRIGGER register_entries_append_only;

GRANT SELECT, INSERT ON tocsin.register_entries TO tocsin_writer;
GRANT SELECT ON tocsin.register_entries TO tocsin_auditor;

-- One data key an incident. The only change it knows is to be destroyed.
CREATE TABLE tocsin.register_keys (
  incident_id text PRIMARY KEY,
  key bytea CHECK (octet_length(key) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  destroyed_at timestamptz,
  CHECK ((key IS NULL) = (destroyed_at IS NOT NULL))
);

CREATE FUNCTION tocsin.refuse_key_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND NEW.incident_id = OLD.incident_id AND NEW.created_at = OLD.created_at
     AND OLD.key IS NOT NULL AND NEW.key IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a data key of the register can be destroyed, and nothing else: % on %.% is refused',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER register_keys_guard
  BEFORE UPDATE OR DELETE ON tocsin.register_keys
  FOR EACH ROW EXECUTE FUNCTION tocsin.refuse_key_change();
CREATE TRIGGER register_keys_kept
  BEFORE TRUNCATE ON tocsin.register_keys
  FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_key_change();
ALTER TABLE tocsin.register_keys ENABLE ALWAYS TRIGGER register_keys_guard;
ALTER TABLE tocsin.register_keys ENABLE ALWAYS TRIGGER register_keys_kept;

GRANT SELECT, INSERT, UPDATE ON tocsin.register_keys TO tocsin_writer;
GRANT SELECT ON tocsin.register_keys TO tocsin_auditor;
