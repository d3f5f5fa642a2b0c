import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PolicyError } from '../../../policy/policy-error';
import { readMapping, readYaml } from '../../../policy/policy-file';
import { temporaryDir } from '../../setup/helpers';

const file = path.join(temporaryDir('policy-file'), 'table.yaml');
const write = (text: string) => writeFileSync(file, text);

test('a file that has not changed is not parsed again; one that has is', () => {
  write('rows: [{ id: a }]');
  const first = readYaml(file, 'table');
  expect(first).toEqual({ rows: [{ id: 'a' }] });
  expect(readYaml(file, 'table')).toBe(first);
  write('rows: [{ id: b }]');
  expect(readYaml(file, 'table')).toEqual({ rows: [{ id: 'b' }] });
  write('rows: [{ id: a }]');
  expect(readYaml(file, 'table')).toEqual({ rows: [{ id: 'a' }] });
});

test('nobody who reads it can change what the next one reads', () => {
  write('rows: [{ id: c }]');
  const { rows } = readMapping(file, 'table', '"rows"') as { rows: Array<{ id: string }> };
  expect(() => rows.push({ id: 'd' })).toThrow(TypeError);
  expect(() => Object.assign(rows[0]!, { id: 'd' })).toThrow(TypeError);
  expect(readYaml(file, 'table')).toEqual({ rows: [{ id: 'c' }] });
});

test('a faulty text is told each time that it is read', () => {
  write('rows: [');
  for (const _time of [1, 2]) expect(() => readYaml(file, 'table')).toThrow(PolicyError);
});

test('what holds itself, and bytes, are read as any other value', () => {
  write('rows: &rows [{ all: *rows }]');
  const { rows } = readYaml(file, 'table') as { rows: Array<{ all: unknown }> };
  expect(rows[0]!.all).toBe(rows);
  write('%YAML 1.1\n---\nrows: !!binary aGVsbG8=\n');
  expect(Buffer.from((readYaml(file, 'table') as { rows: Uint8Array }).rows).toString()).toBe('hello');
});

test('many other texts between two readings', () => {
  write('id: first');
  const first = readYaml(file, 'table');
  for (let n = 0; n < 100; n++) {
    write(`id: ${n}`);
    expect(readYaml(file, 'table')).toEqual({ id: n });
  }
  write('id: first');
  expect(readYaml(file, 'table')).toEqual(first);
});
