// The entry's form: content is put together from its fields as it was, and no text but the one form of a leaf is read as one.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { RecordedEvent } from '../../../domain/kernel/recorded-event';
import { eventOf } from '../../../register/entry';
import { MalformedEntryError, NotCanonicalError } from '../../../register/errors';
import { commit, contentOf, fieldsOf } from '../../../register/fields';
import { commitmentOf, type Leaf, leafHash, leafText, MalformedLeaf, parseLeaf } from '../../../register/verifier/leaf';
import { openingFault, openingsText, parseOpenings } from '../../../register/verifier/openings';
import { inputs } from '../../setup/inputs';

const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    '__proto__',
    'constructor',
    'a/b',
    'a~b',
    '~1',
    '',
    ' ',
    '0',
    'ключ',
    '🔑',
    '"',
    '\\',
    '\n',
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom(null, true, false, 0, -1, 1e21, 0.1, 5e-324, '', 'text', '\u2028', '\u0000', '"\\'),
    fc.string({ unit: 'grapheme' }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
}));
const data = fc.dictionary(key, json.value, { maxKeys: 6 }) as fc.Arbitrary<Record<string, unknown>>;
const event = (over: Partial<RecordedEvent> = {}): RecordedEvent => ({
  v: 1,
  incidentId: 'INC-1',
  seq: 1,
  at: '2026-04-01T03:00:00.000Z',
  kind: 'noted',
  by: 'ada',
  exercise: false,
  data: {},
  ...over,
});

function leafFor(given: RecordedEvent): { leaf: Leaf; openings: ReturnType<typeof commit>['openings'] } {
  const { openings, commitments } = commit(fieldsOf(given));
  const { incidentId, seq, at, kind, exercise } = given;
  const place = { position: 7, prev: 'a'.repeat(64), prevInIncident: 'b'.repeat(64) };
  return { leaf: { ...place, incidentId, seq, at, kind, exercise, fields: new Map(commitments) }, openings };
}

test('an event is put together from its fields as it was, whatever it holds', () => {
  fc.assert(
    fc.property(data, fc.option(fc.string({ minLength: 1 }), { nil: undefined }), (content, commandId) => {
      const given = event({ data: content, ...(commandId !== undefined && { commandId }) });
      const { leaf, openings } = leafFor(given);
      const read = parseLeaf(leafText(leaf));
      expect(read).toEqual(leaf);
      const opened = parseOpenings(openingsText(openings));
      expect(opened).toEqual(openings);
      expect(openingFault(read, opened)).toBeUndefined();
      expect(JSON.stringify(sorted(eventOf(read, opened)))).toBe(JSON.stringify(sorted(given)));
    }),
    { numRuns: 1000 },
  );
});

test('many fields are opened less deeply, so that every entry fits into a bundle', () => {
  const wide = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`workspace-${i}`, { a: 1, b: 2 }]));
  for (const content of [{ wide }, wide, { a: { b: { c: wide } } }]) {
    const { leaf, openings } = leafFor(event({ data: content }));
    expect(Buffer.byteLength(leafText(leaf))).toBeLessThan(65_535);
    expect(contentOf(openings)).toEqual({ by: 'ada', data: content });
  }
});

test('a commitment is the SHA-256 of its salt and the canonical value, as anybody can work it out', () => {
  const { leaf, openings } = leafFor(event({ data: { text: 'a key leaked', count: 3 } }));
  for (const { pointer, salt, text } of openings) {
    expect(createHash('sha256').update(`${salt}${text}`).digest('hex')).toBe(leaf.fields.get(pointer));
  }
  expect(openings.map(({ pointer, text }) => [pointer, text])).toEqual([
    ['/by', '"ada"'],
    ['/data/count', '3'],
    ['/data/text', '"a key leaked"'],
  ]);
  const text = leafText(leaf);
  expect(leafHash(text)).toBe(createHash('sha256').update(Buffer.of(0)).update(text).digest('hex'));
  expect(leafHash(Buffer.from(text))).toBe(leafHash(text));
});

test('the same event twice has other commitments: nobody can try guesses against them', () => {
  const [one, other] = [leafFor(event()), leafFor(event())];
  expect([...one.leaf.fields.values()]).not.toEqual([...other.leaf.fields.values()]);
});

test('no other text than its one form is read as a leaf', () => {
  const { leaf } = leafFor(event({ incidentId: 'INC "ü"', data: { text: 'x', 'a"b': { c: [1] } } }));
  const text = leafText(leaf);
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(4), fc.string({ maxLength: 4 }), (at, gone, added) => {
      const altered = text.slice(0, at) + added + text.slice(at + gone);
      fc.pre(altered !== text);
      let read: Leaf;
      try {
        read = parseLeaf(altered);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedLeaf);
        return;
      }
      // It says something else, and in the one form of that.
      expect(leafText(read)).toBe(altered);
      expect(read).not.toEqual(leaf);
    }),
    { numRuns: inputs(20_000) },
  );
});

test('no other text than their one form is read as openings, and none that says something else is taken', () => {
  const { leaf, openings } = leafFor(event({ data: { text: 'é "x"', list: [1, { b: null, a: 'z' }], n: -0.5 } }));
  const text = openingsText(openings);
  fc.assert(
    fc.property(fc.nat(text.length), fc.nat(4), fc.string({ maxLength: 4 }), (at, gone, added) => {
      const altered = text.slice(0, at) + added + text.slice(at + gone);
      fc.pre(altered !== text);
      try {
        const read = parseOpenings(altered);
        expect(openingsText(read)).toBe(altered);
        if (read.length > 0 && read.length >= openings.length) expect(openingFault(leaf, read)).toBeDefined();
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedLeaf);
      }
    }),
    { numRuns: inputs(20_000) },
  );
});

test.each([
  ['an added field', '{"/data/z":["00112233445566778899aabbccddeeff",1]}', 'was added'],
  ['another value', (text: string) => text.replace('"ada"', '"eve"'), 'the field /by is not what was recorded'],
])('%s is named', (_, change, problem) => {
  const { leaf, openings } = leafFor(event());
  const altered = typeof change === 'string' ? change : change(openingsText(openings));
  expect(openingFault(leaf, parseOpenings(altered))).toContain(problem);
});

test.each([[['/by', '/data', '/data/a']], [['/data']], [['/by']]])(
  'fields that make no entry (%j) are refused',
  (pointers) => {
    const text = (pointer: string) => (pointer === '/data' ? '1' : '"x"');
    expect(() => contentOf(pointers.map((pointer) => ({ pointer, text: text(pointer) })))).toThrow(MalformedEntryError);
  },
);

test('what has no canonical form is refused, naming the field', () => {
  expect(() => fieldsOf(event({ data: { a: { when: new Date(0) } } }))).toThrow(NotCanonicalError);
  expect(() => fieldsOf(event({ data: { a: { n: Number.NaN } } }))).toThrow('/data/a/n is NaN');
});

test('a commitment to one value is not one to another', () => {
  const salt = '00'.repeat(16);
  expect(commitmentOf(salt, '1')).not.toBe(commitmentOf(salt, '"1"'));
});

/** Members in one order, so that two values can be compared as texts. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, sorted(each)]);
}
