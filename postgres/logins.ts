/** The logins of the database: the owner migrates, the writer works, the auditor reads. None of them is a superuser. */
import pg from 'pg';
import { newPassword, scramVerifier } from './scram';

/** The logins beside the owner's, and the role that each is a member of. Roles belong to the whole Postgres server. */
export const LOGINS = {
  writer: { login: 'tocsin_app', role: 'tocsin_writer', connections: 200 },
  auditor: { login: 'tocsin_audit', role: 'tocsin_auditor', connections: 20 },
} as const;
export type LoginName = keyof typeof LOGINS;

/** A login that was made, with the address to hand over: it holds the password, which stands nowhere else. */
export interface MadeLogin {
  name: LoginName;
  login: string;
  url: string;
  /** A renewed one whose connections the owner may not end. */
  stillConnected?: true;
}

const NOT_SPECIAL = 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS';

/**
 * Makes the logins that are missing, as the owner, after the migrations. One that is there keeps its password; that it is
 * nothing more than it should be is checked. Returns those that were made.
 *
 * @param renew those that are there get a new password as well, and their connections end: somebody else has the former one.
 * @throws Error where a login is there with rights beyond its role's, or the owner may make no logins.
 */
export async function makeLogins(ownerUrl: string, { renew = false } = {}): Promise<MadeLogin[]> {
  const owner = new pg.Client({ connectionString: ownerUrl, connectionTimeoutMillis: 10_000 });
  await owner.connect();
  try {
    const made: MadeLogin[] = [];
    for (const name of Object.keys(LOGINS) as LoginName[]) {
      const { login, role, connections } = LOGINS[name];
      const problem = await loginProblem(owner, login);
      if (problem)
        throw new Error(
          `${problem}, which it must not: drop the login, or take these rights away with ALTER ROLE, and run this again`,
        );
      const isThere = await exists(owner, login);
      if (!isThere || renew) {
        const password = newPassword();
        // The verifier, not the password: a statement may stand in the server's log.
        const as = `PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`;
        await owner.query(
          isThere
            ? `ALTER ROLE ${login} ${as}`
            : `CREATE ROLE ${login} ${NOT_SPECIAL} CONNECTION LIMIT ${connections} ${as}`,
        );
        const ended = !isThere || (await endConnections(owner, login));
        made.push({ name, login, url: withLogin(ownerUrl, login, password), ...(!ended && { stillConnected: true }) });
      }
      await owner.query(`GRANT ${role} TO ${login}`);
      await owner.query(`GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(owner.database!)} TO ${login}`);
    }
    return made;
  } finally {
    await owner.end();
  }
}

/** A login that is too powerful to work with. The remedy is another address, which no retry brings. */
export class TooPowerful extends Error {
  override readonly name = 'TooPowerful';

  constructor(problem: string) {
    super(
      `DATABASE_URL: ${problem}, and could rewrite the past: give the writer's login, which \`npx tocsin migrate --logins FOLDER\` makes`,
    );
  }
}

/**
 * Refuses a login with which nobody should work: it is a superuser, owns the register's tables, or may do what owners do.
 * The triggers refuse a change of the past to all of them, but such a login can switch them off.
 *
 * @throws TooPowerful
 */
export async function refusePowerOf(client: pg.ClientBase): Promise<void> {
  const { rows: who } = await client.query<{ login: string }>('SELECT session_user AS login');
  const special = await loginProblem(client, who[0]!.login);
  if (special) throw new TooPowerful(special);
  const { rows } = await client.query<{ owns: boolean }>(
    `SELECT pg_has_role(session_user, relowner, 'MEMBER') AS owns FROM pg_class
      WHERE oid = to_regclass('tocsin.register_entries')`,
  );
  if (rows[0]?.owns) throw new TooPowerful(`the login ${who[0]!.login} owns the register's tables`);
}

/** The same, for a login by its address. */
export async function refusePowerAt(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    await refusePowerOf(client);
  } finally {
    await client.end();
  }
}

async function loginProblem(client: pg.ClientBase, login: string): Promise<string | undefined> {
  const { rows } = await client.query<Record<string, boolean>>(
    `SELECT rolsuper AS "is a superuser", rolcreaterole AS "may create roles", rolbypassrls AS "bypasses row-level security",
            rolreplication AS "may replicate the whole server" FROM pg_roles WHERE rolname = $1`,
    [login],
  );
  const too = Object.entries(rows[0] ?? {}).flatMap(([what, is]) => (is ? [what] : []));
  return too.length > 0 ? `the login ${login} ${new Intl.ListFormat('en').format(too)}` : undefined;
}

/** Ends what is connected as a login; false when the owner may not. */
async function endConnections(owner: pg.Client, login: string): Promise<boolean> {
  try {
    await owner.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [login]);
    return true;
  } catch (error) {
    if ((error as pg.DatabaseError).code === '42501') return false;
    throw error;
  }
}

async function exists(client: pg.Client, login: string): Promise<boolean> {
  return (await client.query('SELECT FROM pg_roles WHERE rolname = $1', [login])).rowCount !== 0;
}

function withLogin(url: string, login: string, password: string): string {
  const address = new URL(url);
  address.username = login;
  address.password = password;
  return address.href;
}
