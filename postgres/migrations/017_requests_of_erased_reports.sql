-- A request to confirm an address counts for as long as it bounds others, also once its report was erased: else the address
-- would be asked again at once. Kept are keyed hashes and the instant, no report and no address, for seven days at most; the
-- intake removes them. May be run again.

CREATE TABLE IF NOT EXISTS tocsin.erased_report_requests (
  same_sender bytea NOT NULL,
  network bytea,
  -- Of a report by mail: the domain of its sender.
  mail_domain bytea,
  asked_at timestamptz NOT NULL
);
-- Erasable: no copy of them in the statistics.
ALTER TABLE tocsin.erased_report_requests
  ALTER COLUMN same_sender SET STATISTICS 0,
  ALTER COLUMN network SET STATISTICS 0,
  ALTER COLUMN mail_domain SET STATISTICS 0;

GRANT SELECT, INSERT, DELETE ON tocsin.erased_report_requests TO tocsin_writer;
