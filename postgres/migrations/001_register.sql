-- The breach register: append-only entries, and the two roles that may touch them.
-- Roles belong to the whole Postgres cluster: another database may be creating them at this very moment.

DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['tocsin_writer', 'tocsin_auditor'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
      END IF;
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'the role % is missing and % may not create it', wanted, current_user
          USING ERRCODE = 'insufficient_privilege',
                HINT = format('As an administrator: CREATE ROLE %I NOLOGIN; GRANT %I TO %I;', wanted, wanted, current_user);
    END;
  END LOOP;

  -- The worker logs in as the owner or as a login of its own and steps down to the writer (see pool.ts).
  BEGIN
    IF NOT pg_has_role(current_user, 'tocsin_writer', 'MEMBER') THEN
      EXECUTE format('GRANT tocsin_writer TO %I', current_user);
    END IF;
  EXCEPTION
    WHEN insufficient_privilege OR unique_violation THEN NULL;
  END;
END
$$;

GRANT USAGE ON SCHEMA tocsin TO tocsin_writer, tocsin_auditor;

CREATE TABLE tocsin.register_entries (
  -- 1, 2, 3 … without gap: the head's position is the size of the log. Never a sequence, which leaves gaps.
  position bigint PRIMARY KEY CHECK (position > 0),
  incident_id text NOT NULL,
  seq integer NOT NULL CHECK (seq > 0),
  kind text NOT NULL,
  at timestamptz NOT NULL,
  -- The canonical JSON (RFC 8785) that was hashed. Never jsonb, which does not keep the bytes.
  bytes bytea NOT NULL,
  -- The RFC 6962 leaf hash: SHA-256(0x00 || bytes).
  hash bytea NOT NULL CHECK (hash = sha256('\x00'::bytea || bytes)),
  appended_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (incident_id, seq)
);

CREATE FUNCTION tocsin.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the register is append-only: % on %.% is refused, also for its owner',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege', HINT = 'Append an entry that corrects the earlier one.';
END
$$;

CREATE TRIGGER register_entries_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON tocsin.register_entries
  FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_change();

-- ALWAYS: it also fires under session_replication_role = replica.
ALTER TABLE tocsin.register_entries ENABLE ALWAYS TRIGGER register_entries_append_only;

GRANT SELECT, INSERT ON tocsin.register_entries TO tocsin_writer;
GRANT SELECT ON tocsin.register_entries TO tocsin_auditor;
