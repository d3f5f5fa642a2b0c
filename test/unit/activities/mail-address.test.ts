// One address has one spelling and one key, whatever way it was written; what differs is told apart.
import fc from 'fast-check';
import { addressParser } from 'postal-mime';
import { addressesIn } from '../../../activities/directory/addresses';
import {
  addressKey,
  distinctAddresses,
  isMailAddress,
  isSameAddress,
  mailAddress,
} from '../../../activities/mail/mail-address';
import { createContacts } from '../../../activities/paging/contacts';

test.each([
  ['an international domain', 'ann@bücher.example', 'ann@xn--bcher-kva.example'],
  ['a domain in decomposed letters', 'ann@bu\u0308cher.example', 'ann@xn--bcher-kva.example'],
  ['letters of full width, and dots of another writing', 'ａｎｎ＠ｅｘａｍｐｌｅ。com', 'ann@example.com'],
  [
    'soft hyphens and zero-width characters',
    'a\u00adn\u200bn\u200d@exam\u00ad\u200c\u2060ple.com\ufeff',
    'ann@example.com',
  ],
  ['a domain in capitals', 'Ann@EXAMPLE.com', 'Ann@example.com'],
  ['the dot of the root', 'ann@example.com.', 'ann@example.com'],
  ['a local part in decomposed letters', 'rene\u0301@example.com', 'ren\u00e9@example.com'],
  ['white space around', ' ann@example.com\n', 'ann@example.com'],
])('%s', (_what, text, spelling) => {
  expect(mailAddress(text)).toBe(spelling);
  expect(isSameAddress(text, spelling.toUpperCase())).toBe(true);
});

test('what is no address has no spelling, and is compared as it stands', () => {
  for (const text of [
    '',
    '@',
    'ann',
    'ann@host',
    'a b@example.com',
    'ann@example..com',
    'ann@example.com..',
    'x@y@z.com',
    'ann@xn--a.com',
    'ann@xn--a-ecp.ru',
    'ann@xn--ascii-.com',
    'ann@1',
    'ann@127.0.0.1',
  ])
    expect([text, mailAddress(text)]).toEqual([text, undefined]);
  // By NFKC it would be a list.
  expect(mailAddress('ann@example.com，bob@example.com')).toBeUndefined();
  expect(addressKey(' Nobody ')).toBe('nobody');
});

test('addresses that differ are told apart', () => {
  const others = ['ann@example.com', 'an@example.com', 'ann@example.org', 'ann@mail.example.com', 'ann+1@example.com'];
  // Of URLs, not of mail; and names in which a joiner makes another name.
  others.push(
    'ann@example.com/x',
    'ann@exam%70le.com',
    'ann@نامهای.com',
    'ann@نامه\u200cای.com',
    'ann@faß.example',
    'ann@fass.example',
  );
  expect(new Set(others.map(addressKey)).size).toBe(others.length);
});

const character = fc.oneof(
  fc.constantFrom(...'aAzZ0.+-_@ üÜßﬁ①ａＡ＠．。İſΣς\u0308\u00ad\u200b\u200c\u200d\u2060\ufeff\u202e\ufe0f'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
);
const texts = fc.oneof(
  fc.string({ unit: character, maxLength: 30 }),
  fc
    .tuple(fc.string({ unit: character, maxLength: 8 }), fc.string({ unit: character, maxLength: 8 }))
    .map(([local, domain]) => `a${local}@b${domain}.example`),
);

test('the spelling of a spelling is itself, is an address, and has the same key; a key is the key of itself', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const key = addressKey(text);
      const spelling = mailAddress(text);
      if (spelling !== undefined) {
        expect(isMailAddress(spelling)).toBe(true);
        expect(mailAddress(spelling)).toBe(spelling);
        expect(addressKey(spelling)).toBe(key);
        expect(addressKey(key)).toBe(key);
        expect(spelling).not.toMatch(/[\u00ad\u200b\u2060\ufeff]/);
      }
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
        if (mailAddress(text.normalize(form)) !== undefined && spelling !== undefined)
          expect(addressKey(text.normalize(form))).toBe(key);
    }),
    { numRuns: 3000 },
  );
});

test('a directory, contacts and lists take an address in the same spelling, once', () => {
  expect(addressesIn('Ann <ann@bücher.example>; ANN@xn--bcher-kva.example, a\u00adnn@bu\u0308cher.example.')).toEqual([
    'ann@xn--bcher-kva.example',
  ]);
  expect(addressesIn('nobody; ')).toEqual(['nobody']);
  const contacts = createContacts({ fallback: 'all@bücher.example', contacts: { ann: 'ａnn@example.com' } });
  expect([contacts.fallback, contacts.addressOf('@Ann'), contacts.addressOf('bob@bücher.example.')]).toEqual([
    'all@xn--bcher-kva.example',
    'ann@example.com',
    'bob@xn--bcher-kva.example',
  ]);
  expect(distinctAddresses(['a@bücher.example', 'b@x.example', 'A@xn--bcher-kva.example'])).toEqual([
    'A@xn--bcher-kva.example',
    'b@x.example',
  ]);
});

test('a cell with one plain address reads as the parser of lists reads it', () => {
  const plain = fc.stringMatching(/^[a-zA-Z0-9._+-]{0,8}@?[a-zA-Z0-9.-]{0,10}[ ,;<("=?:]?[a-z@.]{0,4}$/);
  fc.assert(
    fc.property(plain, (cell) => {
      const parsed = addressParser(cell, { flatten: true }).map(({ address, name }) => address || name);
      const expected = distinctAddresses(parsed.map((text) => mailAddress(text) ?? text));
      expect(addressesIn(cell)).toEqual(expected.length > 0 ? expected : ['']);
    }),
    { numRuns: 5000 },
  );
});

test('an address is the same however many others were read since', () => {
  const some = [
    'ann@bücher.example',
    'ann@xn--a.com',
    'ann@EXAMPLE.com',
    'ann@127.0.0.1',
    `ann@${'a.'.repeat(200)}com`,
  ];
  const before = some.map(mailAddress);
  expect(before).toEqual(['ann@xn--bcher-kva.example', undefined, 'ann@example.com', undefined, undefined]);
  expect(some.map(mailAddress)).toEqual(before);
  for (let n = 0; n < 5_100; n++) mailAddress(`ann@d${n}.example`);
  expect(some.map(mailAddress)).toEqual(before);
});
