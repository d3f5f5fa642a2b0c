// npm run attacks [-- WORDS]: whether each test of an attack can fail. Every attack of docs/threat-model.md whose name holds the
// words is let through again in a copy of the sources (tools/attacks/reopened.js), and its test must fail there. About half an
// hour for all; the tests themselves, which must pass on the sources as they are, run with `npm test`.
'use strict';
const { spawnSync } = require('node:child_process');
const {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { stripVTControlCharacters } = require('node:util');
const reopened = require('./attacks/reopened');
const { attacksOf } = require('./attacks/table');

const root = path.resolve(__dirname, '..');
const NOT_COPIED = new Set(['node_modules', '.git']);
const LONGEST_MS = 10 * 60_000;
/** As jest says it. */
const OUT_OF_TIME = /Exceeded timeout of \d+ ms for a test/;

const words = process.argv.slice(2).join(' ');
if (words.startsWith('-')) {
  console.log(
    'npm run attacks [-- WORDS]: lets each attack through again, in a copy, and demands that its test fails.\nAbout an hour for all; for example: npm run attacks -- erased\nExit 1: a test passed although its attack was let through.',
  );
  process.exit(words === '--help' ? 0 : 2);
}
const attacks = attacksOf(readFileSync(path.join(root, 'docs', 'threat-model.md'), 'utf8')).filter(({ attack }) =>
  attack.includes(words),
);
if (attacks.length === 0) {
  console.error(`no attack of docs/threat-model.md has "${words}" in its name`);
  process.exit(2);
}

const unseen = attacks.filter((each, i) => {
  const { failed, why } = withoutDefence(each);
  console.log(`${i + 1}/${attacks.length} ${failed ? 'fails, as it must' : 'DOES NOT FAIL'}: ${each.attack}`);
  console.log(`    ${each.file}: ${why}`);
  return !failed;
});
console.log(`${attacks.length - unseen.length} of ${attacks.length} tests fail when their attack is let through`);
process.exit(unseen.length > 0 ? 1 : 0);

/** Lets an attack through in a copy and runs its test there. */
function withoutDefence({ attack, file, test }) {
  const { built, take } = reopened[attack];
  const copy = mkdtempSync(path.join(tmpdir(), 'tocsin-attack-'));
  try {
    for (const name of readdirSync(root)) {
      if (!NOT_COPIED.has(name)) cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    for (const { file: source, away, leave = '' } of take) {
      const before = readFileSync(path.join(copy, source), 'utf8');
      writeFileSync(
        path.join(copy, source),
        before.replace(away, () => leave),
      );
    }
    if (built) {
      // What the defence alone used is left over.
      const config = path.join(copy, 'tsconfig.json');
      writeFileSync(config, readFileSync(config, 'utf8').replace(/("noUnused\w+"): true/g, '$1: false'));
      const build = node(copy, 'tools/build.js');
      if (build.status !== 0) return { failed: false, why: `the copy cannot be built: ${lastLine(build)}` };
    }
    const results = path.join(copy, 'results.json');
    const jest = [
      'node_modules/jest/bin/jest.js',
      '--forceExit',
      '--json',
      '--outputFile',
      results,
      '--runTestsByPath',
      file,
    ];
    const run = node(copy, ...jest, '-t', test.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    if (!existsSync(results)) return { failed: false, why: `the tests could not be run: ${lastLine(run)}` };
    return outcomeOf(results, test);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The test itself must have failed, and say at what: that a file cannot be read, or a machine is slow, says nothing. */
function outcomeOf(results, test) {
  const { testResults } = JSON.parse(readFileSync(results, 'utf8'));
  const own = testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ title }) => title === test);
  const failed = own.find(({ status }) => status === 'failed');
  const why = firstLine(failed?.failureMessages[0]);
  if (OUT_OF_TIME.test(why)) return { failed: false, why: 'its test ran out of time, and says not what it waited for' };
  if (failed) return { failed: true, why };
  return {
    failed: false,
    why: own[0] ? `its test ${own[0].status}` : `it has no test of this name: ${firstLine(testResults[0]?.message)}`,
  };
}

function node(cwd, ...args) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: LONGEST_MS, maxBuffer: 1 << 28 });
}

function firstLine(text = '') {
  return stripVTControlCharacters(text).split('\n')[0].slice(0, 150);
}

function lastLine({ stdout, stderr }) {
  return `${stdout}${stderr}`.trim().split('\n').at(-1).slice(0, 150);
}
