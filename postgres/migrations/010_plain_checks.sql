-- Position and number are checked by plain constraints of the table instead of domains (docs/decisions/0016).

ALTER TABLE tocsin.register_entries
  ALTER COLUMN position TYPE bigint,
  ALTER COLUMN seq TYPE integer,
  ADD CONSTRAINT register_entries_position_check CHECK (position > 0),
  ADD CONSTRAINT register_entries_seq_check CHECK (seq > 0);

DROP DOMAIN tocsin.log_position;
DROP DOMAIN tocsin.incident_seq;
