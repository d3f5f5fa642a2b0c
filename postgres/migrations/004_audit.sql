-- Tocsin's own audit log: what people did to incidents and cases, and changes of the configuration.
-- The format is that of docs/audit-log.md; the guards are those of the register.

CREATE TABLE tocsin.audit_entries (
  -- 1, 2, 3 … without gap. Never a sequence, which leaves gaps.
  seq bigint PRIMARY KEY CHECK (seq > 0),
  -- What the entry is about, so that it is written once: `INC-…/5` for an entry of the register. Not part of the chain.
  key text UNIQUE,
  at timestamptz NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  -- The entry's line without its newline: canonical JSON (RFC 8785). Never jsonb, which does not keep the bytes.
  bytes bytea NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  appended_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX audit_entries_last ON tocsin.audit_entries (action, target, seq DESC);

-- Heads of audit logs that were verified: what a later verification must find again.
CREATE TABLE tocsin.audit_heads (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  log text NOT NULL,
  seq bigint NOT NULL CHECK (seq >= 0),
  hash text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  line bigint NOT NULL CHECK (line >= 0),
  -- Bytes before the head's line: where to go on in a file.
  "offset" bigint NOT NULL CHECK ("offset" >= 0),
  -- Verified from the first entry on, not only from the head before.
  whole boolean NOT NULL,
  verified_at timestamptz NOT NULL
);

CREATE INDEX audit_heads_last ON tocsin.audit_heads (log, id DESC);

CREATE FUNCTION tocsin.refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is append-only: % on %.% is refused, also for its owner',
    TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege', HINT = 'Append an entry that corrects the earlier one.';
END
$$;

CREATE TRIGGER audit_entries_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON tocsin.audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_audit_change();
CREATE TRIGGER audit_heads_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON tocsin.audit_heads
  FOR EACH STATEMENT EXECUTE FUNCTION tocsin.refuse_audit_change();

-- ALWAYS: they also fire under session_replication_role = replica.
ALTER TABLE tocsin.audit_entries ENABLE ALWAYS TRIGGER audit_entries_append_only;
ALTER TABLE tocsin.audit_heads ENABLE ALWAYS TRIGGER audit_heads_append_only;

GRANT SELECT, INSERT ON tocsin.audit_entries, tocsin.audit_heads TO tocsin_writer;
GRANT SELECT ON tocsin.audit_entries, tocsin.audit_heads TO tocsin_auditor;
