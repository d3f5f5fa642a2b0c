/** What keeps the register's tables append-only, as the database's catalog has it. */
import type { Pool } from 'pg';

/** One guard: what it is, in words that hold in every database, and which version of which catalog row it stands in. */
export interface Guard {
  /** `trigger register_entries_append_only on register_entries`, … */
  name: string;
  /** Its definition, or what can be said of it. */
  is: string;
  /** Changes with every change of the guard, also when it is changed back: the row's oid and the transaction that wrote it. */
  version: string;
}

/** The tables whose guards are watched. */
export const GUARDED_TABLES = ['register_entries', 'register_keys'] as const;

/**
 * Reads the guards: triggers (with whether they fire always) and their functions, constraints, columns, rules, row
 * security, heirs, and what others than the owner may do. SELECT on the catalog is enough.
 */
export async function readGuards(pool: Pick<Pool, 'query'>): Promise<Guard[]> {
  const { rows } = await pool.query<Guard>(READ, [GUARDED_TABLES]);
  return rows;
}

const READ = `
  WITH guarded AS (
    SELECT class.oid, class.relname, class.relowner, class.relacl, class.relrowsecurity, class.relforcerowsecurity, class.xmin
      FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace
     WHERE space.nspname = 'tocsin' AND class.relname = ANY ($1) AND class.relkind = 'r'
  ), guards AS (
    SELECT 'table ' || relname AS name, 'row security ' || relrowsecurity || '/' || relforcerowsecurity AS is,
           oid::text AS version
      FROM guarded
    UNION ALL
    SELECT 'trigger ' || tgname || ' on ' || relname,
           CASE tgenabled WHEN 'A' THEN 'always' WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' ELSE 'on origin' END
             || ': ' || pg_get_triggerdef(tg.oid),
           tg.oid || '/' || tg.xmin
      FROM guarded JOIN pg_trigger AS tg ON tg.tgrelid = guarded.oid
     WHERE NOT tgisinternal
    UNION ALL
    SELECT DISTINCT 'function ' || proname, 'source ' || encode(sha256(convert_to(prosrc, 'UTF8')), 'hex'),
           proc.oid || '/' || proc.xmin
      FROM guarded JOIN pg_trigger AS tg ON tg.tgrelid = guarded.oid JOIN pg_proc AS proc ON proc.oid = tg.tgfoid
     WHERE NOT tgisinternal
    UNION ALL
    SELECT 'constraint ' || conname || ' on ' || relname,
           pg_get_constraintdef(con.oid) || CASE WHEN convalidated THEN '' ELSE ' (not validated)' END,
           con.oid || '/' || con.xmin
      FROM guarded JOIN pg_constraint AS con ON con.conrelid = guarded.oid
     WHERE contype IN ('c', 'p', 'u', 'x', 'f')
    UNION ALL
    SELECT 'column ' || attname || ' of ' || relname,
           format_type(atttypid, atttypmod) || CASE WHEN attnotnull THEN ' not null' ELSE '' END,
           att.attrelid || '.' || attnum
      FROM guarded JOIN pg_attribute AS att ON att.attrelid = guarded.oid
     WHERE attnum > 0 AND NOT attisdropped
    UNION ALL
    SELECT 'rule ' || rulename || ' on ' || relname, 'ev_type ' || ev_type::text, rule.oid || '/' || rule.xmin
      FROM guarded JOIN pg_rewrite AS rule ON rule.ev_class = guarded.oid
    UNION ALL
    SELECT 'heir ' || inhrelid::regclass || ' of ' || relname, 'inherits', inhrelid::text
      FROM guarded JOIN pg_inherits ON inhparent = guarded.oid
    UNION ALL
    SELECT 'privileges of ' || CASE WHEN grantee = 0 THEN 'everyone' ELSE pg_get_userbyid(grantee) END || ' on ' || relname,
           string_agg(DISTINCT privilege_type, ', ' ORDER BY privilege_type), ''
      FROM guarded, LATERAL (
        SELECT grantee, privilege_type FROM aclexplode(relacl)
        UNION ALL
        SELECT acl.grantee, acl.privilege_type || ' (' || attname || ')'
          FROM pg_attribute AS att, LATERAL aclexplode(attacl) AS acl WHERE att.attrelid = guarded.oid
      ) AS granted
     WHERE grantee <> relowner
     GROUP BY grantee, relname
  )
  SELECT name, "is", version FROM guards ORDER BY name`;
