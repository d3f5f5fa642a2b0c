// Personal data is readable with the incident's key, at its own place, and unaltered; else not at all.
import { createCipheriv, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { SealError } from '../../../register/errors';
import { placeOf, unseal } from '../../../register/seal';
import { Sealer } from '../../../register/sealer';

const key = randomBytes(32);
let sealer: Sealer;

beforeAll(async () => {
  sealer = await Sealer.load();
});

test('what was sealed is opened with the same key at the same place', () => {
  const sealed = sealer.seal(key, 'INC-1', 3, 'naïve 🔑');
  expect(unseal(key, 'INC-1', 3, sealed)).toBe('naïve 🔑');
  expect(sealed.includes('naïve')).toBe(false);
});

test('the library makes the bytes that Node makes, for any text and place, also long ones between short ones', () => {
  const text = fc.string({ unit: 'binary' });
  const long = fc.integer({ min: 1, max: 200_000 }).map((n) => '€'.repeat(n));
  const texts = fc.oneof({ weight: 20, arbitrary: text }, { weight: 1, arbitrary: long });
  fc.assert(
    fc.property(texts, text, fc.nat(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (text, id, seq, key) => {
      const wellFormed = Buffer.from(text).toString();
      const sealed = sealer.seal(key, id, seq, wellFormed);
      const cipher = createCipheriv('chacha20-poly1305', key, sealed.subarray(0, 12), { authTagLength: 16 });
      cipher.setAAD(Buffer.from(placeOf(id, seq)), { plaintextLength: Buffer.byteLength(wellFormed) });
      const body = Buffer.concat([cipher.update(wellFormed, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      expect(sealed.subarray(12).equals(body)).toBe(true);
      expect(unseal(key, id, seq, sealed)).toBe(wellFormed);
    }),
    { numRuns: 500 },
  );
});

test('the same text is never sealed to the same bytes', () => {
  const all = new Set(Array.from({ length: 2000 }, () => sealer.seal(key, 'INC-1', 3, 'x').toString('hex')));
  expect(all.size).toBe(2000);
});

test('what earlier versions sealed under AES-256-GCM is opened, and an alteration of it found', () => {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from('3 INC-1'));
  const sealed = Buffer.concat([nonce, cipher.update('earlier', 'utf8'), cipher.final(), cipher.getAuthTag()]);
  expect(unseal(key, 'INC-1', 3, sealed)).toBe('earlier');
  sealed[20]! ^= 1;
  expect(() => unseal(key, 'INC-1', 3, sealed)).toThrow(SealError);
});

test.each([
  ['another key', () => unseal(randomBytes(32), 'INC-1', 3, sealer.seal(key, 'INC-1', 3, 'x'))],
  ['another incident', () => unseal(key, 'INC-2', 3, sealer.seal(key, 'INC-1', 3, 'x'))],
  ['another entry', () => unseal(key, 'INC-1', 4, sealer.seal(key, 'INC-1', 3, 'x'))],
  ['nothing', () => unseal(key, 'INC-1', 3, Buffer.alloc(0))],
])('%s opens nothing, and the error names the entry only', (_, open) => {
  expect(open).toThrow(SealError);
  expect(open).toThrow(/personal data of entry \d of incident INC-\d cannot be opened: it was altered$/);
});

test('a key that is none seals nothing', () => {
  expect(() => sealer.seal(randomBytes(16), 'INC-1', 3, 'x')).toThrow(RangeError);
});

test('any bit altered is found', () => {
  const sealed = sealer.seal(key, 'INC-1', 3, 'secret');
  for (let at = 0; at < sealed.length; at++) {
    const altered = Buffer.from(sealed);
    altered[at]! ^= 1;
    expect(() => unseal(key, 'INC-1', 3, altered)).toThrow(SealError);
  }
});
