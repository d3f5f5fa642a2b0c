import pg from 'pg';
import { newPassword, scramVerifier } from '../../../postgres/scram';
import { failure } from '../../failures';
import type { MeasureInput, MeasureResult } from '../../types';
import { DEFAULT_TIMEOUT_MS } from '../config';
import { RotationRecord } from '../rotation-record';
import type { VaultPort } from '../vault';
import { canLogIn, postgresClient, postgresFailure } from './postgres-login';

export interface PostgresConfig {
  /** Connection of a role that may alter the others (superuser, or CREATEROLE with the admin option). */
  url: string;
  /** Roles that may be rotated. In an exercise a throw-away role takes the place of the named one. */
  rotatableRoles: string[];
}

const SESSIONS_END_WITHIN_MS = 5_000;

/** The role that stands in for a real one in an exercise. */
export function exerciseRole(ref: string): string {
  return `tocsin_exercise_${ref.toLowerCase().replace(/[^a-z0-9_]+/g, '_')}`.slice(0, 63);
}

/**
 * Rotates the password of a role: new password into the vault, verifier into Postgres, live sessions ended, then the
 * old password is seen to fail and the new one to work. Every attempt sets the same new password, so that repeating is
 * harmless; a lock keeps two attempts apart. In an exercise a throw-away role is created, rotated and dropped.
 */
export async function rotatePostgresRole(
  config: PostgresConfig,
  vault: VaultPort,
  input: MeasureInput,
  ref: string,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<MeasureResult> {
  const role = input.exercise ? exerciseRole(ref) : ref;
  const record = new RotationRecord(vault, 'postgres-role', role, input);
  const finished = await record.result();
  if (finished) return finished;
  if (!input.exercise && !config.rotatableRoles.includes(ref)) {
    return {
      outcome: 'refused',
      detail: 'the role is not on the list of those that may be rotated',
      internal: `add ${ref} there (TOCSIN_ROTATABLE_ROLES), or rotate it by hand`,
    };
  }

  const admin = postgresClient({ connectionString: config.url }, timeoutMs);
  try {
    await admin.connect();
    await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [`tocsin rotates ${role}`]);
    // A second attempt may have waited here while the first one finished.
    const meanwhile = await record.result();
    if (meanwhile) return meanwhile;
    if (input.exercise) await createExerciseRole(admin, record, role);
    const refusal = await refuseRole(admin, role);
    if (refusal) return { outcome: 'refused', detail: 'the role cannot be rotated automatically', internal: refusal };

    await record.keepPrevious();
    const password = await record.next(newPassword);
    await setPassword(admin, role, password);
    await record.promote(password);
    const ended = await endSessions(admin, role);
    const checked = await verified(admin, record, role, password, timeoutMs);
    const detail = `the role has a new password, which is in the vault; live sessions that were ended: ${ended}; ${checked.text}`;
    if (input.exercise) await admin.query(`DROP ROLE ${pg.escapeIdentifier(role)}`);
    const outcome = checked.isVerified ? 'verified' : 'applied';
    return await record.finish({ outcome, detail, internal: `role ${role}, in the vault as ${record.name}` });
  } catch (error) {
    throw postgresFailure(error, `rotate role ${role}`);
  } finally {
    await admin.end().catch(() => {});
  }
}

/** Whether the login answers, and may rotate the roles that may be rotated, as far as that shows without doing it. */
export async function probePostgresRoles(
  { url, rotatableRoles }: PostgresConfig,
  timeoutMs = DEFAULT_TIMEOUT_MS,
): Promise<string> {
  const admin = postgresClient({ connectionString: url }, timeoutMs);
  try {
    await admin.connect();
    const problems: string[] = [];
    for (const role of rotatableRoles) {
      const refusal = await refuseRole(admin, role);
      if (refusal) problems.push(refusal);
    }
    if (problems.length > 0)
      throw failure('ContainmentRejected', `${problems.join('; ')}. Correct TOCSIN_ROTATABLE_ROLES, or the role`);
    return rotatableRoles.length > 0
      ? `Postgres answers, and ${rotatableRoles.join(', ')} may be rotated; it was not tried`
      : 'Postgres answers; no role may be rotated (TOCSIN_ROTATABLE_ROLES)';
  } catch (error) {
    throw postgresFailure(error, 'look at the roles');
  } finally {
    await admin.end().catch(() => {});
  }
}

async function refuseRole(admin: pg.Client, role: string): Promise<string | undefined> {
  const { rows } = await admin.query<{ super: boolean; login: boolean; own: boolean }>(
    `SELECT rolsuper AS super, rolcanlogin AS login,
            rolname IN (session_user, current_user) OR (NOT rolsuper AND EXISTS (
              SELECT FROM pg_roles own WHERE own.rolname IN ('tocsin_owner', 'tocsin_writer')
                 AND pg_has_role(pg_roles.rolname, own.oid, 'MEMBER'))) AS own
       FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  const found = rows[0];
  if (!found) return `role ${role} does not exist in this Postgres: check the name and the database`;
  if (found.own) {
    return `role ${role} is one Tocsin itself logs in with: rotating it would end containment; rotate it by hand`;
  }
  if (found.super) return `role ${role} is a superuser, which is never rotated automatically: rotate it by hand`;
  if (!found.login) return `role ${role} cannot log in, so it has no password to rotate: name the role that does`;
  return undefined;
}

async function setPassword(admin: pg.Client, role: string, password: string): Promise<void> {
  await admin.query(`ALTER ROLE ${pg.escapeIdentifier(role)} PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`);
}

/** Ends the sessions that logged in with the old password, and waits until they are gone. Returns how many there were. */
async function endSessions(admin: pg.Client, role: string): Promise<number> {
  const { rows } = await admin.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE usename = $1 AND pid <> pg_backend_pid()',
    [role],
  );
  const pids = rows.map((row) => row.pid);
  if (pids.length === 0) return 0;
  await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND pid = ANY($2)', [
    role,
    pids,
  ]);
  for (const until = Date.now() + SESSIONS_END_WITHIN_MS; ; ) {
    const left = await admin.query('SELECT 1 FROM pg_stat_activity WHERE usename = $1 AND pid = ANY($2)', [role, pids]);
    if (left.rowCount === 0) return pids.length;
    if (Date.now() > until) {
      throw failure(
        'ContainmentNotVerified',
        `role ${role} has a new password, but ${left.rowCount} sessions of the old one are still alive: it is tried again; end them by hand if this stays so`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function verified(
  admin: pg.Client,
  record: RotationRecord,
  role: string,
  password: string,
  timeoutMs: number,
): Promise<{ isVerified: boolean; text: string }> {
  const login = (secret: string) => canLogIn(admin, role, secret, timeoutMs);
  if ((await login(newPassword())) !== false) {
    return {
      isVerified: false,
      text: 'not tested: from here this Postgres does not decide by the password (see pg_hba.conf)',
    };
  }
  if ((await login(password)) === false) {
    throw failure(
      'ContainmentNotVerified',
      `the new password of role ${role} does not work: somebody else changed it, or the role expired (VALID UNTIL); it is set again`,
    );
  }
  const previous = await record.previous();
  if (previous === undefined) {
    return {
      isVerified: false,
      text: 'the new password works; that the old one fails was not tested, as it is not in the vault',
    };
  }
  if ((await login(previous)) !== false) {
    throw failure(
      'ContainmentNotVerified',
      `role ${role} has a new password, but the old one still works: it is tried again; disable the role by hand if this stays so`,
    );
  }
  return { isVerified: true, text: 'the old password is rejected, the new one works' };
}

/** Creates the throw-away role with a password that counts as leaked. */
async function createExerciseRole(admin: pg.Client, record: RotationRecord, role: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (rowCount !== 0) return;
  const leaked = newPassword();
  await record.promote(leaked);
  await admin.query(
    `CREATE ROLE ${pg.escapeIdentifier(role)} LOGIN CONNECTION LIMIT 10 PASSWORD ${pg.escapeLiteral(scramVerifier(leaked))}`,
  );
}
