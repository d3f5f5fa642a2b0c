-- Whoever gives an address with a report confirms it by a link before anything but that link goes there. `confirm_base` is
-- where this server was reached, or is said to be: the link is built by the worker that mails it.

ALTER TABLE tocsin.vulnerability_reports
  ADD COLUMN IF NOT EXISTS confirm_base text CHECK (length(confirm_base) <= 500),
  ADD COLUMN IF NOT EXISTS confirmed_at timestamptz;

ALTER TABLE tocsin.vulnerability_report_mails
  DROP CONSTRAINT vulnerability_report_mails_mail_check,
  DROP CONSTRAINT vulnerability_report_mails_outcome_check;
UPDATE tocsin.vulnerability_report_mails SET mail = 'confirmation' WHERE mail = 'receipt';
ALTER TABLE tocsin.vulnerability_report_mails
  ADD CONSTRAINT vulnerability_report_mails_mail_check CHECK (mail IN ('confirmation', 'acknowledgement')),
  ADD CONSTRAINT vulnerability_report_mails_outcome_check
    CHECK (outcome IN ('sent', 'no-address', 'limited', 'no-link', 'not-confirmed', 'refused', 'unknown'));
