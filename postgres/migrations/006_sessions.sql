-- What the rules over authentication events remember (D4). Accounts and sessions are pseudonyms; rows are pruned when no
-- rule can need them any more, so that addresses are not kept for longer than the longest window.

CREATE TABLE tocsin.auth_events (
  source text NOT NULL,
  -- The sender's own id: the same source and id twice is one event.
  event_id text NOT NULL,
  account text NOT NULL,
  session text,
  at timestamptz NOT NULL,
  action text NOT NULL,
  failed boolean NOT NULL,
  -- The IPv4 address or the /64 of an IPv6 one; null for private addresses, which have no place.
  address text,
  network text,
  country text,
  lat double precision,
  lon double precision,
  radius_km double precision,
  -- Rules that this event never fires, by the allow-lists at the time it came.
  exempt text[] NOT NULL,
  PRIMARY KEY (source, event_id),
  CHECK ((address IS NULL) = (network IS NULL))
);

CREATE INDEX auth_events_account ON tocsin.auth_events (account, failed, at DESC);
CREATE INDEX auth_events_address ON tocsin.auth_events (address, at DESC) WHERE action IN ('login', 'login-failed');
CREATE INDEX auth_events_at ON tocsin.auth_events (at);

-- Where an account was used from: `country DE`, `network 203.0.113.0/24`, `network as64500`.
CREATE TABLE tocsin.auth_places (
  account text NOT NULL,
  place text NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (account, place)
);

CREATE INDEX auth_places_last_at ON tocsin.auth_places (last_at);

GRANT SELECT, INSERT, UPDATE, DELETE ON tocsin.auth_events, tocsin.auth_places TO tocsin_writer;
