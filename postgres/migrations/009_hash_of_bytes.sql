-- What Postgres checked anew for every statement costs an append more than writing the row (docs/decisions/0014).

-- Checked like a constraint, and kept ready by Postgres instead of being read and planned each time.
CREATE DOMAIN tocsin.log_position AS bigint CONSTRAINT log_position_check CHECK (VALUE > 0);
CREATE DOMAIN tocsin.incident_seq AS integer CONSTRAINT incident_seq_check CHECK (VALUE > 0);

ALTER TABLE tocsin.register_entries
  -- The leaf hash is SHA-256(0x00 || bytes), and stored nowhere else: there is nothing that could contradict the bytes.
  DROP COLUMN hash,
  DROP CONSTRAINT register_entries_position_check,
  DROP CONSTRAINT register_entries_seq_check,
  ALTER COLUMN position TYPE tocsin.log_position,
  ALTER COLUMN seq TYPE tocsin.incident_seq;
