/** The register's database: whether it answers, who the login is, whether its tables are current, and what time it has. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type pg from 'pg';
import { ask, tocsin } from '../domain/kernel/command-lines';
import { plural } from '../domain/kernel/plural';
import { packageRoot } from '../platform/package-root';
import { refusePowerOf, TooPowerful } from '../postgres/logins';
import { inWords, lackingPrivileges, type RoleName } from '../postgres/privileges';
import { databaseSettings, neededDatabase } from '../postgres/settings';
import { lackingMigrations } from '../postgres/up-to-date';
import { guardFaults } from '../register/guards/expected-guards';
import { readGuards } from '../register/guards/read-guards';
import { unsignedOrAstray } from '../watchdog/signing-eye';
import { type Check, type Found, messageOf, ok, type PatientName, problem, WRONG_SETTINGS, warning } from './check';
import { connected } from './connected';

/** The others read. */
const WRITERS: readonly PatientName[] = ['worker', 'intake'];
const WRITERS_LOGIN = `Give the writer's login, which \`${tocsin('migrate', { logins: ask('folder') })}\` makes`;

export const postgres: Check = {
  about: 'Postgres',
  async look({ read, production, name, env }) {
    const url = read(name === 'server' ? databaseSettings : neededDatabase);
    if (!url && name === 'server' && !env.DATABASE_URL)
      return [
        warning(
          'DATABASE_URL is not set: no page shows the register, and none a notice but from the data folder of a worker',
          WRITERS_LOGIN,
        ),
      ];
    if (!url) return WRONG_SETTINGS;
    try {
      return await connected(url, (client) =>
        looked(client, production, WRITERS.includes(name)).catch((error) => [problem(messageOf(error))]),
      );
    } catch (error) {
      return [cannotConnect(error)];
    }
  },
};

async function looked(client: pg.Client, production: boolean, writes: boolean): Promise<Found[]> {
  const { rows } = await client.query<{ version: number; login: string }>(
    `SELECT current_setting('server_version_num')::int / 10000 AS version, session_user AS login`,
  );
  const [{ version, login }] = rows as [{ version: number; login: string }];
  const found: Found[] = [ok(`version ${version} answers the login ${login}`)];
  const power = await powerOf(client);
  if (power) found.push(production ? problem(power) : warning(power, 'Production refuses such a login'));
  const lacking = await lackedBy(client, login, writes);
  if (lacking) return [...found, lacking];
  found.push(await tables(client));
  if (writes && found.at(-1)!.state === 'ok' && !(await mayWrite(client)))
    found.push(problem(`the login ${login} may not write the register`, WRITERS_LOGIN));
  // Only who may read the register's tables can be told about them.
  if (found.every(({ state }) => state !== 'problem')) {
    const parts = await unsignedOrAstray(client).catch((error) => messageOf(error));
    if (typeof parts === 'string')
      found.push(problem(`the login ${login} may not read the register: ${parts}`, WRITERS_LOGIN));
    else if (parts.length > 0) found.push(...parts.map((part) => problem(part.problem)));
    else
      found.push(
        ...(await guards(client)),
        ok("this machine's clock and its clock agree, and what the register holds is signed"),
      );
  }
  return found;
}

/** What the login lacks of the privileges of its role, as after a restore without them. */
async function lackedBy(client: pg.Client, login: string, writes: boolean): Promise<Found | undefined> {
  const { rows } = await client.query<{ role: RoleName }>(
    `SELECT rolname AS role FROM pg_roles
      WHERE rolname = ANY ('{tocsin_writer,tocsin_auditor}') AND pg_has_role(session_user, oid, 'MEMBER')
      ORDER BY rolname DESC LIMIT 1`,
  );
  const role = rows[0]?.role;
  if (!role || (writes && role !== 'tocsin_writer')) return undefined;
  const lacking = await lackingPrivileges(client, role, login);
  if (lacking.length === 0) return undefined;
  return problem(
    `the login ${login} lacks what ${role} is granted: ${inWords(lacking)}`,
    `Run \`${tocsin('migrate', {})}\` with the owner's login in DATABASE_URL: it grants this again`,
  );
}

/** What was taken from the register's guards, or added to them, since the migrations made them. */
async function guards(client: pg.Client): Promise<Found[]> {
  return guardFaults(await readGuards(client)).map((fault) =>
    problem(
      `a guard of the register is not as it was made: ${fault}`,
      "Undo it with the owner's login, and find out who did it: they could rewrite the past",
    ),
  );
}

async function mayWrite(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    `SELECT pg_has_role(session_user, 'tocsin_writer', 'MEMBER') AS may`,
  );
  return rows[0]!.may;
}

async function powerOf(client: pg.Client): Promise<string | undefined> {
  try {
    await refusePowerOf(client);
    return undefined;
  } catch (error) {
    if (error instanceof TooPowerful) return error.message;
    throw error;
  }
}

async function tables(client: pg.Client): Promise<Found> {
  const todo = `Run \`${tocsin('migrate', { logins: ask('folder') })}\` with the owner's login in DATABASE_URL`;
  const all = readdirSync(path.join(packageRoot(), 'postgres', 'migrations')).length;
  const lacking = await lackingMigrations(client);
  if (lacking.length === all) return problem('there are no tables of Tocsin in this database', todo);
  if (lacking.length > 0)
    return problem(`its tables lack ${plural(lacking.length, 'migration')} (${lacking[0]}…)`, todo);
  return ok('its tables are up to date');
}

function cannotConnect(error: unknown): Found {
  const { code } = error as { code?: string };
  const says = `no connection: ${messageOf(error)}`;
  if (code === '28P01' || code === '28000')
    return problem(
      says,
      `Check login and password in DATABASE_URL; with the owner's login, \`${tocsin('migrate', { logins: ask('folder'), renew: true })}\` makes new ones`,
    );
  if (code === '3D000') return problem(says, 'Make the database, or correct its name in DATABASE_URL');
  if (/certificate|self.signed|SSL|TLS/i.test(says))
    return problem(says, "Name the file of the CA that signed the server's certificate as sslrootcert in DATABASE_URL");
  return problem(says, 'Check that Postgres runs, and host and port in DATABASE_URL');
}
