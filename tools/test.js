// Runs jest with the arguments given (npm test -- test/unit), says again what failed, a line each, and ends with one line:
// `N passed, N failed`. A few files in which processes meet are played once more, alone: docs/decisions/0042-played-once-more.md.
'use strict';
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const runner = require.resolve('jest/bin/jest');

/** Where real processes and servers meet, whose time another test may take. */
const PROCESSES_MEET = /^test\/(detection|e2e|faults|interop|register|server|workflows)\//;
/** More than this many is no accident. */
const MOST_PLAYED_AGAIN = 3;

/** Runs jest; its exit code, and its results where it had any. */
function play(args) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-results-'));
  const file = path.join(dir, 'results.json');
  const all = ['--config', path.join(root, 'jest.config.js'), '--json', `--outputFile=${file}`, '--passWithNoTests'];
  // jest writes its report to standard error, and with --json the results to standard output too: only the report counts.
  const { status } = spawnSync(process.execPath, [runner, ...all, ...args], {
    cwd: root,
    stdio: ['inherit', 'ignore', 'inherit'],
  });
  try {
    return { code: status ?? 1, results: JSON.parse(readFileSync(file, 'utf8')) };
  } catch {
    return { code: status || 1 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const nameOf = ({ name }) => path.relative(root, name);

/** Whether a file never came to its tests: it could not be loaded, or what the file before it had left waiting ended it. */
const neverRan = ({ assertionResults }) => assertionResults.length === 0;

/** The failed files, when accident may have made all of them fail. */
function playableAgain(results) {
  const failed = results.testResults.filter(({ status }) => status === 'failed');
  const unplayed = failed.filter(neverRan);
  const played = failed.filter((file) => !neverRan(file));
  const few = played.length <= MOST_PLAYED_AGAIN && unplayed.length <= MOST_PLAYED_AGAIN;
  return few && played.every((file) => PROCESSES_MEET.test(nameOf(file))) ? failed : [];
}

/** A line for each failed test of a file, or one for a file that could not be loaded. */
function failuresOf({ name: file, message, assertionResults }) {
  const failed = assertionResults.filter(({ status }) => status === 'failed');
  const whats =
    failed.length > 0
      ? failed.map(({ fullName }) => fullName)
      : [message.split('\n').filter(Boolean).slice(0, 2).join(' ')];
  return whats.map((what) => `${path.relative(root, file)}: ${what}`);
}

/** How many tests passed, failed and were left out. A file that cannot even be loaded runs no test: it counts as one that failed. */
function counts(files) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of files) {
    if (status === 'failed' && assertionResults.every((each) => each.status !== 'failed')) count.failed++;
    for (const each of assertionResults) {
      if (each.status === 'passed' || each.status === 'failed') count[each.status]++;
      else count.skipped++;
    }
  }
  return count;
}

/** Plays what the arguments say, once more what may have failed by accident, and answers the exit code and the last lines. */
function suite(args, playing = play, say = console.error) {
  const { code, results } = playing(args);
  if (!results) return { code: code || 1, lines: ['no results: jest ended before it could run a test (see above)'] };
  const again = playableAgain(results);
  if (again.length === 0) return verdict(code, results.testResults, []);
  const names = again.map(nameOf);
  say(`\nPlayed once more, alone: ${names.join(', ')}\n`);
  const second = playing(['--runInBand', '--runTestsByPath', ...names]);
  const replayed = second.results?.testResults ?? again;
  const files = results.testResults.map((file) => replayed.find(({ name }) => name === file.name) ?? file);
  const once = again.flatMap(failuresOf).map((what) => `failed once, beside other tests: ${what}`);
  return verdict(second.code, files, once);
}

function verdict(code, files, once) {
  const failures = files.filter(({ status }) => status === 'failed').flatMap(failuresOf);
  const { passed, failed, skipped } = counts(files);
  const summary = `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
  return {
    code: failed > 0 ? code || 1 : code,
    lines: [...once, ...failures.map((what) => `failed: ${what}`), summary],
  };
}

function main() {
  const { code, lines } = suite(process.argv.slice(2));
  process.exitCode = code;
  process.stderr.write('', () => process.stdout.write(`${lines.join('\n')}\n`));
}

if (require.main === module) main();
module.exports = { suite };
