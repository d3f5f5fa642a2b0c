// The threat model names tests: each must be there, under the name that is given, and run.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

const read = (file: string) => readFileSync(path.join(packageRoot(), file), 'utf8');
const model = read('docs/threat-model.md');
const { attacksOf } = require('../../../tools/attacks/table');
const reopened = require('../../../tools/attacks/reopened') as Record<
  string,
  { take: { file: string; away: string }[] }
>;
const attacks = attacksOf(model) as { attack: string; file: string; test: string }[];
const rows = attacks.map(({ attack, file, test: name }) => [attack, file, name] as const);

test('every attack of the table is read', () => {
  const section = model.split('\n## ').find((part) => part.startsWith('Each attack and its test'))!;
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

test('`npm run attacks` knows how each attack worked: what it takes away is in the source, once', () => {
  expect(Object.keys(reopened).sort()).toEqual(attacks.map(({ attack }) => attack).sort());
  for (const [attack, { take }] of Object.entries(reopened))
    for (const { file, away } of take) expect([attack, away, read(file).split(away).length]).toEqual([attack, away, 2]);
});

test('every file of tests that it names is there', () => {
  const named = [...new Set([...model.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file]) => file!))];
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(path.join(packageRoot(), file)))).toEqual([]);
});
