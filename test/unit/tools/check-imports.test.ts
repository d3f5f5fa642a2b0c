import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const script = path.resolve(__dirname, '..', '..', '..', 'tools', 'check-imports.js');
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'tocsin-imports-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the check over a project of these files. */
function check(files: Record<string, string>): { status: number | null; lines: string[] } {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.join(dir, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(dir, name), text);
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, dir], { encoding: 'utf8' });
  return { status, lines: `${stderr}${stdout}`.trim().split('\n') };
}

describe('an import against the direction is found', () => {
  it.each([
    ['domain to a workflow', 'domain/a.ts', "import { x } from '../workflows/x';"],
    ['domain to platform', 'domain/a.ts', "import { x } from '../platform/x';"],
    ['domain to a package', 'domain/a.ts', "import x from 'pg';"],
    ['domain to Node', 'domain/a.ts', "import { x } from 'node:crypto';"],
    ['domain to Node, without its prefix', 'domain/a.ts', "import { x } from 'fs/promises';"],
    ['a workflow to an activity', 'workflows/a.ts', "import { x } from '../activities/types';"],
    ['a workflow to types of another activity', 'workflows/a.ts', "import type { x } from '../activities/mail/port';"],
    ['a workflow to a type among values', 'workflows/a.ts', "import { type x, y } from '../activities/types';"],
    ['a workflow to a package', 'workflows/a.ts', "import { x } from '@temporalio/activity';"],
    ['a workflow to platform', 'workflows/a.ts', "export * from '../platform/x';"],
    ['a workflow to what only shows at run time', 'workflows/a.ts', 'const x = require(name);'],
    ['the register to an activity', 'register/a.ts', "import type { x } from '../activities/types';"],
    ['policy to an activity', 'policy/a.ts', "const x = await import('../activities/x');"],
    ['policy to an activity, as a type', 'policy/a.ts', "type X = import('../activities/x').X;"],
    ['an activity to the worker', 'activities/mail/a.ts', "import x = require('../../worker/config');"],
    ['platform to the register', 'platform/a.ts', "const x = require('../register/pool');"],
    ['the worker to the stack', 'worker/a.ts', "import { x } from '../stack/postgres';"],
    ['another command to the stack', 'cli/commands/list.ts', "import { x } from '../../stack';"],
    ['anything to outside', 'worker/a.ts', "import { x } from '../../elsewhere/x';"],
  ])('%s', (_name, file, line) => {
    const { status, lines } = check({ [file]: `// first line\n${line}\n` });
    expect(status).toBe(1);
    expect(lines[0]).toMatch(new RegExp(`^${file.replaceAll('.', '\\.')}:2: imports .*`));
    expect(lines.at(-1)).toMatch(/^1 wrong imports\. The direction: cli → worker/);
  });

  it('all of them, each with its file and line', () => {
    const { lines } = check({
      'domain/a.ts': "import 'pg';\n\nimport { x } from '../register/x';\n",
      'policy/b.ts': "import { y } from '../register/x';\n",
    });
    expect(lines.map((line) => line.split(': ')[0])).toEqual([
      'domain/a.ts:1',
      'domain/a.ts:3',
      'policy/b.ts:1',
      expect.any(String),
    ]);
  });

  it('two rooms side by side that import each other, at any depth', () => {
    const { status, lines } = check({
      'domain/incident/a.ts': "import { b } from '../policy/b';\n",
      'domain/policy/b.ts': 'export const b = 1;\n',
      'domain/policy/c.ts': "import type { a } from '../incident/a';\n",
    });
    expect([status, lines[0]]).toEqual([
      1,
      'domain/incident and domain/policy import each other: ' +
        'domain/incident/a.ts → domain/policy/b.ts, domain/policy/c.ts → domain/incident/a.ts',
    ]);
  });

  it('three rooms side by side that import each other in a circle', () => {
    const { status, lines } = check({
      'domain/case/a.ts': "import { b } from '../incident/b';",
      'domain/incident/b.ts': "import { c } from './c';",
      'domain/incident/other.ts': "import { d } from '../policy/d';",
      'domain/policy/d.ts': "import type { a } from '../case/other';",
      'domain/case/other.ts': 'export type a = 1;',
      'domain/incident/c.ts': 'export const c = 1;',
    });
    expect(status).toBe(1);
    expect(lines[0]).toBe(
      'a circle of folders: domain/case → domain/incident → domain/policy → domain/case: ' +
        'domain/case/a.ts → domain/incident/b.ts, domain/incident/other.ts → domain/policy/d.ts, ' +
        'domain/policy/d.ts → domain/case/other.ts',
    );
  });

  it('a circle of files in one room, also one of types alone', () => {
    const { status, lines } = check({
      'domain/case/a.ts': "import { b } from './b';\n",
      'domain/case/b.ts': "import { c } from './c';\n",
      'domain/case/c.ts': "import type { a } from './a';\n",
    });
    expect([status, lines[0]]).toEqual([
      1,
      'a circle: domain/case/a.ts → domain/case/b.ts → domain/case/c.ts → domain/case/a.ts',
    ]);
  });

  it('a folder with nothing to check is an error, not a success', () => {
    expect(check({}).status).toBe(1);
  });
});

it('the right direction passes', () => {
  const { status, lines } = check({
    'domain/a.ts': "import { z } from 'zod';\nimport { b } from './b';\n",
    'workflows/a.ts':
      "import { sleep } from '@temporalio/workflow';\nimport type { Activities } from '../activities/types';\n" +
      "import { type Other } from '../activities/types';\nimport { a } from '../domain/a';\n",
    'activities/mail/a.ts': "import { pool } from '../../register/pool';\nimport fs from 'node:fs';\n",
    'policy/load.ts': "import { packageRoot } from '../platform/package-root';\nimport yaml from 'yaml';\n",
    'cli/commands/up.ts': "import { start } from '../../stack';\nimport { run } from '../../worker/run';\n",
    'test/a.test.ts': "import { start } from '../stack';\n",
  });
  expect([status, lines]).toEqual([
    0,
    ['the imports of 5 files point the right way, no circle of folders, no circle of files'],
  ]);
});
