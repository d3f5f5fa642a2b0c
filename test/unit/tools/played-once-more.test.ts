/** What the test command plays at once (decision 0043), what it plays once more (decision 0042), and what it says of it. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

const { suite } = require('../../../tools/test.js') as {
  suite(
    args: string[],
    playing: (play: Play) => Promise<{ code: number; results?: Results }>,
    say: () => void,
    machine: { processors: number; memory: number },
  ): Promise<{ code: number; lines: string[] }>;
};

interface Play {
  args: string[];
  niceness?: number;
}

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
async function played(given: string[], plays: Array<Results | undefined>, memory = 2 ** 35) {
  const played: Play[] = [];
  const playing = async (play: Play) => {
    const results = plays[played.push(play) - 1];
    return { code: !results || results.testResults.some(({ status }) => status === 'failed') ? 1 : 0, results };
  };
  const { code, lines } = await suite(given, playing, () => undefined, { processors: 2, memory });
  return { code, lines, played };
}
/** What follows the first play. */
async function playedAgain(...plays: Array<Results | undefined>) {
  const { code, lines, played: all } = await played(['test'], plays);
  return { code, lines, args: all.slice(1).map(({ args }) => args) };
}
const results = (...testResults: Results['testResults']): Results => ({ testResults });

test('what passes alone counts as passed and is named; nothing else is played again', async () => {
  const first = results(SOUND, file(MEETS, { c: 'passed', d: 'failed' }));
  expect(await playedAgain(first, results(file(MEETS, { c: 'passed', d: 'passed' })))).toEqual({
    code: 0,
    lines: [`failed once, beside other tests: ${MEETS}: d`, '4 passed, 0 failed'],
    args: [['--runInBand', '--runTestsByPath', MEETS]],
  });
});

test('what fails again has failed, also when it is another test of the file', async () => {
  const first = results(SOUND, file(MEETS, { c: 'passed', d: 'failed' }));
  expect(await playedAgain(first, results(file(MEETS, { c: 'failed', d: 'passed' })))).toMatchObject({
    code: 1,
    lines: [`failed once, beside other tests: ${MEETS}: d`, `failed: ${MEETS}: c`, '3 passed, 1 failed'],
  });
  expect(await playedAgain(first, undefined)).toMatchObject({
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
])('%s is not played again', async (_what, failed) => {
  const { code, lines, args } = await playedAgain(results(SOUND, ...failed));
  expect([code, args]).toEqual([1, []]);
  expect(lines).toEqual([
    ...failed.map(({ name }) => expect.stringContaining(path.relative(packageRoot(), name))),
    `2 passed, ${failed.length} failed`,
  ]);
});

test('a file that cannot be loaded counts as one that failed, and no results are a failure', async () => {
  expect(await playedAgain(results(SOUND, file('test/unit/tools/docs.test.ts', {})))).toMatchObject({
    code: 1,
    lines: ['failed: test/unit/tools/docs.test.ts: it could not be loaded', '2 passed, 1 failed'],
  });
  expect(await playedAgain(undefined)).toMatchObject({ code: 1, lines: [expect.stringContaining('no results')] });
});

const ALL = readdirSync(path.join(packageRoot(), 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);

test('without arguments those that compute are played beside those that wait, behind them, and each file once', async () => {
  const [waits, computes] = [file(MEETS, { c: 'failed' }), SOUND];
  const all = await played([], [results(waits), results(computes), results(file(MEETS, { c: 'passed' }))]);
  expect([all.code, all.lines.at(-1)]).toEqual([0, '3 passed, 0 failed']);
  const [first, second, again] = all.played as [Play, Play, Play];
  expect(again.args).toContain(MEETS);
  expect([first.niceness, second.niceness]).toEqual([undefined, expect.any(Number)]);
  const taken = (play: Play) => ALL.filter((name) => new RegExp(play.args[0]!).test(name));
  expect([...taken(first), ...taken(second)].sort()).toEqual([...ALL].sort());
  expect(taken(second)).toContain('test/unit/tools/docs.test.ts');
});

test('when one of the two fails, so does the whole; where memory lacks for both, all are played in one', async () => {
  const failed = file('test/unit/tools/docs.test.ts', { a: 'failed' });
  expect(await played([], [results(file(MEETS, { c: 'passed' })), results(failed)])).toMatchObject({
    code: 1,
    lines: [expect.stringContaining('docs.test.ts: a'), '1 passed, 1 failed'],
  });
  expect((await played([], [results(SOUND), undefined])).code).toBe(1);
  expect((await played([], [results(SOUND)], 2 ** 33)).played).toEqual([{ args: [] }]);
});
