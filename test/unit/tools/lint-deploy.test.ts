import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

test('a check that takes two programs is not run where one of them is missing', () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-lint-test-'));
  const program = path.join(dir, 'kubernetes-validate');
  writeFileSync(program, '#!/bin/sh\nexit 0\n');
  chmodSync(program, 0o700);
  const tool = path.join(packageRoot(), 'tools', 'lint-deploy.js');
  const { stdout } = spawnSync(process.execPath, [tool], { env: { PATH: dir }, encoding: 'utf8' });
  expect(stdout).toContain('kubernetes-validate): not run: no helm');
  expect(stdout).not.toContain('FAILED');
});
