/** How settings are read: all problems at once, no secret in any of them, no misspelt name unheard. */
import { z } from 'zod';
import { loadSettings, SettingsError } from '../../../platform/settings/load';
import { list, settingsGroup, text, url, variable } from '../../../platform/settings/variable';
import { misspelt } from '../../../settings/misspelt';
import { loadWorkerSettings } from '../../../settings/worker';

const one = settingsGroup({
  title: 'One',
  unset: 'nothing',
  variables: {
    A: variable('a', z.string().regex(/^\d+$/, 'must be a number').transform(Number), { default: '7' }),
    B: variable('b', url),
    KEY: variable('k', z.string().length(4, 'must have 4 characters'), {
      secret: true,
      neededInProduction: 'it is a must',
    }),
  },
  build: (values) => values,
});
const two = settingsGroup({
  title: 'Two',
  unset: 'nothing',
  variables: { LIST: variable('l', list, { default: '' }), MORE: variable('m', text) },
  build(values, { problem }) {
    if (values.LIST.length > 0 && !values.MORE) problem('MORE: is needed with LIST');
    return { ...values, count: values.LIST.length };
  },
});

const problemsOf = (load: () => unknown): readonly string[] => {
  try {
    load();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
};

test('values are parsed, defaults are parsed alike, an empty one counts as not set', () => {
  expect(loadSettings({ one, two }, { A: '', B: 'https://example.com', LIST: ' a ,, b ', MORE: 'x' })).toEqual({
    one: { A: 7, B: 'https://example.com', KEY: undefined },
    two: { LIST: ['a', 'b'], MORE: 'x', count: 2 },
  });
});

test('problems of every group are told together, and none shows a value', () => {
  const env = { A: 'seven', B: 'nowhere', KEY: 'hunter2', LIST: 'a' };
  const problems = problemsOf(() => loadSettings({ one, two }, env));
  expect(problems).toEqual([
    'A: must be a number',
    'B: must be a URL',
    'KEY: must have 4 characters',
    'MORE: is needed with LIST',
  ]);
  for (const value of ['seven', 'nowhere', 'hunter2']) expect(problems.join()).not.toContain(value);
});

test('in production what is needed must be set; a mode that is no mode counts as production', () => {
  expect(problemsOf(() => loadSettings({ one }, { TOCSIN_ENV: 'production' }))).toEqual([
    'KEY: is not set; in production it is a must',
  ]);
  expect(problemsOf(() => loadSettings({ one }, { TOCSIN_ENV: 'prod' }))).toHaveLength(1);
  expect(problemsOf(() => loadSettings({ one }, { TOCSIN_ENV: 'development' }))).toEqual([]);
});

test('a misspelt variable is named, with the one that was probably meant', () => {
  expect(misspelt({ TOCSIN_DIRECTRY: '/people', TOCSIN_DIRECTORY: '/people', TOCSIN_SLACK_WEBHOK_URL: 'x' })).toEqual([
    'TOCSIN_DIRECTRY: is not a setting; did you mean TOCSIN_DIRECTORY?',
    'TOCSIN_SLACK_WEBHOK_URL: is not a setting; did you mean TOCSIN_SLACK_WEBHOOK_URL?',
  ]);
  expect(problemsOf(() => loadWorkerSettings({ TOCSIN_DIRECTRY: '/people' }))).toEqual(
    expect.arrayContaining([
      expect.stringContaining('TOCSIN_DIRECTRY'),
      expect.stringContaining('DATABASE_URL'),
      expect.stringContaining('RESEND_API_KEY'),
    ]),
  );
});

test('what an orchestrator sets for a service called tocsin, and what the tests set, is nobody’s mistake', () => {
  const names = [
    'TOCSIN_PORT',
    'TOCSIN_PORT_8420_TCP',
    'TOCSIN_PORT_8420_TCP_ADDR',
    'TOCSIN_SERVICE_HOST',
    'TOCSIN_SERVICE_PORT',
    'TOCSIN_SERVICE_PORT_HTTP',
    'TOCSIN_TEST_WORKER',
    'TOCSIN_TEST_INTAKE',
    'TOCSIN_TEST_DATABASE_URL',
    'TOCSIN_TEST_WORKFLOW_BUNDLE',
    'TOCSIN_RECORD_HISTORIES',
  ];
  expect(misspelt(Object.fromEntries(names.map((name) => [name, '1'])))).toEqual([]);
});
