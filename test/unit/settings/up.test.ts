/** The settings of `tocsin up` are looked at before anything starts. */
import { SettingsError } from '../../../platform/settings/load';
import { checkSettingsOfUp } from '../../../settings/up';

const problems = (env: NodeJS.ProcessEnv): readonly string[] => {
  try {
    checkSettingsOfUp(env);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
};

test('nothing set is enough', () => expect(problems({})).toEqual([]));

test('a misspelt setting is named once, whoever reads it', () => {
  expect(problems({ TOCSIN_DIRECTRY: '/people' })).toEqual([
    'TOCSIN_DIRECTRY: is not a setting; did you mean TOCSIN_DIRECTORY?',
  ]);
});

test('what is wrong for worker, intake and watchdog is told together', () => {
  const found = problems({
    TOCSIN_WEBHOOK_URL: 'nowhere',
    TOCSIN_PSEUDONYM_KEY: 'short',
    TOCSIN_WATCHDOG_SECONDS: 'x',
  });
  for (const name of ['TOCSIN_WEBHOOK_URL', 'TOCSIN_PSEUDONYM_KEY', 'TOCSIN_WATCHDOG_SECONDS'])
    expect(found.filter((each) => each.startsWith(`${name}: `))).toHaveLength(1);
});
