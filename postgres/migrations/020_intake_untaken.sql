-- What a configured source sent, signed, and nobody here could take: of a kind that nothing is known about, or refused. Each
-- is counted by its kind; of the last one what it holds is kept, without mail addresses and without what looks like a
-- secret, so that a person can say what it means. The intake removes a kind 90 days after it came last. May be run again.

CREATE TABLE IF NOT EXISTS tocsin.intake_untaken (
  source text NOT NULL,
  kind text NOT NULL,
  count bigint NOT NULL CHECK (count > 0),
  first_at timestamptz NOT NULL DEFAULT now(),
  last_at timestamptz NOT NULL DEFAULT now(),
  -- Why the last one was refused; null for a kind that nothing is known about.
  problem text,
  -- The last one, as JSON; null where it was none.
  sample text,
  PRIMARY KEY (source, kind)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON tocsin.intake_untaken TO tocsin_writer;
GRANT SELECT ON tocsin.intake_untaken TO tocsin_auditor;
