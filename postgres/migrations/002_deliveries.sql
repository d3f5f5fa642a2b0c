-- The delivery ledger: who is told what, by which channel, with which outcome.
-- Erasable personal data (addresses) lives here and only here; the register holds none of it.

CREATE TABLE tocsin.deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id text NOT NULL,
  obligation_id text NOT NULL,
  recipient_ref text NOT NULL,
  channel text NOT NULL,
  address text NOT NULL,
  language text NOT NULL,
  -- In which round of resolving the audience this recipient was found: 1 for the first.
  round integer NOT NULL CHECK (round > 0),
  -- The frozen batch this row was last claimed in; the provider's idempotency key derives from it.
  batch_key text,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sending', 'sent', 'failed', 'unknown')),
  provider_message_id text,
  body_sha256 text,
  error_code text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  claimed_at timestamptz,
  sent_at timestamptz,
  UNIQUE (incident_id, obligation_id, recipient_ref, channel),
  CHECK (batch_key IS NOT NULL OR status IN ('pending', 'failed')),
  CHECK ((status = 'sent') = (sent_at IS NOT NULL))
);

-- What claim-batch asks for: the open batch, then the next pending rows, in the order they came.
CREATE INDEX deliveries_open ON tocsin.deliveries (incident_id, obligation_id, channel, round, status, id)
  WHERE status IN ('pending', 'sending', 'unknown');
CREATE INDEX deliveries_batch ON tocsin.deliveries (batch_key) WHERE batch_key IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON tocsin.deliveries TO tocsin_writer;
