// Personal data is readable with the incident's key, at its own place, and unaltered; else not at all.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { SealError } from '../../../register/errors';
import { seal, unseal } from '../../../register/seal';

const key = randomBytes(32);

test('what was sealed is opened with the same key at the same place', () => {
  const sealed = seal(key, 'INC-1', 3, 'naïve 🔑');
  expect(unseal(key, 'INC-1', 3, sealed)).toBe('naïve 🔑');
  expect(sealed.includes('naïve')).toBe(false);
});

test('any text at any place comes back as it was', () => {
  const text = fc.string({ unit: 'binary' }).map((each) => Buffer.from(each).toString());
  fc.assert(
    fc.property(text, text, fc.nat(), (given, id, seq) => {
      expect(unseal(key, id, seq, seal(key, id, seq, given))).toBe(given);
    }),
    { numRuns: 300 },
  );
});

test('the same text is never sealed to the same bytes', () => {
  const all = new Set(Array.from({ length: 2000 }, () => seal(key, 'INC-1', 3, 'x').toString('hex')));
  expect(all.size).toBe(2000);
});

test('what an earlier version sealed by libsodium under ChaCha20-Poly1305 is opened, and an alteration of it found', () => {
  const earlier = Buffer.from(
    'ZGVmZ2hpamtsbW5vTzOUqOGHTAnZ7iVOw7vqoEPypgGqZt2a8QfOi8NTrZGo2tGEy18vFfnN5s+Gwitnsr6v7YD/p8sDwoGxJ9KzyIVEXMVJsMyAp2I=',
    'base64',
  );
  const itsKey = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
  expect(unseal(itsKey, 'INC-1', 3, earlier)).toBe('{"/by":["00112233445566778899aabbccddeeff","naïve 🔑"]}');
  expect(() => unseal(itsKey, 'INC-1', 4, earlier)).toThrow(SealError);
  earlier[20]! ^= 1;
  expect(() => unseal(itsKey, 'INC-1', 3, earlier)).toThrow(SealError);
});

test.each([
  ['another key', () => unseal(randomBytes(32), 'INC-1', 3, seal(key, 'INC-1', 3, 'x'))],
  ['another incident', () => unseal(key, 'INC-2', 3, seal(key, 'INC-1', 3, 'x'))],
  ['another entry', () => unseal(key, 'INC-1', 4, seal(key, 'INC-1', 3, 'x'))],
  ['nothing', () => unseal(key, 'INC-1', 3, Buffer.alloc(0))],
])('%s opens nothing, and the error names the entry only', (_, open) => {
  expect(open).toThrow(SealError);
  expect(open).toThrow(/personal data of entry \d of incident INC-\d cannot be opened: it was altered$/);
});

test('a key that is none seals nothing', () => {
  expect(() => seal(randomBytes(16), 'INC-1', 3, 'x')).toThrow('Invalid key length');
});

test('any bit altered is found', () => {
  const sealed = seal(key, 'INC-1', 3, 'secret');
  for (let at = 0; at < sealed.length; at++) {
    const altered = Buffer.from(sealed);
    altered[at]! ^= 1;
    expect(() => unseal(key, 'INC-1', 3, altered)).toThrow(SealError);
  }
});
