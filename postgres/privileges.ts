/** What the roles may do with the tables. The migrations grant it once; a restore without privileges, or a person, takes it away. */
import type pg from 'pg';

const ALL = 'SELECT, INSERT, UPDATE, DELETE';
const KEPT = 'SELECT, INSERT, UPDATE';
const APPENDED = 'SELECT, INSERT';

/** As the migrations grant it, table by table. Whoever changes a grant in a migration changes it here; a test compares both. */
export const PRIVILEGES = {
  tocsin_writer: {
    advisories: KEPT,
    artefact_lists: 'SELECT, INSERT (incident_id, list, refs)',
    artefacts: APPENDED,
    audit_entries: APPENDED,
    audit_heads: APPENDED,
    auth_events: ALL,
    auth_places: ALL,
    deliveries: KEPT,
    delivery_events: 'SELECT, INSERT, DELETE, UPDATE (told_at)',
    effect_marks: 'SELECT, INSERT (mark)',
    erased_report_requests: 'SELECT, INSERT, DELETE',
    inbox:
      'SELECT, DELETE, INSERT (event_id, mark, payload, proof, source), ' +
      'UPDATE (attempts, case_id, next_at, problem, rule, settled_at, state)',
    intake_untaken: ALL,
    log_anchored: KEPT,
    log_signer: KEPT,
    patch_tasks: KEPT,
    register_entries: APPENDED,
    register_keys: APPENDED,
    schema_migrations: 'SELECT',
    stopped_rounds: APPENDED,
    vulnerability_report_key: 'SELECT',
    vulnerability_report_mails: KEPT,
    vulnerability_reports:
      'SELECT, INSERT (commitment, confirm_base, content, credit, length, network, origin, received_at, report_id, ' +
      'reporter_email, reporter_name, salt, same_key, same_report, same_sender, taken_proof, via, workflow_input), ' +
      'UPDATE (confirm_proof, confirmed_at, content, credit, erased_at, erased_by, network, origin, reporter_email, ' +
      'reporter_name, salt, same_key, same_report, same_sender, started_at)',
  },
  tocsin_auditor: {
    advisories: 'SELECT',
    audit_entries: 'SELECT',
    audit_heads: 'SELECT',
    inbox: 'SELECT',
    intake_untaken: 'SELECT',
    log_anchored: 'SELECT',
    log_signer: 'SELECT',
    patch_tasks: 'SELECT',
    register_entries: 'SELECT',
    register_keys: 'SELECT (destroyed_at, incident_id)',
    schema_migrations: 'SELECT',
    stopped_rounds: 'SELECT',
  },
} as const satisfies Record<string, Record<string, string>>;
export type RoleName = keyof typeof PRIVILEGES;

/** One privilege that is lacking: `INSERT on deliveries`, or on the whole schema. */
export interface Lacking {
  table?: string;
  privilege: string;
  /** Where it is for these alone. */
  columns?: string[];
}

/**
 * The privileges of a role that `login` does not have, whether it is the role or a member of it. Tables and columns that are not
 * there are left out: the migrations make them. Reads the catalog alone, which every login may.
 */
export async function lackingPrivileges(client: pg.ClientBase, role: RoleName, login: string): Promise<Lacking[]> {
  const wanted = Object.entries(PRIVILEGES[role]).flatMap(([table, list]) =>
    [...list.matchAll(/([A-Z]+)(?: \(([^)]*)\))?/g)].map(([, privilege, columns]) => ({
      table,
      privilege: privilege!,
      columns: columns?.split(', '),
    })),
  );
  const { rows } = await client.query<Lacking & { columns: string[] | null; table: string | null }>(LACKING, [
    login,
    JSON.stringify(wanted),
  ]);
  return rows.map(({ table, privilege, columns }) => ({
    privilege,
    ...(table !== null && { table }),
    ...(columns && { columns }),
  }));
}

/**
 * Gives the roles again what they lack, and makes those that are missing: a dump of the database brings no roles to another server.
 * For the owner, after the migrations. Returns what was lacking, in words.
 */
export async function restorePrivileges(owner: pg.ClientBase): Promise<string[]> {
  const given: string[] = [];
  await owner.query(MISSING_ROLES);
  for (const role of Object.keys(PRIVILEGES) as RoleName[]) {
    const lacking = await lackingPrivileges(owner, role, role);
    for (const { table, privilege, columns } of lacking) {
      const what = columns ? `${privilege} (${columns.join(', ')})` : privilege;
      await owner.query(`GRANT ${what} ON ${table ? `tocsin.${table}` : 'SCHEMA tocsin'} TO ${role}`);
    }
    if (lacking.length > 0) given.push(`${role}: ${inWords(lacking)}`);
  }
  return given;
}

/** `SELECT and INSERT on deliveries; SELECT on inbox`. */
export function inWords(lacking: readonly Lacking[]): string {
  const tables = [...new Set(lacking.map(({ table }) => table))];
  return tables
    .map((table) => {
      const privileges = lacking.flatMap((each) => (each.table === table ? [each.privilege] : []));
      return `${new Intl.ListFormat('en').format(privileges)} on ${table ?? 'the schema tocsin'}`;
    })
    .join('; ');
}

/** As the first migration makes them. Roles belong to the whole server: another database may be making them at this very moment. */
const MISSING_ROLES = `
  DO $$
  DECLARE
    wanted text;
  BEGIN
    FOREACH wanted IN ARRAY ARRAY['${Object.keys(PRIVILEGES).join("', '")}'] LOOP
      BEGIN
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
          EXECUTE format('CREATE ROLE %I NOLOGIN', wanted);
        END IF;
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE EXCEPTION 'the role % is missing and % may not create it', wanted, current_user
            USING ERRCODE = 'insufficient_privilege',
                  HINT = format('As an administrator: CREATE ROLE %I NOLOGIN; GRANT %I TO %I;', wanted, wanted, current_user);
      END;
    END LOOP;
  END
  $$`;

const LACKING = `
  WITH wanted AS (
    SELECT "table", privilege, columns
      FROM jsonb_to_recordset($2::jsonb) AS wanted("table" text, privilege text, columns text[])
  ), space AS (
    SELECT oid FROM pg_namespace WHERE nspname = 'tocsin'
  ), there AS (
    SELECT wanted.*, class.oid
      FROM wanted, space, pg_class AS class
     WHERE class.relnamespace = space.oid AND class.relname = wanted."table"
  )
  SELECT NULL AS "table", 'USAGE' AS privilege, NULL::text[] AS columns
    FROM space WHERE NOT has_schema_privilege($1, oid, 'USAGE')
  UNION ALL
  SELECT "table", privilege, NULL FROM there WHERE columns IS NULL AND NOT has_table_privilege($1, oid, privilege)
  UNION ALL
  SELECT "table", privilege, array_agg(attname::text ORDER BY attname)
    FROM there JOIN pg_attribute ON attrelid = oid AND attname = ANY (columns) AND NOT attisdropped
   -- CASE, as conditions are tried in any order, and columns have no DELETE.
   WHERE CASE WHEN columns IS NULL THEN false ELSE NOT has_column_privilege($1, oid, attname, privilege) END
   GROUP BY "table", privilege
   ORDER BY 1 NULLS FIRST, 2`;
