/** What is handed over packed is unpacked as it was, and what stands many times costs little more than once. */
import fc from 'fast-check';
import { jsonBytes } from '../../../domain/kernel/bytes';
import { isPacked, pack, unpack } from '../../../domain/kernel/packed';

const through = (value: unknown) => unpack(JSON.parse(JSON.stringify(pack(value))));
const ids = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 0, maxLength: 60 });

test('any JSON value comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), ids, fc.infiniteStream(fc.nat()), (value, list, picks) => {
      const some = list.filter(() => picks.next().value! % 2 === 0);
      const repeated = Array.from({ length: 20 }, () => list[picks.next().value! % Math.max(1, list.length)] ?? 'x');
      const rows = list.map((workspace, i) => ({ workspace, why: ['unknown', 'pending'][i % 2] }));
      const long = { text: '漢'.repeat(300), list: [...list].sort() };
      const whole = { value, again: value, list, some, repeated, rows, long, twice: [long, { in: long }], rows2: rows };
      expect(through(whole)).toEqual(JSON.parse(JSON.stringify(whole)));
    }),
  );
});

test('a key of the language itself is a key', () => {
  const value = JSON.parse('{"__proto__":{"constructor":["a"]},"list":{"__proto__":[]}}') as object;
  expect(JSON.stringify(through(value))).toBe(JSON.stringify(value));
  const list = Array.from({ length: 20 }, (_, i) => `ws-${i}`);
  const hostile = JSON.parse(`{"__proto__":${JSON.stringify(list)}}`) as object;
  expect(JSON.stringify(through(hostile))).toBe(JSON.stringify(hostile));
});

test('ten lists of the same thousands of ids cost little more than one', () => {
  const list = Array.from({ length: 5000 }, (_, i) => `6f1c2d3e-0000-4000-8000-${String(i).padStart(12, '0')}`);
  const half = list.filter((_, i) => i % 2 === 0);
  const rows = half.map((workspace, i) => ({ workspace, why: i % 3 === 0 ? 'unknown' : 'no-address' }));
  const one = jsonBytes(list);
  expect(jsonBytes(pack({ a: list, b: list, c: half, d: rows, e: half, f: rows, g: list }))).toBeLessThan(1.2 * one);
});

test('only what was packed is taken for it', () => {
  expect(isPacked(pack({}))).toBe(true);
  expect([undefined, null, {}, { state: {} }].some(isPacked)).toBe(false);
});
