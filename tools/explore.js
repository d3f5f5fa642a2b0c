// npm run explore [-- --rounds N] [PATHS]: the properties again and again, each round with a seed of its own, until one fails
// or the rounds are over. The tests themselves take one fixed seed, so that a commit passes or fails for good.
'use strict';
const { spawnSync } = require('node:child_process');
const { readdirSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');

const root = path.resolve(__dirname, '..');
const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '10' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error(`--rounds: "${values.rounds}" is not a number of rounds; give a whole number from 1`);
  process.exit(2);
}

const files = readdirSync(path.join(root, 'test'), { recursive: true })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => path.join('test', file))
  .filter(
    (file) => usesProperties(file) && (positionals.length === 0 || positionals.some((part) => file.includes(part))),
  );
if (files.length === 0) {
  console.error(`no test of properties has ${positionals.join(' or ')} in its path`);
  process.exit(2);
}

for (let round = 1; round <= rounds; round++) {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`round ${round} of ${rounds}: SEED=${seed}, ${files.length} files`);
  const run = spawnSync(process.execPath, [path.join(__dirname, 'test.js'), '--silent', ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, SEED: String(seed) },
  });
  if (run.status !== 0) {
    console.log(`a property failed; play it again with: SEED=${seed} npm test -- PATH`);
    process.exit(1);
  }
}
console.log(`no property failed in ${rounds} rounds`);

/** Whether a test imports fast-check, itself or by a helper beside it. */
function usesProperties(file) {
  return /from 'fast-check'|helpers\/arbitrary/.test(readFileSync(path.join(root, file), 'utf8'));
}
