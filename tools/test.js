// Runs jest with the arguments given (npm test -- test/unit), says again what failed, a line each, and ends with one line:
// `N passed, N failed`.
'use strict';
const { spawnSync } = require('node:child_process');
const { mkdtempSync, readFileSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-results-'));
const results = path.join(dir, 'results.json');
const jest = require.resolve('jest/bin/jest');
const args = ['--config', path.join(root, 'jest.config.js'), '--json', `--outputFile=${results}`, '--passWithNoTests'];

// jest writes its report to standard error, and with --json the results to standard output too: only the report counts.
const run = spawnSync(process.execPath, [jest, ...args, ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['inherit', 'ignore', 'inherit'],
});

let summary = 'no results: jest ended before it could run a test (see above)';
let failures = [];
let code = run.status ?? 1;
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, numRuntimeErrorTestSuites, testResults } =
    JSON.parse(readFileSync(results, 'utf8'));
  failures = testResults.filter(({ status }) => status === 'failed').flatMap(failuresOf);
  // A file that cannot even be loaded runs no test: it counts as one that failed.
  const failed = numFailedTests + numRuntimeErrorTestSuites;
  const skipped = numPendingTests + numTodoTests;
  summary = `${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
} catch {
  code = code || 1;
}
rmSync(dir, { recursive: true, force: true });
process.exitCode = code;
process.stderr.write('', () => process.stdout.write(`${[...failures, summary].join('\n')}\n`));

/** A line for each failed test of a file, or one for a file that could not be loaded. */
function failuresOf({ name: file, message, assertionResults }) {
  const failed = assertionResults.filter(({ status }) => status === 'failed');
  const whats =
    failed.length > 0
      ? failed.map(({ fullName }) => fullName)
      : [message.split('\n').filter(Boolean).slice(0, 2).join(' ')];
  return whats.map((what) => `failed: ${path.relative(root, file)}: ${what}`);
}
