-- Who signs the register's log, and what was signed last: one log over one register, whichever worker signs. What the
-- signer remembers in a file outside the database (decision 9) stays the measure; this is what another host begins with.

CREATE TABLE tocsin.log_signer (
  sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
  -- The log's name, the key that signs now, and the rotations that led to it.
  origin text NOT NULL,
  verifier_key text NOT NULL,
  rotations text[] NOT NULL,
  -- The signer: a host and its folder. It signs alone until then, by this server's clock.
  holder text NOT NULL,
  held_until timestamptz NOT NULL,
  -- One more for each signer that takes over: one that was away meanwhile writes nothing any more.
  fence bigint NOT NULL CHECK (fence >= 0),
  -- The tree that was signed last.
  size bigint NOT NULL CHECK (size >= 0),
  root bytea NOT NULL CHECK (octet_length(root) = 32)
);

CREATE FUNCTION tocsin.refuse_signing_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.origin = OLD.origin AND NEW.fence >= OLD.fence
     AND (NEW.size > OLD.size OR NEW.size = OLD.size AND NEW.root = OLD.root) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the log of a register keeps its name and only grows: % after % is refused', NEW.size, OLD.size
    USING ERRCODE = 'insufficient_privilege';
END
$$;

CREATE TRIGGER log_signer_goes_forward
  BEFORE UPDATE ON tocsin.log_signer
  FOR EACH ROW EXECUTE FUNCTION tocsin.refuse_signing_back();

GRANT SELECT, INSERT, UPDATE ON tocsin.log_signer TO tocsin_writer;
GRANT SELECT ON tocsin.log_signer TO tocsin_auditor;
