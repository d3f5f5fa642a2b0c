-- Rounds of notices that a person stopped: nobody more is claimed in them, whoever entered them and whenever. Beside the rows of
-- tocsin.deliveries, of which those that were never claimed become `failed` with the code `stopped`. It names no recipient. May be
-- run again.

CREATE TABLE IF NOT EXISTS tocsin.stopped_rounds (
  incident_id text NOT NULL,
  obligation_id text NOT NULL,
  channel text NOT NULL,
  round integer NOT NULL CHECK (round > 0),
  stopped_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (incident_id, obligation_id, channel, round)
);

GRANT SELECT, INSERT ON tocsin.stopped_rounds TO tocsin_writer;
GRANT SELECT ON tocsin.stopped_rounds TO tocsin_auditor;
