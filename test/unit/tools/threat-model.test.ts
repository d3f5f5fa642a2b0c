// The threat model names tests: each must be there, under the name that is given, and run.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

const read = (file: string) => readFileSync(path.join(packageRoot(), file), 'utf8');
const model = read('docs/threat-model.md');
const section = model.split('\n## ').find((part) => part.startsWith('Each attack and its test'))!;
const rows = [...section.matchAll(/^\| (.+?) \| `(test\/[^`]+)` \| (.+?) \|$/gm)].map(
  ([, attack, file, name]) => [attack!, file!, name!] as const,
);

test('every attack of the table is read', () => {
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  expect(rows).toHaveLength(lines.length - 2);
  expect(rows.length).toBeGreaterThan(30);
});

test.each(rows)('%s: its test is there', (_attack, file, name) => {
  const source = read(file);
  const declared = ['test', 'it'].flatMap((call) => [`'`, '`', '"'].map((quote) => `${call}(${quote}${name}${quote}`));
  expect([name, declared.some((text) => source.includes(text))]).toEqual([name, true]);
  expect([file, /\b(test|it|describe)\.(skip|only)\(/.test(source)]).toEqual([file, false]);
});

test('every file of tests that it names is there', () => {
  const named = [...new Set([...model.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file]) => file!))];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(path.join(packageRoot(), file)))).toEqual([]);
});
