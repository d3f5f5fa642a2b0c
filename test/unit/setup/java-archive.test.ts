import { spawnSync } from 'node:child_process';

const { quoted } = require('../../setup/java-archive.js') as { quoted(text: string): string };

test('an option is one word of the shell, whatever stands in the path of the archive', () => {
  const option = `-XX:SharedArchiveFile=/home/o'neil/a "b" $c/x.jsa`;
  const { stdout } = spawnSync('/bin/sh', ['-c', `printf %s ${quoted(option)}`], { encoding: 'utf8' });
  expect(stdout).toBe(option);
});
