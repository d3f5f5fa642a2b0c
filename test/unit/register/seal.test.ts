// Personal data is readable with the incident's key, at its own place, and unaltered; else not at all.
import { randomBytes } from 'node:crypto';
import { SealError } from '../../../register/errors';
import { seal, unseal } from '../../../register/seal';

const key = randomBytes(32);

test('what was sealed is opened with the same key at the same place', () => {
  const sealed = seal(key, 'INC-1', 3, 'naïve 🔑');
  expect(unseal(key, 'INC-1', 3, sealed)).toBe('naïve 🔑');
  expect(sealed.includes('naïve')).toBe(false);
});

test('the same text is never sealed to the same bytes', () => {
  const all = new Set(Array.from({ length: 2000 }, () => seal(key, 'INC-1', 3, 'x').toString('hex')));
  expect(all.size).toBe(2000);
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

test('any bit altered is found', () => {
  const sealed = seal(key, 'INC-1', 3, 'secret');
  for (let at = 0; at < sealed.length; at++) {
    const altered = Buffer.from(sealed);
    altered[at]! ^= 1;
    expect(() => unseal(key, 'INC-1', 3, altered)).toThrow(SealError);
  }
});
