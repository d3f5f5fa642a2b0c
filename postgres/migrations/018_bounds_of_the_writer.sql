-- What the writer's login may do to others that work with it. Whoever has that login and no key must neither stop the
-- signing of the register, nor silence a mail, nor speak for a reporter. May be run again.

-- The signer's row: what somebody wrote into it with the writer's login holds nobody up for longer than a turn lasts.
-- `bound_key` is the key with which the log began here: it never changes, and the rotations lead from it to the present one.
-- `note` is the signed checkpoint of `size` and `root`: only what the log's key has signed is believed to have been signed.
-- It is null until the log was signed for the first time since this column is there.
DROP TRIGGER IF EXISTS log_signer_goes_forward ON tocsin.log_signer;
ALTER TABLE tocsin.log_signer
  ADD COLUMN IF NOT EXISTS bound_key text,
  ADD COLUMN IF NOT EXISTS note text;
UPDATE tocsin.log_signer SET bound_key = verifier_key WHERE bound_key IS NULL;

CREATE OR REPLACE FUNCTION tocsin.refuse_signing_back() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    NEW.bound_key := coalesce(NEW.bound_key, NEW.verifier_key);
    -- The owner restores a backup; anybody else begins a log.
    IF pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
       OR NEW.size = 0 AND NEW.fence = 0 AND NEW.held_until = '-infinity' AND NEW.bound_key = NEW.verifier_key THEN
      RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log of a register begins with nothing: size % is refused', NEW.size
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.origin <> OLD.origin OR NEW.bound_key IS DISTINCT FROM OLD.bound_key
     OR NEW.size < OLD.size OR NEW.size = OLD.size AND NEW.root <> OLD.root
     OR NEW.note IS NULL AND OLD.note IS NOT NULL THEN
    RAISE EXCEPTION 'the log of a register keeps its name and only grows: % after % is refused', NEW.size, OLD.size
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- One more for each that takes over: a number near the last one would leave none for those to come.
  IF NEW.fence NOT IN (OLD.fence, OLD.fence + 1) THEN
    RAISE EXCEPTION 'signers are counted one by one: % after % is refused', NEW.fence, OLD.fence
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.size > OLD.size AND NEW.size > (SELECT coalesce(max(position), 0) FROM tocsin.register_entries) THEN
    RAISE EXCEPTION 'no more is signed than the register holds: % is refused', NEW.size
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- A turn is 30 seconds, and kept again and again.
  IF NEW.held_until > OLD.held_until AND NEW.held_until > clock_timestamp() + interval '1 minute' THEN
    RAISE EXCEPTION 'a turn to sign lasts a minute at most: until % is refused', NEW.held_until
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF octet_length(NEW.holder) > 500 OR octet_length(NEW.verifier_key) > 1000 OR octet_length(NEW.note) > 10000
     OR octet_length(array_to_string(NEW.rotations, '')) > 1000000 THEN
    RAISE EXCEPTION 'what is said of the signer is too long' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER log_signer_goes_forward
  BEFORE INSERT OR UPDATE ON tocsin.log_signer
  FOR EACH ROW EXECUTE FUNCTION tocsin.refuse_signing_back();
-- ALWAYS: it also fires under session_replication_role = replica.
ALTER TABLE tocsin.log_signer ENABLE ALWAYS TRIGGER log_signer_goes_forward;

-- Artefacts: a place that was filled with something else is no reason to lose the true one, which is stored beside it.
ALTER TABLE tocsin.artefacts DROP CONSTRAINT IF EXISTS artefacts_pkey;
CREATE INDEX IF NOT EXISTS artefacts_place ON tocsin.artefacts (sha256, incident_id);

-- Marks that an effect has happened, and lists of whom batches have held, keep mails from people. They are proved by the
-- workers' keys now, which are not in this database. Those that were there before are believed as they are: which those are
-- is for nobody but the owner to say.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'tocsin.effect_marks'::regclass AND attname = 'earlier') THEN
    ALTER TABLE tocsin.effect_marks ADD COLUMN earlier boolean NOT NULL DEFAULT true;
    ALTER TABLE tocsin.artefact_lists ADD COLUMN earlier boolean NOT NULL DEFAULT true;
  END IF;
  ALTER TABLE tocsin.effect_marks ALTER COLUMN earlier SET DEFAULT false;
  ALTER TABLE tocsin.artefact_lists ALTER COLUMN earlier SET DEFAULT false;
END
$$;
REVOKE INSERT ON tocsin.effect_marks, tocsin.artefact_lists FROM tocsin_writer;
GRANT INSERT (mark) ON tocsin.effect_marks TO tocsin_writer;
GRANT INSERT (list, incident_id, refs) ON tocsin.artefact_lists TO tocsin_writer;

-- Vulnerability reports: that a report was taken by an intake, and that its address was confirmed, is proved by the keys of
-- workers and intake. What stands in reports of before is believed as it is.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'tocsin.vulnerability_reports'::regclass AND attname = 'earlier') THEN
    ALTER TABLE tocsin.vulnerability_reports
      ADD COLUMN earlier boolean NOT NULL DEFAULT true,
      -- Of the address and of where its link leads, by the intake that took it.
      ADD COLUMN taken_proof bytea,
      -- Of the address, by the intake at which the link was followed.
      ADD COLUMN confirm_proof bytea;
  END IF;
  ALTER TABLE tocsin.vulnerability_reports ALTER COLUMN earlier SET DEFAULT false;
END
$$;
REVOKE INSERT, UPDATE ON tocsin.vulnerability_reports FROM tocsin_writer;
GRANT INSERT (report_id, received_at, via, content, reporter_email, reporter_name, credit, salt, same_report, same_key, same_sender,
    origin, network, length, commitment, workflow_input, confirm_base, taken_proof),
  -- What happens to a report, and what an erasure takes from it; not what it is, nor where its link leads.
  UPDATE (started_at, confirmed_at, confirm_proof, content, reporter_email, reporter_name, credit, salt, same_report, same_key,
    same_sender, origin, network, erased_at, erased_by)
  ON tocsin.vulnerability_reports TO tocsin_writer;
-- Only an erasure destroys data keys, and it works as the owner: whoever has the writer's login alone destroys none.
REVOKE UPDATE ON tocsin.register_keys FROM tocsin_writer;
