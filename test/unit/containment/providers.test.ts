import { createContainment } from '../../../activities/containment';
import { credentialProblem, credentialProviders, PROVIDERS } from '../../../activities/containment/providers';
import { containmentSettings, exerciseContainment } from '../../../activities/containment/settings';
import { readSettings } from '../../../platform/settings/load';
import type { StandIns } from '../../../platform/settings/stand-ins';
import { block, folder, isolate, recorder, rotate, WEBHOOK_SECRET } from './fixtures';

const standInsOf = async (): Promise<StandIns> => {
  const { cloudflareUrl, hooksUrl } = await recorder({ tokens: { local: 'local-token' } });
  return {
    databaseUrl: 'postgres://local@127.0.0.1:1/local',
    mailbox: { url: 'http://127.0.0.1:2', apiKey: 'k' },
    recorder: { cloudflareUrl, hooksUrl, apiToken: 'local-token' },
    site: { url: 'http://127.0.0.1:4', dir: folder() },
  };
};

test('each provider has a name, and a credential, of its own', () => {
  for (const names of [PROVIDERS.map(({ name }) => name), credentialProviders()]) {
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,39}$/);
  }
});

test.each(PROVIDERS.map((provider) => [provider.name, provider] as const))(
  '%s: its setting is one of its variables, and it takes what it says',
  async (_name, { setting, settings, takes, credential, create, exercise, hosts }) => {
    expect(Object.keys(settings.variables)).toContain(setting);
    expect(takes.includes('rotate-credential')).toBe(credential !== undefined);
    const made = exercise!(await standInsOf(), undefined);
    expect(Object.keys(create(made, { timeoutMs: 1 })).sort()).toEqual([...takes].sort());
    for (const host of Object.values(hosts(made))) expect(host).toBe('127.0.0.1');
    for (const [action, handler] of Object.entries(create(made, { timeoutMs: 1 }))) {
      const { undo } = handler as { undo?: unknown };
      expect([action, undo !== undefined]).toEqual([action, action !== 'rotate-credential']);
    }
  },
);

test('a provider that there is not is refused, with those that there are', async () => {
  const port = createContainment({ exercise: false });
  expect(await port.apply(rotate('aws-key', 'deploy'))).toEqual({
    outcome: 'refused',
    detail: 'a guard of Tocsin forbids it',
    internal: `there is no provider "aws-key"; there are: ${credentialProviders().join(', ')}`,
  });
});

test('a reference that no credential can have is refused', async () => {
  const long = 'r'.repeat(64);
  expect(credentialProblem({ provider: 'postgres-role', ref: long })).toMatch(/longer than a role's name can be/);
  expect(credentialProblem({ provider: 'postgres-role', ref: long.slice(1) })).toBeUndefined();
  const postgres = { url: 'postgres://a@127.0.0.1:1/x', rotatableRoles: [long] };
  const port = createContainment({ exercise: false, providers: { postgres } });
  expect(await port.apply(rotate('postgres-role', long))).toMatchObject({ outcome: 'refused' });
});

test('what only a recorder took is never more than applied, and says which setting is missing', async () => {
  const standIns = await standInsOf();
  const live = readSettings(containmentSettings, { TOCSIN_DATA_DIR: folder() }, standIns);
  expect(live.recordedOnly).toEqual(['cloudflare', 'webhook']);
  const port = createContainment({ exercise: false, ...live });
  for (const [input, setting] of [
    [block('203.0.113.7'), 'CLOUDFLARE_API_TOKEN'],
    [isolate('ci'), 'TOCSIN_WEBHOOK_URL'],
    [rotate('webhook', 'deploy'), 'TOCSIN_WEBHOOK_URL'],
  ] as const) {
    const result = await port.apply(input);
    expect(result.outcome).toBe('recorded-only');
    expect(result.detail).toBe('it went to a recorder on this machine only');
    expect(result.internal).toBe(`${setting} is not set`);
  }
  expect((await port.undo(block('203.0.113.7'))).internal).toBe('CLOUDFLARE_API_TOKEN is not set');
  expect((await port.apply(rotate('postgres-role', 'deploy'))).internal).toContain(
    'configure TOCSIN_ROTATE_DATABASE_URL',
  );
  expect((await port.apply(block('127.0.0.1'))).detail).not.toContain('recorder');
});

test('what is configured is no recorder, and in production there is none', async () => {
  const standIns = await standInsOf();
  const env = { CLOUDFLARE_API_TOKEN: 't', CLOUDFLARE_ZONE_ID: 'z', TOCSIN_DATA_DIR: folder() };
  expect(readSettings(containmentSettings, env, standIns).recordedOnly).toEqual(['webhook']);
  const production = { ...env, TOCSIN_ENV: 'production' };
  expect(() => readSettings(containmentSettings, production, standIns)).toThrow(
    'TOCSIN_PROTECTED_RANGES: is not set; in production list the public addresses of your servers and offices',
  );
  const ranges = { TOCSIN_PROTECTED_RANGES: '198.51.100.0/28' };
  const { providers, recordedOnly } = readSettings(containmentSettings, { ...production, ...ranges }, standIns);
  expect(recordedOnly).toEqual([]);
  expect(providers).toEqual({
    cloudflare: { apiToken: 't', scope: { zoneId: 'z' }, baseURL: undefined },
    postgres: undefined,
    webhook: undefined,
  });
});

test('an exercise takes the recorders whatever is configured, and keeps its secrets apart', async () => {
  const standIns = await standInsOf();
  const dir = folder();
  const live = readSettings(
    containmentSettings,
    {
      TOCSIN_DATA_DIR: dir,
      CLOUDFLARE_API_TOKEN: 'live',
      CLOUDFLARE_ACCOUNT_ID: 'live',
      TOCSIN_WEBHOOK_URL: 'https://hooks.example.com',
      TOCSIN_WEBHOOK_SECRET: WEBHOOK_SECRET,
      TOCSIN_ROTATE_DATABASE_URL: 'postgres://live@db.example.com/live',
      TOCSIN_ROTATABLE_ROLES: 'deploy',
    },
    standIns,
  );
  const exercise = exerciseContainment(live, standIns, dir);
  expect(JSON.stringify(exercise)).not.toMatch(/live|example\.com/);
  expect(exercise.vault).toEqual({ folder: `${dir}/exercise-vault` });
  const result = await createContainment(exercise).apply(block('203.0.113.7', { exercise: true }));
  expect(result.outcome).toBe('verified');
});

test('where no recorder runs an exercise simulates what it cannot reach', async () => {
  const port = createContainment({ exercise: true });
  for (const input of [block('203.0.113.7'), isolate('ci'), rotate('cloudflare-token', 'ci')]) {
    const result = await port.apply({ ...input, exercise: true });
    expect(result).toEqual({ outcome: 'applied', detail: expect.stringMatching(/^exercise: it was simulated/) });
  }
  expect(await port.undo(block('203.0.113.7', { exercise: true }))).toMatchObject({ outcome: 'undone' });
});
