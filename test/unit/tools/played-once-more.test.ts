/** What the test command plays once more, and what it says of it: decision 0042. */
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

const { suite } = require('../../../tools/test.js') as {
  suite(
    args: string[],
    playing: (args: string[]) => { code: number; results?: Results },
    say: () => void,
  ): { code: number; lines: string[] };
};

type Status = 'passed' | 'failed';

const file = (name: string, tests: Record<string, Status>) => ({
  name: path.join(packageRoot(), name),
  message: 'it could not be loaded',
  status: Object.values(tests).includes('failed') || Object.keys(tests).length === 0 ? 'failed' : 'passed',
  assertionResults: Object.entries(tests).map(([fullName, status]) => ({ fullName, status })),
});
const SOUND = file('test/unit/tools/docs.test.ts', { a: 'passed', b: 'passed' });
const [MEETS, OTHER, ANOTHER, FOURTH] = ['cache-zero', 'repeats', 'cold-query', 'postgres-away'].map(
  (name) => `test/faults/${name}.test.ts`,
) as [string, string, string, string];

type Results = { testResults: ReturnType<typeof file>[] };
/** Each play answers with the next of these. */
function played(...plays: Array<Results | undefined>) {
  const args: string[][] = [];
  const { code, lines } = suite(
    ['test'],
    (given: string[]) => {
      args.push(given);
      const results = plays[args.length - 1];
      return { code: !results || results.testResults.some(({ status }) => status === 'failed') ? 1 : 0, results };
    },
    () => undefined,
  );
  return { code, lines, args: args.slice(1) };
}
const results = (...testResults: Results['testResults']): Results => ({ testResults });

test('what passes alone counts as passed and is named; nothing else is played again', () => {
  const first = results(SOUND, file(MEETS, { c: 'passed', d: 'failed' }));
  expect(played(first, results(file(MEETS, { c: 'passed', d: 'passed' })))).toEqual({
    code: 0,
    lines: [`failed once, beside other tests: ${MEETS}: d`, '4 passed, 0 failed'],
    args: [['--runInBand', '--runTestsByPath', MEETS]],
  });
});

test('what fails again has failed, also when it is another test of the file', () => {
  const first = results(SOUND, file(MEETS, { c: 'passed', d: 'failed' }));
  expect(played(first, results(file(MEETS, { c: 'failed', d: 'passed' })))).toMatchObject({
    code: 1,
    lines: [`failed once, beside other tests: ${MEETS}: d`, `failed: ${MEETS}: c`, '3 passed, 1 failed'],
  });
  expect(played(first, undefined)).toMatchObject({
    code: 1,
    lines: [expect.anything(), `failed: ${MEETS}: d`, '3 passed, 1 failed'],
  });
});

test.each([
  ['a pure test', [file('test/unit/tools/docs.test.ts', { a: 'failed' })]],
  [
    'a pure test beside one that could be',
    [file('test/unit/tools/docs.test.ts', { a: 'failed' }), file(MEETS, { c: 'failed' })],
  ],
  ['four files', [MEETS, OTHER, ANOTHER, FOURTH].map((name) => file(name, { a: 'failed' }))],
])('%s is not played again', (_what, failed) => {
  const { code, lines, args } = played(results(SOUND, ...failed));
  expect([code, args]).toEqual([1, []]);
  expect(lines).toEqual([
    ...failed.map(({ name }) => expect.stringContaining(path.relative(packageRoot(), name))),
    `2 passed, ${failed.length} failed`,
  ]);
});

const NEVER_RAN = file('test/unit/tools/canaries.test.ts', {});

test('a file that never came to its tests is played again from any folder, and is none of the three', () => {
  const failed = [MEETS, OTHER, ANOTHER].map((name) => file(name, { a: 'failed' }));
  const sound = [MEETS, OTHER, ANOTHER].map((name) => file(name, { a: 'passed' }));
  const second = results(...sound, file('test/unit/tools/canaries.test.ts', { a: 'passed', b: 'passed' }));
  const { code, lines, args } = played(results(...failed, NEVER_RAN), second);
  expect([code, lines.at(-1)]).toEqual([0, '5 passed, 0 failed']);
  expect(args).toEqual([
    ['--runInBand', '--runTestsByPath', MEETS, OTHER, ANOTHER, 'test/unit/tools/canaries.test.ts'],
  ]);
  const four = ['a', 'b', 'c', 'd'].map((name) => file(`test/unit/${name}.test.ts`, {}));
  expect(played(results(SOUND, ...four))).toMatchObject({ code: 1, args: [] });
});

test('a file whose tests passed, and which failed at its end, is not played again', () => {
  const atItsEnd = { ...SOUND, status: 'failed' as Status };
  expect(played(results(atItsEnd))).toMatchObject({ code: 1, args: [] });
});

test('a file that cannot be loaded counts as one that failed, and no results are a failure', () => {
  expect(played(results(SOUND, NEVER_RAN), results(NEVER_RAN))).toMatchObject({
    code: 1,
    lines: [
      'failed once, beside other tests: test/unit/tools/canaries.test.ts: it could not be loaded',
      'failed: test/unit/tools/canaries.test.ts: it could not be loaded',
      '2 passed, 1 failed',
    ],
  });
  expect(played(undefined)).toMatchObject({ code: 1, lines: [expect.stringContaining('no results')] });
});
