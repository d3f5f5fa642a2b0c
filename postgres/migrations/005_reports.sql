-- Vulnerability reports: what was reported and by whom. The text, the reporter and all that could betray them are here
-- and nowhere else, and can be erased; the register and the histories hold the id, the length and the commitment.

CREATE TABLE tocsin.vulnerability_reports (
  report_id text PRIMARY KEY CHECK (report_id ~ '^VR-[0-9]{8}-[0-9a-f]{8}$'),
  received_at timestamptz NOT NULL,
  via text NOT NULL CHECK (via IN ('form', 'json', 'mail')),
  -- Erasable, all at once.
  content text,
  reporter_email text,
  reporter_name text,
  credit text CHECK (credit IN ('named', 'anonymous')),
  salt bytea,
  -- Keyed hashes, to find the same report again and to bound what one address may leave open.
  same_report bytea,
  same_key bytea,
  same_sender bytea,
  origin bytea,
  -- What stays.
  length integer NOT NULL CHECK (length > 0),
  commitment text NOT NULL CHECK (commitment ~ '^[0-9a-f]{64}$'),
  -- The input of its workflow, as it is started also when Temporal was away: no content, no reporter.
  workflow_input jsonb NOT NULL,
  started_at timestamptz,
  erased_at timestamptz,
  erased_by text,
  CHECK ((erased_at IS NULL) = (content IS NOT NULL)),
  CHECK (erased_at IS NULL OR num_nonnulls(content, reporter_email, reporter_name, credit, salt, same_report, same_key, same_sender, origin) = 0)
);

CREATE INDEX vulnerability_reports_not_started ON tocsin.vulnerability_reports (received_at) WHERE started_at IS NULL;
CREATE INDEX vulnerability_reports_recent ON tocsin.vulnerability_reports (received_at);

-- Mails to reporters: claimed before the call, settled after it, so that none is sent twice.
CREATE TABLE tocsin.vulnerability_report_mails (
  report_id text NOT NULL REFERENCES tocsin.vulnerability_reports,
  mail text NOT NULL CHECK (mail IN ('receipt', 'acknowledgement')),
  claimed_at timestamptz NOT NULL,
  settled_at timestamptz,
  outcome text CHECK (outcome IN ('sent', 'no-address', 'refused', 'unknown')),
  PRIMARY KEY (report_id, mail),
  CHECK ((settled_at IS NULL) = (outcome IS NULL))
);

-- The key of the hashes above: one for all intake servers, made here, worth nothing outside of this database.
CREATE TABLE tocsin.vulnerability_report_key (
  sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
  key bytea NOT NULL DEFAULT sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))
);
INSERT INTO tocsin.vulnerability_report_key DEFAULT VALUES;

GRANT SELECT, INSERT, UPDATE ON tocsin.vulnerability_reports, tocsin.vulnerability_report_mails TO tocsin_writer;
GRANT SELECT ON tocsin.vulnerability_report_key TO tocsin_writer;
