// Records the histories that the replay tests use, on the compiled workflows: npm run build && node tools/record-histories.js
'use strict';
const { spawnSync } = require('node:child_process');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const config = process.argv[2] ?? 'jest.config.js';
const { status } = spawnSync(
  process.execPath,
  [require.resolve('jest/bin/jest'), '--config', config, 'test/replay', '--runInBand'],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TOCSIN_RECORD_HISTORIES: '1' } },
);
process.exitCode = status ?? 1;
