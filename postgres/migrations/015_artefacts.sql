-- What every worker must find, wherever it runs: notices and dossiers by the hash of their bytes, the refs that batches
-- have held, and marks of effects that have happened. Rows are added and nothing else. What belongs to an incident lies
-- under its data key (register_keys), so that it goes with that key, from backups as well.

CREATE TABLE tocsin.artefacts (
  -- Of the bytes as they were given, before they were compressed and sealed.
  sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
  -- Empty for what belongs to no incident, such as a policy: it is not sealed.
  incident_id text NOT NULL,
  content bytea NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sha256, incident_id)
);

CREATE TABLE tocsin.artefact_lists (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Of the list's name.
  list text NOT NULL CHECK (list ~ '^[0-9a-f]{64}$'),
  incident_id text NOT NULL,
  -- Some refs of recipients, sealed.
  refs bytea NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX artefact_lists_list ON tocsin.artefact_lists (list);

CREATE TABLE tocsin.effect_marks (
  -- Of the effect's key, which may name people.
  mark text PRIMARY KEY CHECK (mark ~ '^[0-9a-f]{64}$'),
  marked_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON tocsin.artefacts, tocsin.artefact_lists, tocsin.effect_marks TO tocsin_writer;
