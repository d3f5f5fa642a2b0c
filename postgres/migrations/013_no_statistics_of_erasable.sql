-- Postgres copies a sample of each column into its statistics, where an erasure does not reach: none of what can be erased.
-- An ALTER of the type removes the statistics there are, also where it stays the same (the table is not written anew).
-- The columns are those of register/erase/erasable-columns.ts; a test compares both.

ALTER TABLE tocsin.register_keys
  ALTER COLUMN key SET STATISTICS 0, ALTER COLUMN key TYPE bytea;

ALTER TABLE tocsin.deliveries
  ALTER COLUMN recipient_ref SET STATISTICS 0, ALTER COLUMN recipient_ref TYPE text,
  ALTER COLUMN address SET STATISTICS 0, ALTER COLUMN address TYPE text,
  ALTER COLUMN language SET STATISTICS 0, ALTER COLUMN language TYPE text,
  ALTER COLUMN batch_key SET STATISTICS 0, ALTER COLUMN batch_key TYPE text,
  ALTER COLUMN provider_message_id SET STATISTICS 0, ALTER COLUMN provider_message_id TYPE text;

ALTER TABLE tocsin.vulnerability_reports
  ALTER COLUMN content SET STATISTICS 0, ALTER COLUMN content TYPE text,
  ALTER COLUMN reporter_email SET STATISTICS 0, ALTER COLUMN reporter_email TYPE text,
  ALTER COLUMN reporter_name SET STATISTICS 0, ALTER COLUMN reporter_name TYPE text,
  ALTER COLUMN credit SET STATISTICS 0, ALTER COLUMN credit TYPE text,
  ALTER COLUMN salt SET STATISTICS 0, ALTER COLUMN salt TYPE bytea,
  ALTER COLUMN same_report SET STATISTICS 0, ALTER COLUMN same_report TYPE bytea,
  ALTER COLUMN same_key SET STATISTICS 0, ALTER COLUMN same_key TYPE bytea,
  ALTER COLUMN same_sender SET STATISTICS 0, ALTER COLUMN same_sender TYPE bytea,
  ALTER COLUMN origin SET STATISTICS 0, ALTER COLUMN origin TYPE bytea,
  ALTER COLUMN network SET STATISTICS 0, ALTER COLUMN network TYPE bytea;

-- Who logged in from where goes after some weeks.
ALTER TABLE tocsin.auth_events
  ALTER COLUMN account SET STATISTICS 0, ALTER COLUMN account TYPE text,
  ALTER COLUMN session SET STATISTICS 0, ALTER COLUMN session TYPE text,
  ALTER COLUMN address SET STATISTICS 0, ALTER COLUMN address TYPE text,
  ALTER COLUMN network SET STATISTICS 0, ALTER COLUMN network TYPE text;
ALTER TABLE tocsin.auth_places
  ALTER COLUMN account SET STATISTICS 0, ALTER COLUMN account TYPE text,
  ALTER COLUMN place SET STATISTICS 0, ALTER COLUMN place TYPE text;
