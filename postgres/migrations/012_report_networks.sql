-- The network that a report came from, as a keyed hash: what one network may use up, and how many mails it may set off.

ALTER TABLE tocsin.vulnerability_reports
  ADD COLUMN network bytea,
  ADD CONSTRAINT vulnerability_reports_network_erased CHECK (erased_at IS NULL OR network IS NULL);
-- Erasable: no copy of it in the statistics.
ALTER TABLE tocsin.vulnerability_reports ALTER COLUMN network SET STATISTICS 0;
