import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalText, parseStrict } from '../../../detection/audit/strict-json';

const canonical = (text: string | Buffer) => canonicalText(parseStrict(Buffer.from(text as string)));

const unicode = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\u0000', '\n', '"', '\\', '/', '\u2028', '\u007f', 'é', '€', '😀', '\ufb33'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
});
const numbers = fc.oneof(
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.integer(),
  fc.constantFrom(0, -0, 1e21, 1e-7, 123456789012345680000, 5e-324, Number.MAX_VALUE, 9007199254740991, 0.000001),
);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(true, false, null),
    numbers,
    unicode,
    fc.array(tie('json'), { maxLength: 5 }),
    fc.dictionary(unicode, tie('json'), { maxKeys: 30, noNullPrototype: true }),
  ),
}));

/** A value as some other program might write it: spaces, escapes, members in any order. */
function write(value: unknown, random: () => number): string {
  const space = () => (random() < 0.2 ? [' ', '\t', '\r\n', '  '][Math.floor(random() * 4)]! : '');
  const inner = (): string => {
    if (typeof value === 'string') return quote(value, random);
    if (typeof value === 'number') return number(value, random);
    if (value === null || typeof value === 'boolean') return String(value);
    if (Array.isArray(value)) return `[${value.map((each) => write(each, random)).join(',') || space()}]`;
    const members = Object.entries(value as object)
      .map((member) => [random(), member] as const)
      .sort(([a], [b]) => a - b)
      .map(([, [name, each]]) => `${space()}${quote(name, random)}${space()}:${write(each, random)}`);
    return `{${members.join(',') || space()}}`;
  };
  return space() + inner() + space();
}

function quote(text: string, random: () => number): string {
  return `"${[
    ...JSON.stringify(text)
      .slice(1, -1)
      .matchAll(/\\u....|\\.|[^\\]/gsu),
  ]
    .map(([part]) => {
      if (part.startsWith('\\u')) return random() < 0.5 ? part.toUpperCase().replace('U', 'u') : part;
      if (part === '/') return random() < 0.5 ? '\\/' : part;
      if (part.startsWith('\\') || random() < 0.8) return part;
      return [...Array(part.length).keys()]
        .map((i) => `\\u${part.charCodeAt(i).toString(16).padStart(4, '0')}`)
        .join('');
    })
    .join('')}"`;
}

function number(value: number, random: () => number): string {
  const text = Object.is(value, -0) ? '-0' : String(value);
  if (random() < 0.3 && !text.includes('e')) return text.includes('.') ? `${text}00` : `${text}.0`;
  return random() < 0.3 ? value.toExponential().toUpperCase() : text;
}

test('whatever form a value is written in, it is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(
      json,
      fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
      (value, stream) => {
        const text = write(value, () => stream.next().value as number);
        expect(parseStrict(Buffer.from(text))).toEqual(JSON.parse(text));
        expect(canonical(text)).toBe(canonicalize(JSON.parse(text)));
      },
    ),
    { numRuns: 5_000 },
  );
});

test('the canonical form is its own canonical form', () => {
  fc.assert(
    fc.property(json, (value) => {
      const once = canonicalize(value)!;
      expect(canonical(once)).toBe(once);
    }),
    { numRuns: 2_000 },
  );
});

const testdata = path.join(path.dirname(require.resolve('canonicalize/package.json')), 'test', 'testdata');
test.each(readdirSync(path.join(testdata, 'input')))('the test data of RFC 8785: %s', (file) => {
  const [input, output] = ['input', 'output'].map((folder) => readFileSync(path.join(testdata, folder, file)));
  expect(canonical(input!).trim()).toBe(output!.toString('utf8').trim());
});

test.each([
  // RFC 8785, appendix B
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
])('the number %s of RFC 8785 is written %s', (hex, text) => {
  const value = Buffer.from(hex, 'hex').readDoubleBE();
  expect(canonical(value.toExponential(20))).toBe(text);
  expect(canonical(text)).toBe(text);
});

test.each([
  ['a name that stands twice', '{"a":1,"b":2,"a":1}'],
  ['a name that stands twice, escaped once', '{"a":1,"\\u0061":1}'],
  ['a name that stands twice, within', '{"x":{"b":1,"a":1,"b":1}}'],
  ['a lone surrogate', '"\\ud800"'],
  ['a lone surrogate before text', '"\\ud800x"'],
  ['a lone low surrogate', '{"\\udc00":1}'],
  ['two high surrogates', '"\\ud800\\ud800"'],
  ['an integer that no double holds', '9007199254740993'],
  ['a number that is too large', '1e400'],
  ['65 levels', '['.repeat(65) + ']'.repeat(65)],
  ['a million levels', '[{"a":'.repeat(500_000)],
  ['a leading zero', '01'],
  ['a plus', '+1'],
  ['a lone minus', '-'],
  ['a point without digits', '1.'],
  ['an exponent without digits', '1e+'],
  ['a comma too many', '[1,]'],
  ['a comma too many in an object', '{"a":1,}'],
  ['a byte order mark', '\ufeff{}'],
  ['two values', '{} {}'],
  ['nothing', ''],
  ['a control character', '"\u0001"'],
  ['an unknown escape', '"\\x"'],
  ['an escape that ends early', '"\\u00"'],
  ['a word', 'nul'],
  ['NaN', 'NaN'],
])('%s is refused', (_, text) => {
  expect(() => canonical(text)).toThrow();
});

test.each(['c328', 'e28228', 'eda080', 'f0288cbc', 'c0af', 'ff'])('bytes that are no UTF-8 are refused: %s', (hex) => {
  const bytes = Buffer.concat([Buffer.from('"'), Buffer.from(hex, 'hex'), Buffer.from('"')]);
  expect(() => parseStrict(bytes)).toThrow('UTF-8');
});

test('64 levels, and an object of 10,000 members in reverse order, are taken', () => {
  const deep = '['.repeat(64) + ']'.repeat(64);
  expect(canonical(deep)).toBe(deep);
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${99_999 - i}`, i]));
  expect(canonical(JSON.stringify(wide))).toBe(canonicalize(wide));
});
