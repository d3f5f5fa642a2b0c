/** Each guard of production holds in each process: worker, intake and command line. */
import { randomBytes } from 'node:crypto';
import { runIntake } from '../../../cli/commands/intake';
import { temporalTarget } from '../../../cli/connect';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { connectTocsin } from '../../../client/connect';
import { SettingsError } from '../../../platform/settings/load';
import type { StandIns } from '../../../platform/settings/stand-ins';
import { writeRunningStack } from '../../../platform/stack-file';
import { loadCliSettings, temporalOfCli } from '../../../settings/cli';
import { loadIntakeSettings } from '../../../settings/intake';
import { runningStack } from '../../../settings/running-stack';
import { loadWorkerSettings } from '../../../settings/worker';
import { temporaryDir } from '../../setup/helpers';
import { complete as own } from './production-env';

/** A stack that runs on the data folder, which any process would find. */
const dir = temporaryDir('production');
const local: StandIns = {
  databaseUrl: 'postgres://local@127.0.0.1:1/local',
  mailbox: { url: 'http://127.0.0.1:2', apiKey: 'local-key' },
  recorder: { cloudflareUrl: 'http://127.0.0.1:3/cf', hooksUrl: 'http://127.0.0.1:3/hooks', apiToken: 'local-token' },
  site: { url: 'http://127.0.0.1:4', dir },
};
writeRunningStack(
  dir,
  {},
  {
    ...local,
    recorder: { ...local.recorder, url: 'http://127.0.0.1:3' },
    temporal: { address: '127.0.0.1:5', namespace: 'default' },
  },
);

const keys = own.TOCSIN_ENCRYPTION_KEYS;
const production = { TOCSIN_ENV: 'production', TOCSIN_DATA_DIR: dir };
const complete = { ...own, TOCSIN_DATA_DIR: dir };

const PROCESSES: Array<[string, (env: NodeJS.ProcessEnv) => object]> = [
  ['the worker', (env) => loadWorkerSettings(env, local)],
  ['the intake', (env) => loadIntakeSettings(env, local)],
  ['the command line, where it talks to Temporal', (env) => temporalOfCli(env)],
];

test('the command line needs no keys where it sends nothing', () => {
  const { TOCSIN_ENCRYPTION_KEYS: _, ...without } = complete;
  expect(loadCliSettings(without)).toBeDefined();
});

const problemsOf = (load: () => unknown): string => {
  try {
    load();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems.join('\n');
    throw error;
  }
  return '';
};

describe.each(PROCESSES)('%s', (_name, load) => {
  test('starts in production when all is set', () => {
    expect(load(complete)).toBeDefined();
  });

  test('does not start in production without encryption keys', () => {
    const { TOCSIN_ENCRYPTION_KEYS, ...without } = complete;
    expect(problemsOf(() => load(without))).toMatch(/TOCSIN_ENCRYPTION_KEYS: is not set; in production .*encrypted/);
    expect(problemsOf(() => load({ ...without, TOCSIN_ENV: 'development' }))).toBe('');
  });

  test('does not start with a key that is none', () => {
    for (const key of ['k1', 'k1:c2hvcnQ=', `:${randomBytes(32).toString('base64')}`]) {
      const told = problemsOf(() => load({ ...complete, TOCSIN_ENCRYPTION_KEYS: `${keys},${key}` }));
      expect(told).toMatch(/^TOCSIN_ENCRYPTION_KEYS: each key must be ID:BASE64 of 32 bytes/);
      expect(told).not.toContain(keys.slice(3));
    }
  });

  test('uses no stand-in in production', () => {
    const settings = JSON.stringify(load(complete), (name, value) => (name === 'exercise' ? undefined : value));
    expect(settings).not.toMatch(/127\.0\.0\.1|local-key|local-token|examples/);
  });

  test('takes a misspelt mode for an error, not for development', () => {
    expect(problemsOf(() => load({ ...complete, TOCSIN_ENV: 'prod' }))).toBe(
      'TOCSIN_ENV: must be production or development',
    );
  });

  test('names a misspelt variable', () => {
    expect(problemsOf(() => load({ ...complete, TOCSIN_POLCY: 'x' }))).toContain('did you mean TOCSIN_POLICY?');
  });
});

test('no process makes a signing key in production', () => {
  expect(loadWorkerSettings(complete).signing.log.makeKey).toBe(false);
  expect(loadCliSettings(complete).log.makeKey).toBe(false);
  expect(loadCliSettings({ TOCSIN_DATA_DIR: dir }).log.makeKey).toBe(true);
});

test('the worker and the intake do not start in production on a stand-in for Postgres, mail or people', () => {
  const bare = { ...production, TOCSIN_ENCRYPTION_KEYS: keys };
  expect(problemsOf(() => loadWorkerSettings(bare, local))).toMatch(/DATABASE_URL.*RESEND_API_KEY.*TOCSIN_DIRECTORY/s);
  expect(problemsOf(() => loadIntakeSettings(bare, local))).toMatch(/^DATABASE_URL/m);
  const { databaseUrl } = loadCliSettings(bare);
  expect(databaseUrl).toBeUndefined();
});

test('the running stack is found, but in production it is nowhere: neither for Postgres nor for Temporal', () => {
  const development = { TOCSIN_DATA_DIR: dir, TEMPORAL_CONFIG_FILE: `${dir}/none.toml` };
  expect(runningStack(development)).toMatchObject({ databaseUrl: local.databaseUrl });
  expect(temporalTarget(development).origin).toBe('the running stack');
  expect(loadCliSettings(development).databaseUrl).toBe(local.databaseUrl);
  expect(runningStack({ ...development, ...production })).toBeUndefined();
  expect(() => temporalTarget({ ...development, ...production })).toThrow('set TEMPORAL_ADDRESS');
});

test('exercises keep to the recorders in production as well', () => {
  expect(loadWorkerSettings(complete, local).exercise).toMatchObject({
    mail: { baseUrl: local.mailbox.url },
    recorder: { hooksUrl: local.recorder.hooksUrl },
  });
  expect(loadWorkerSettings(complete).exercise).toBeUndefined();
});

test('the typed client does not connect in production without keys', async () => {
  const env = { ...production, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  await expect(connectTocsin({ env })).rejects.toThrow('TOCSIN_ENCRYPTION_KEYS: is not set');
});

test('keys that are none are named, not taken for a Temporal that does not answer', async () => {
  const options = { address: '127.0.0.1:1', encryptionKeys: ['none'], env: {} };
  await expect(connectTocsin(options)).rejects.toThrow('TOCSIN_ENCRYPTION_KEYS: each key must be ID:BASE64');
});

test('the intake itself refuses, before it listens or connects', async () => {
  const env = { ...production, DATABASE_URL: complete.DATABASE_URL, TEMPORAL_ADDRESS: '127.0.0.1:1' };
  await expect(runIntake(env, '127.0.0.1', 0)).rejects.toThrow('TOCSIN_ENCRYPTION_KEYS: is not set');
});

test('a command refuses before anything is sent in clear text, and says all that is wrong', async () => {
  let told = '';
  const sink = { isTTY: false, write: (text: string) => (told += text) } as never;
  const env = { ...production, TEMPORAL_ADDRESS: '127.0.0.1:1', TOCSIN_LOG_DRI: '/log' };
  const shell = new Shell(env, sink, sink);
  expect(await runCommand(['list'], shell)).toBe(2);
  expect(told).toMatch(/settings are not valid/);
  expect(told).toMatch(/TOCSIN_ENCRYPTION_KEYS: is not set/);
  expect(told).toMatch(/TOCSIN_LOG_DRI: is not a setting; did you mean TOCSIN_LOG_DIR\?/);
});
