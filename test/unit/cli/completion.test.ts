/** Shell completion follows the commands as they are; bash runs it here. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import { createProgram } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { Screen, tocsin } from './helpers';

const program = createProgram(new Shell({}, new Screen(), new Screen()));
const leaves = (command: Command, above: string[] = []): Array<[string[], Command]> =>
  command.commands.flatMap(
    (each): Array<[string[], Command]> =>
      each.commands.length > 0 ? leaves(each, [...above, each.name()]) : [[[...above, each.name()], each]],
  );

async function scriptOf(shell: string): Promise<string> {
  const file = path.join(mkdtempSync(path.join(os.tmpdir(), 'tocsin-completion-')), shell);
  writeFileSync(file, (await tocsin(['completion', shell])).out);
  return file;
}

function completed(file: string, ...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const script = `. ${file}; COMP_WORDS=(tocsin ${quoted}); COMP_CWORD=${words.length}; _tocsin; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', script], { encoding: 'utf8' })
    .split('\n')
    .filter((word) => word !== '');
}

test('bash completes verbs, the verbs of a group, and options', async () => {
  const file = await scriptOf('bash');
  expect(completed(file, 'app')).toEqual(['approve']);
  expect(completed(file, 'register', 'ver')).toEqual(['verify', 'verifier']);
  expect(completed(file, 'contain', 'INC-1', '--bl')).toEqual(['--block-source']);
  expect(completed(file, 'register', 'keys', 'rot')).toEqual(['rotate']);
  expect(completed(file, 'triage', 'declare', 'TRG-1', '--sev')).toEqual(['--severity']);
});

test.each(['bash', 'zsh', 'fish'])('%s knows every verb with every option', async (shell) => {
  const { out } = await tocsin(['completion', shell]);
  for (const [verb, command] of leaves(program)) {
    const lines = out.split('\n').filter((line) => line.includes(`"${verb.join(' ')}"`));
    for (const { long } of command.options)
      expect([
        verb,
        long,
        lines.some((line) => line.includes(shell === 'fish' ? `-l ${long!.slice(2)} ` : long!)),
      ]).toEqual([verb, long, true]);
  }
});

test('bash reads its script', async () => {
  execFileSync('bash', ['-n', await scriptOf('bash')]);
});

test('another shell is refused with those that there are', async () => {
  const { exitCode, err } = await tocsin(['completion', 'tcsh']);
  expect(exitCode).toBe(2);
  expect(err).toContain('bash, zsh, fish');
});
