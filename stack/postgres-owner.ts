/** The owner of the embedded database: a login that may migrate and rotate, and is no superuser, who reads files and memory. */
import { createHash } from 'node:crypto';
import pg from 'pg';
import { scramVerifier } from '../postgres/scram';

export const OWNER = 'tocsin_owner';

/** The owner's password follows from the superuser's, so that one file holds both; the way back does not exist. */
export function ownerPasswordOf(adminPassword: string): string {
  return createHash('sha256').update(`${OWNER} ${adminPassword}`).digest('base64url');
}

/**
 * Makes the owner's login where it is missing, and gives it the database with all that an earlier version made as superuser.
 * It may make roles, for those of the migrations and the throw-away ones of exercises, and end their sessions.
 */
export async function ownDatabase(adminUrl: string, database: string, password: string): Promise<void> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    const there = await admin.query('SELECT FROM pg_roles WHERE rolname = $1', [OWNER]);
    if (there.rowCount === 0) await admin.query(`CREATE ROLE ${OWNER}`);
    await admin.query(
      `ALTER ROLE ${OWNER} LOGIN NOSUPERUSER CREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS PASSWORD ${pg.escapeLiteral(scramVerifier(password))};
       GRANT pg_signal_backend TO ${OWNER};
       ALTER DATABASE ${pg.escapeIdentifier(database)} OWNER TO ${OWNER}`,
    );
    await admin.query(TAKE_OVER);
  } finally {
    await admin.end();
  }
}

const TAKE_OVER = `
  DO $$
  DECLARE
    each record;
  BEGIN
    FOR each IN SELECT unnest(ARRAY['tocsin_writer', 'tocsin_auditor']) AS role LOOP
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = each.role) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', each.role);
      END IF;
      EXECUTE format('GRANT %I TO ${OWNER} WITH ADMIN OPTION', each.role);
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'tocsin') THEN RETURN; END IF;
    ALTER SCHEMA tocsin OWNER TO ${OWNER};
    FOR each IN
      SELECT oid::regclass AS name FROM pg_class
       WHERE relnamespace = 'tocsin'::regnamespace AND relkind IN ('r', 'p') AND relowner <> '${OWNER}'::regrole
    LOOP
      EXECUTE format('ALTER TABLE %s OWNER TO ${OWNER}', each.name);
    END LOOP;
    FOR each IN
      SELECT oid::regprocedure AS name FROM pg_proc
       WHERE pronamespace = 'tocsin'::regnamespace AND proowner <> '${OWNER}'::regrole
    LOOP
      EXECUTE format('ALTER FUNCTION %s OWNER TO ${OWNER}', each.name);
    END LOOP;
  END
  $$`;
