-- The inbox: every accepted detection until it is in a triage case or counted as ignored, and after that for as long as
-- a sender may repeat it. It holds no personal data: a detection has none.

CREATE TABLE tocsin.inbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source text NOT NULL,
  -- The sender's own id of it: the same source and id twice is one detection.
  event_id text NOT NULL,
  -- The normalised detection as canonical JSON (RFC 8785).
  payload bytea NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  -- parked: handed over as often as the dispatcher tries, and never taken; a person must look.
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'triaged', 'decided', 'ignored', 'parked')),
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL DEFAULT now(),
  -- The rule that judged it, and the case it went to.
  rule text,
  case_id text,
  -- The type of the last fault, never its text.
  problem text,
  settled_at timestamptz,
  UNIQUE (source, event_id),
  CHECK ((state IN ('triaged', 'decided', 'ignored')) = (settled_at IS NOT NULL))
);

CREATE INDEX inbox_waiting ON tocsin.inbox (next_at, id) WHERE state = 'waiting';
CREATE INDEX inbox_settled ON tocsin.inbox (settled_at) WHERE settled_at IS NOT NULL;

GRANT SELECT, INSERT, UPDATE, DELETE ON tocsin.inbox TO tocsin_writer;
GRANT SELECT ON tocsin.inbox TO tocsin_auditor;
