-- The auditor sees whose keys were destroyed, and when, and no key: with one it would open personal data.
-- Writer and auditor see which migrations were run: they may not run them.

REVOKE SELECT ON tocsin.register_keys FROM tocsin_auditor;
GRANT SELECT (incident_id, destroyed_at) ON tocsin.register_keys TO tocsin_auditor;

GRANT SELECT ON tocsin.schema_migrations TO tocsin_writer, tocsin_auditor;

-- Since Postgres 16 whoever makes a role is its administrator, and may not step down to it before saying so.
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 160000 THEN
    IF NOT pg_has_role(current_user, 'tocsin_writer', 'SET') THEN
      EXECUTE format('GRANT tocsin_writer TO %I WITH SET TRUE', current_user);
    END IF;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN NULL;
END
$$;
