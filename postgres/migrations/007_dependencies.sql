-- What the dependency check found, and advisories that came by webhook. Names of packages, nothing about people.

CREATE TABLE tocsin.patch_tasks (
  -- One vulnerability of one package in one inventory.
  finding text PRIMARY KEY CHECK (finding ~ '^[0-9a-f]{16}$'),
  -- 1 at first; higher when it came back. Together they make the id of the task's workflow.
  round integer NOT NULL CHECK (round > 0),
  -- The finding as it was last seen.
  data jsonb NOT NULL,
  found_at timestamptz NOT NULL,
  -- Whether the policy wanted a task.
  task boolean NOT NULL,
  -- What the task's workflow is still to be told. Every change raises the revision, so that an answer to an earlier
  -- state does not take a later one away.
  pending jsonb,
  revision integer NOT NULL DEFAULT 1,
  settled_at timestamptz
);

CREATE INDEX patch_tasks_pending ON tocsin.patch_tasks (finding) WHERE pending IS NOT NULL;

GRANT SELECT, INSERT, UPDATE ON tocsin.patch_tasks TO tocsin_writer;
GRANT SELECT ON tocsin.patch_tasks TO tocsin_auditor;

CREATE TABLE tocsin.advisories (
  id text PRIMARY KEY CHECK (length(id) <= 100),
  modified_at timestamptz NOT NULL,
  -- The OSV record as JSON text: never jsonb, which refuses some texts that JSON allows.
  record text NOT NULL CHECK (length(record) <= 1048576),
  received_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT, UPDATE ON tocsin.advisories TO tocsin_writer;
GRANT SELECT ON tocsin.advisories TO tocsin_auditor;
