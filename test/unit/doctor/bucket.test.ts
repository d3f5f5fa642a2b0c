// What `tocsin doctor` says of the object store: it takes, gives back and lets go, or which of these it does not.

import { bucketSettings } from '../../../activities/storage/bucket-settings';
import { objectStore } from '../../../doctor/bucket-check';
import type { Patient } from '../../../doctor/check';
import { loadSettings } from '../../../platform/settings/load';
import { processSettings } from '../../../platform/settings/process';
import { type StoreOfTests, startObjectStore } from '../../setup/object-store';

let store: StoreOfTests;
beforeAll(async () => {
  store = await startObjectStore();
});

const envOf = (over: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  TOCSIN_ARTEFACTS_URL: store.settings.url,
  TOCSIN_ARTEFACTS_BUCKET: 'tocsin',
  TOCSIN_ARTEFACTS_REGION: store.settings.region,
  TOCSIN_ARTEFACTS_KEY_ID: store.settings.keyId,
  TOCSIN_ARTEFACTS_SECRET: store.settings.secret,
  ...over,
});
const settingsOf = (env: NodeJS.ProcessEnv) =>
  loadSettings({ process: processSettings, bucket: bucketSettings }, env).bucket;
const look = (env: NodeJS.ProcessEnv) => {
  const read = () => {
    try {
      return settingsOf(env);
    } catch {
      return undefined;
    }
  };
  return objectStore.look({ name: 'worker', env, read } as unknown as Patient);
};

test('one that takes, gives back and lets go of an object is in order, and nothing stays in it', async () => {
  expect(await look(envOf())).toEqual([
    { state: 'ok', says: 'the bucket "tocsin" takes an object, gives it back and lets it go' },
  ]);
  expect(store.objects.size).toBe(0);
});

test('without one artefacts lie in Postgres; settings that are wrong are told where settings are', async () => {
  expect(await look({})).toEqual([{ state: 'ok', says: 'none is set: artefacts lie in Postgres' }]);
  expect(await look(envOf({ TOCSIN_ARTEFACTS_SECRET: undefined }))).toMatchObject([{ state: 'not checked' }]);
});

test('a key that is refused, and a bucket that is not there', async () => {
  for (const [over, says] of [
    [{ TOCSIN_ARTEFACTS_SECRET: 'wrong' }, '403 SignatureDoesNotMatch'],
    [{ TOCSIN_ARTEFACTS_BUCKET: 'another' }, '404 NoSuchBucket'],
  ] as const)
    expect(await look(envOf(over))).toEqual([
      {
        state: 'problem',
        says: expect.stringContaining(says),
        todo: expect.stringContaining('TOCSIN_ARTEFACTS_BUCKET'),
      },
    ]);
});

test('what is missing, set alone or in clear in production is told by its name', () => {
  const problems = (env: NodeJS.ProcessEnv) => {
    try {
      return settingsOf(env) as never;
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(settingsOf({})).toBeUndefined();
  expect(problems(envOf({ TOCSIN_ARTEFACTS_BUCKET: undefined }))).toContain('TOCSIN_ARTEFACTS_BUCKET: is not set');
  expect(problems(envOf({ TOCSIN_ARTEFACTS_URL: undefined }))).toContain('is set without TOCSIN_ARTEFACTS_URL');
  expect(problems(envOf({ TOCSIN_ARTEFACTS_BUCKET: 'A_B' }))).toContain('TOCSIN_ARTEFACTS_BUCKET: must be a name');
  expect(problems(envOf({ TOCSIN_ENV: 'production' }))).toContain('TOCSIN_ARTEFACTS_URL: must begin with https:');
  expect(problems(envOf({ TOCSIN_ARTEFACTS_URL: undefined }))).not.toContain(store.settings.secret);
});
