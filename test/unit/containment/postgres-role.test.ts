import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createContainment, fileVault } from '../../../activities/containment';
import { type OwnCredentials, ownCredentials } from '../../../activities/containment/own-credentials';
import { exerciseRole } from '../../../activities/containment/providers/postgres-role';
import { newPassword, scramVerifier } from '../../../postgres/scram';
import { createTestDatabase } from '../../setup/helpers';
import { afterTest, folder, rotate } from './fixtures';

let url: string;
let admin: pg.Client;
beforeAll(async () => {
  url = (await createTestDatabase()).url;
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
});
afterAll(() => admin.end());

async function role(options = 'LOGIN', password = 'leaked') {
  const name = `tocsin_test_${randomBytes(5).toString('hex')}`;
  await admin.query(`CREATE ROLE ${name} ${options} PASSWORD '${password}'`);
  afterTest(() => admin.query(`DROP ROLE IF EXISTS ${name}`));
  return name;
}

function logIn(user: string, password: string) {
  const login = new URL(url);
  const client = new pg.Client({
    host: login.hostname,
    port: Number(login.port),
    database: login.pathname.slice(1),
    user,
    password,
  });
  client.on('error', () => {});
  return client.connect().then(() => client);
}

function setUp(rotatableRoles: string[], over: { own?: OwnCredentials; exercise?: boolean } = {}) {
  const dir = folder();
  const { exercise = false, own } = over;
  const port = createContainment({
    exercise,
    providers: { postgres: { url, rotatableRoles } },
    own,
    vault: { folder: dir },
  });
  return { port, vault: fileVault(exercise ? `${dir}/exercise` : dir) };
}

describe('the SCRAM verifier', () => {
  it('is the one that Postgres computes itself', async () => {
    const name = await role('LOGIN', 'pencil');
    const { rows } = await admin.query<{ rolpassword: string }>(
      'SELECT rolpassword FROM pg_authid WHERE rolname = $1',
      [name],
    );
    const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(rows[0]!.rolpassword)!;
    expect(scramVerifier('pencil', Buffer.from(salt!, 'base64'), Number(iterations))).toBe(rows[0]!.rolpassword);
  });

  it('refuses what would need SASLprep', () => {
    expect(() => scramVerifier('pässword')).toThrow(RangeError);
    expect(scramVerifier(newPassword())).toMatch(
      /^SCRAM-SHA-256\$4096:[A-Za-z0-9+/=]{24}\$[A-Za-z0-9+/=]{44}:[A-Za-z0-9+/=]{44}$/,
    );
  });
});

describe('rotating a Postgres role', () => {
  it('sets a new password, ends the sessions of the old one, and sees the old one fail', async () => {
    const name = await role();
    const { port, vault } = setUp([name]);
    await vault.put(`postgres-role/${name}`, 'leaked');
    const intruder = await logIn(name, 'leaked');
    const result = await port.apply(rotate('postgres-role', name));
    expect(result).toMatchObject({
      outcome: 'verified',
      detail: expect.stringMatching(/sessions that were ended: 1; the old password is rejected/),
      internal: `role ${name}, in the vault as postgres-role/${name}`,
    });
    await expect(intruder.query('SELECT 1')).rejects.toThrow();
    await expect(logIn(name, 'leaked')).rejects.toMatchObject({ code: '28P01' });
    const secret = await vault.get(`postgres-role/${name}`);
    await (await logIn(name, secret!)).end();
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('is done once: asked again it answers the same and changes nothing', async () => {
    const name = await role();
    const { port, vault } = setUp([name]);
    const results = await Promise.all([1, 2, 3].map(() => port.apply(rotate('postgres-role', name))));
    const secret = await vault.get(`postgres-role/${name}`);
    expect(new Set(results.map((each) => each.detail)).size).toBe(1);
    await port.apply(rotate('postgres-role', name));
    expect(await vault.get(`postgres-role/${name}`)).toBe(secret);
    await (await logIn(name, secret!)).end();
  });

  it('goes on with the password that is in the vault when an attempt broke off before it was set', async () => {
    const name = await role();
    const { port, vault } = setUp([name]);
    const staged = newPassword();
    await vault.put(`postgres-role/${name}/INC-1/1/next`, staged);
    await port.apply(rotate('postgres-role', name));
    expect(await vault.get(`postgres-role/${name}`)).toBe(staged);
  });

  it('does not take its own new password for the old one when an attempt broke off after it was in force', async () => {
    const staged = newPassword();
    const name = await role('LOGIN', staged);
    const { port, vault } = setUp([name]);
    await vault.put(`postgres-role/${name}/INC-1/1/next`, staged);
    await vault.put(`postgres-role/${name}`, staged);
    expect(await port.apply(rotate('postgres-role', name))).toMatchObject({
      outcome: 'applied',
      detail: expect.stringMatching(/that the old one fails was not tested/),
    });
    await (await logIn(name, staged)).end();
  });

  it('sets another password where one was set in between: its own may have leaked by then', async () => {
    const [mine, theirs] = [newPassword(), newPassword()];
    const name = await role('LOGIN', theirs);
    const { port, vault } = setUp([name]);
    await vault.put(`postgres-role/${name}/INC-1/1/previous`, 'leaked');
    await vault.put(`postgres-role/${name}/INC-1/1/next`, mine);
    await vault.put(`postgres-role/${name}`, theirs);
    expect(await port.apply(rotate('postgres-role', name))).toMatchObject({ outcome: 'verified' });
    for (const known of [mine, theirs, 'leaked'])
      await expect(logIn(name, known)).rejects.toMatchObject({ code: '28P01' });
    await (await logIn(name, (await vault.get(`postgres-role/${name}`))!)).end();
  });

  it('says what was not tested when the old password is not in the vault', async () => {
    const name = await role();
    expect(await setUp([name]).port.apply(rotate('postgres-role', name))).toMatchObject({
      outcome: 'applied',
      detail: expect.stringMatching(/not tested/),
    });
  });

  it('refuses a role that is not on the list, none, a superuser, one without login, and its own', async () => {
    const [listed, superuser, group, own, writer] = [
      await role(),
      await role('SUPERUSER LOGIN'),
      await role('NOLOGIN'),
      await role(),
      await role(),
    ];
    const login = new URL(url).username;
    await admin.query(`GRANT tocsin_writer TO ${writer}`);
    const elsewhere = `postgres://${own}:leaked@db.example.com/register`;
    const { port, vault } = setUp([superuser, group, own, writer, login, 'nobody_here'], {
      own: ownCredentials({ ANY_NAME: elsewhere }, []),
    });
    for (const [name, why] of [
      [listed, /TOCSIN_ROTATABLE_ROLES/],
      [superuser, /superuser/],
      [group, /cannot log in/],
      [own, /Tocsin itself/],
      [writer, /Tocsin itself/],
      [login, /Tocsin itself/],
      ['nobody_here', /does not exist/],
    ] as const) {
      expect(await port.apply(rotate('postgres-role', name))).toMatchObject({
        outcome: 'refused',
        internal: expect.stringMatching(why),
      });
      expect(await vault.get(`postgres-role/${name}`)).toBeUndefined();
    }
    await (await logIn(listed, 'leaked')).end();
  });

  it('throws a retryable failure without the address or the password when Postgres is away', async () => {
    const dead = new URL(url);
    dead.port = '1';
    const port = createContainment({
      exercise: false,
      providers: { postgres: { url: dead.href, rotatableRoles: ['x'] } },
      vault: { folder: folder() },
    });
    const error = await port.apply(rotate('postgres-role', 'x')).catch((thrown) => thrown);
    expect(error).toMatchObject({ type: 'ContainmentUnavailable', nonRetryable: false });
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain(dead.password);
  });

  it('says which right is missing, and goes on once it is granted', async () => {
    const [operator, name] = [await role('LOGIN', 'operator'), await role()];
    const asOperator = new URL(url);
    [asOperator.username, asOperator.password] = [operator, 'operator'];
    const port = createContainment({
      exercise: false,
      providers: { postgres: { url: asOperator.href, rotatableRoles: [name] } },
      vault: { folder: folder() },
    });
    await expect(port.apply(rotate('postgres-role', name))).rejects.toMatchObject({
      type: 'ContainmentDenied',
      nonRetryable: false,
    });
    await admin.query(`ALTER ROLE ${operator} CREATEROLE`);
    await admin.query(`GRANT ${name} TO ${operator} WITH ADMIN OPTION`);
    afterTest(() => admin.query(`REVOKE ${name} FROM ${operator}`));
    expect((await port.apply(rotate('postgres-role', name))).outcome).toBe('applied');
  });

  it('rotates a throw-away role in an exercise, really, and leaves the named one and no trace behind', async () => {
    const name = await role();
    const { port, vault } = setUp([], { exercise: true });
    const result = await port.apply(rotate('postgres-role', name, { exercise: true }));
    expect(result).toMatchObject({
      outcome: 'verified',
      internal: expect.stringContaining(`role ${exerciseRole(name)}`),
    });
    await (await logIn(name, 'leaked')).end();
    expect((await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [exerciseRole(name)])).rowCount).toBe(0);
    const again = await port.apply(rotate('postgres-role', name, { exercise: true, incidentId: 'INC-2' }));
    expect(again.outcome).toBe('verified');
    expect(await vault.get(`postgres-role/${exerciseRole(name)}`)).toBeDefined();
    expect(exerciseRole('deploy')).toBe('tocsin_exercise_deploy');
  });
});
