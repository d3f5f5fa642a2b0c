-- The inbox: that a detection was accepted, and how it reads, is proved by the keys of workers and intake, which are not in
-- this database: whoever has the writer's login alone opens no case by a row of it, changes none, and keeps none out by taking
-- its place. Rows that were there before are believed as they are: which those are is for nobody but the owner to say. May be
-- run again.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'tocsin.inbox'::regclass AND attname = 'earlier') THEN
    ALTER TABLE tocsin.inbox
      ADD COLUMN earlier boolean NOT NULL DEFAULT true,
      -- Of source and event id: what was accepted once is there once.
      ADD COLUMN mark bytea NOT NULL DEFAULT '',
      -- Of these and the payload.
      ADD COLUMN proof bytea;
  END IF;
  ALTER TABLE tocsin.inbox ALTER COLUMN earlier SET DEFAULT false;
END
$$;
ALTER TABLE tocsin.inbox DROP CONSTRAINT IF EXISTS inbox_source_event_id_key;
CREATE UNIQUE INDEX IF NOT EXISTS inbox_once ON tocsin.inbox (source, event_id, mark);
REVOKE INSERT, UPDATE ON tocsin.inbox FROM tocsin_writer;
GRANT INSERT (source, event_id, payload, mark, proof),
  -- What becomes of it; not what it says.
  UPDATE (state, attempts, next_at, rule, case_id, problem, settled_at)
  ON tocsin.inbox TO tocsin_writer;
