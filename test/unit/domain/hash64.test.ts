// A hash that every decision of a workflow draws over all that a notice says: it must cost in a context of its own, where
// workflows run, what it costs outside.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createContext, runInContext, runInThisContext } from 'node:vm';
import { transformSync } from '@swc/core';
import { hash64 } from '../../../domain/kernel/hash64';

const source = readFileSync(path.join(__dirname, '../../../domain/kernel/hash64.ts'), 'utf8');
const { code } = transformSync(source, {
  jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
  module: { type: 'commonjs' },
});
const wrapped = `(() => { const exports = {}; ${code}; return exports.hash64; })()`;
const text = 'what the notice says '.repeat(1_000);

/** Milliseconds of processor time for hashing the text, the best of several tries. */
function cost(hash: typeof hash64): number {
  const tries = Array.from({ length: 10 }, () => {
    const before = process.cpuUsage();
    for (let n = 0; n < 10; n++) hash(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...tries);
}

test('hashing in a context of its own costs about what it costs outside', () => {
  const inside = runInContext(wrapped, createContext({})) as typeof hash64;
  const outside = runInThisContext(wrapped) as typeof hash64;
  expect(inside(text)).toBe(hash64(text));
  // A hundred times as much where it looks a global up for each character.
  expect(cost(inside)).toBeLessThan(20 * Math.max(cost(outside), 0.2));
});

test('it stays what it was: drafts and histories hold it', () => {
  const hashes = ['1aee8d83c14d9671', '82c9790130324e85', '315b62515d786134', '5bcb9e70d9b38833'];
  expect(['', 'a', 'Zürich 🔔', text].map(hash64)).toEqual(hashes);
});
