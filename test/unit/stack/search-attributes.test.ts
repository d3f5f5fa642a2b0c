/** The attributes that an operator is told to create are those that incidents start with. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../../domain/incident/contract';

test('the documentation names each with its type, and no other', () => {
  const page = readFileSync(path.join(__dirname, '../../../docs/temporal.md'), 'utf8');
  const named = [...page.matchAll(/--name (Tocsin\w+) --type (\w+)/g)].map(([, name, type]) => [name, type]);
  expect(Object.fromEntries(named)).toEqual(SEARCH_ATTRIBUTES);
});
