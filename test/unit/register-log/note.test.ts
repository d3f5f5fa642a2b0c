// Signed notes and checkpoints: the public examples of others hold, and nothing altered does.
import { createPrivateKey, randomBytes, sign } from 'node:crypto';
import fc from 'fast-check';
import { CheckpointError, openCheckpoint, parseCheckpoint, signCheckpoint } from '../../../register/tree/checkpoint';
import { createSigner, parseNote, parseVerifierKey, signatureLine, verifiedBy } from '../../../register/tree/note';

// The example of the Go package golang.org/x/mod/sumdb/note (BSD-3-Clause).
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const QUOTE =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n" +
  '\n' +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

test('the example note of the Go checksum database package verifies', () => {
  expect(verifiedBy(parseNote(QUOTE), [parseVerifierKey(PETER)])).toEqual([{ name: 'PeterNeumann', atSeconds: 0 }]);
  expect(verifiedBy(parseNote(QUOTE.replace('answer', 'Answer')), [parseVerifierKey(PETER)])).toEqual([]);
});

const signer = createSigner('register.example.com/log', Buffer.alloc(32, 7));
const log = parseVerifierKey(signer.verifierKey);
const root = Buffer.alloc(32, 3);

test('a checkpoint is origin, size and root in a signed note', () => {
  const note = signCheckpoint(42, root, signer);
  expect(note.split('\n').slice(0, 4)).toEqual(['register.example.com/log', '42', root.toString('base64'), '']);
  expect(note.split('\n')[4]).toMatch(/^— register\.example\.com\/log [A-Za-z0-9+/]+=*$/);
  const { origin, size, root: found, cosignedBy } = openCheckpoint(note, log);
  expect([origin, size, found.equals(root), cosignedBy]).toEqual(['register.example.com/log', 42, true, []]);
});

test('any byte changed in a checkpoint is found, and nothing crashes', () => {
  const note = Buffer.from(signCheckpoint(4217, root, signer));
  const text = note.toString().indexOf('\n\n');
  fc.assert(
    fc.property(fc.nat(note.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const altered = Buffer.from(note);
      altered[at]! ^= flip;
      try {
        openCheckpoint(altered.toString('utf8'), log);
      } catch (error) {
        expect(error).toBeInstanceOf(CheckpointError);
        return;
      }
      throw new Error(`byte ${at} (text ends at ${text}) changed and was accepted`);
    }),
    { numRuns: 5_000 },
  );
});

test('a checkpoint of another log, or signed by another key, is refused', () => {
  const other = createSigner('other.example.com/log', randomBytes(32));
  expect(() => openCheckpoint(signCheckpoint(1, root, other), log)).toThrow(
    'is not signed by register.example.com/log',
  );
  const impostor = createSigner(signer.name, randomBytes(32));
  expect(() => openCheckpoint(signCheckpoint(1, root, impostor), log)).toThrow('is not signed by');
  const foreign = parseNote(signCheckpoint(1, root, other)).text;
  const signed = `${foreign}\n${signatureLine(signer, signer.sign(foreign))}`;
  expect(() => openCheckpoint(signed, log)).toThrow('is of "other.example.com/log"');
});

test('a cosignature of a witness counts with its time', () => {
  const seed = Buffer.alloc(32, 9);
  const plain = createSigner('witness.example.org', seed);
  const raw = Buffer.from(plain.verifierKey.split('+').slice(2).join('+'), 'base64').subarray(1);
  const { createHash } = require('node:crypto') as typeof import('node:crypto');
  const keyId = createHash('sha256').update('witness.example.org\n\u0004').update(raw).digest().subarray(0, 4);
  const key = `witness.example.org+${keyId.toString('hex')}+${Buffer.concat([Buffer.of(4), raw]).toString('base64')}`;
  const note = signCheckpoint(9, root, signer);
  const { text } = parseNote(note);
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_790_000_000n);
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const secret = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const blob = Buffer.concat([time, sign(null, Buffer.from(`cosignature/v1\ntime 1790000000\n${text}`), secret)]);
  const cosigned = note + signatureLine({ name: 'witness.example.org', keyId }, blob);
  const witness = parseVerifierKey(key);
  expect(openCheckpoint(cosigned, log, [witness]).cosignedBy).toEqual([
    { name: 'witness.example.org', atSeconds: 1_790_000_000 },
  ]);
  expect(openCheckpoint(note, log, [witness]).cosignedBy).toEqual([]);
});

test.each([
  ['register.example.com/log', 'at least three lines'],
  ['log\n-1\nAAAA\n', 'must be its size'],
  ['log\n007\nAAAA\n', 'must be its size'],
  ['log\n7\nAAAA\n', 'must be its root'],
  [`log\n7\n${root.toString('base64')}\n\n`, 'no empty line'],
])('%j is no checkpoint: %s', (text, problem) => {
  expect(() => parseCheckpoint(text)).toThrow(problem);
});

test.each(['', 'name', 'na me+00000000+AAAA', PETER.replace('c74f20a3', 'c74f20a4'), PETER.replace('+AR', '+AB')])(
  'the verifier key %j is refused',
  (key) => expect(() => parseVerifierKey(key)).toThrow(/key/),
);
