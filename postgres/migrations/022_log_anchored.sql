-- How far each anchor outside keeps the register: what the worker that signs remembers of them, where every other one and the
-- watchdog see it. It is one note, signed with the log's key: whoever has the writer's login alone can neither say that a
-- checkpoint is kept which is not, nor that a mail with it was sent. May be run again.

CREATE TABLE IF NOT EXISTS tocsin.log_anchored (
  sole boolean PRIMARY KEY DEFAULT true CHECK (sole),
  statement text NOT NULL CHECK (octet_length(statement) <= 500000)
);

GRANT SELECT, INSERT, UPDATE ON tocsin.log_anchored TO tocsin_writer;
GRANT SELECT ON tocsin.log_anchored TO tocsin_auditor;
