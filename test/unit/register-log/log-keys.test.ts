// A verifier who trusts one key of a log follows its rotations to all others, and believes each for its own time only.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CheckpointError, openCheckpoint, signCheckpoint } from '../../../register/tree/checkpoint';
import { CompactRange } from '../../../register/tree/compact-range';
import { consistencyProof, subtreeHash } from '../../../register/tree/merkle';
import { createSigner, parseVerifierKey, signNote } from '../../../register/tree/note';
import { LogKeys, openRotation, signRotation } from '../../../register/verifier/log-keys';
import { noteRecord, splitNotes } from '../../../register/verifier/notes';

const NAME = 'register.example.com/test';
const [a, b, c, stranger] = [1, 2, 3, 9].map((n) => createSigner(NAME, Buffer.alloc(32, n)));
const root = (n: number) => Buffer.alloc(32, n);
const aToB = signRotation(10, root(10), a!, b!);
const bToC = signRotation(25, root(25), b!, c!);

test('whoever trusts any key of the chain follows it to all others', () => {
  for (const trusted of [a!, b!, c!]) {
    const keys = LogKeys.follow(trusted.verifierKey, [aToB, bToC]);
    expect(keys.keys.map(({ verifierKey, from, to }) => [verifierKey, from, to])).toEqual([
      [a!.verifierKey, 0, 10],
      [b!.verifierKey, 10, 25],
      [c!.verifierKey, 25, Number.MAX_SAFE_INTEGER],
    ]);
    expect(keys.current).toBe(c!.verifierKey);
    for (const [size, signer, proved] of [
      [3, a!, false],
      [10, a!, false],
      [10, b!, false],
      [25, b!, true],
      [25, c!, true],
      [26, c!, true],
    ] as const) {
      const note = signCheckpoint(size, root(size), signer);
      expect(keys.openUnproved(note)).toMatchObject({ size, ...(!proved && { unproved: { size: 25 } }) });
      if (proved) expect(keys.open(note).size).toBe(size);
      else expect(() => keys.open(note)).toThrow('whoever stole the key could have made it');
    }
  }
});

test('a key that was retired signs nothing new, and a new one nothing old', () => {
  const keys = LogKeys.follow(a!.verifierKey, [aToB, bToC]);
  expect(() => keys.open(signCheckpoint(11, root(11), a!))).toThrow('counts for sizes from 0 to 10 only');
  expect(() => keys.open(signCheckpoint(9, root(9), b!))).toThrow('counts for sizes from 10 to 25 only');
  expect(() => keys.open(signCheckpoint(11, root(11), stranger!))).toThrow(
    'is not signed by register.example.com/test',
  );
});

test('a retired key counts only with the proof that its tree is the beginning of that of the last rotation', async () => {
  const leaves = Array.from({ length: 30 }, (_, n) => createHash('sha256').update(Buffer.of(0, n)).digest());
  const rootOf = (size: number) => {
    const tree = new CompactRange();
    for (const leaf of leaves.slice(0, size)) tree.push(leaf);
    return tree.root();
  };
  const read = async (level: number, index: number) =>
    subtreeHash(Buffer.concat(leaves.slice(index << level, (index + 1) << level)));
  const [first, second] = [signRotation(10, rootOf(10), a!, b!), signRotation(25, rootOf(25), b!, c!)];
  const keys = LogKeys.follow(c!.verifierKey, [first, second]);
  for (let size = 1; size <= 25; size++) {
    const proof = await consistencyProof(size, 25, read);
    const signer = size <= 10 ? a! : b!;
    expect(keys.open(signCheckpoint(size, rootOf(size), signer), [], proof).size).toBe(size);
    expect(() => keys.open(signCheckpoint(size, root(7), signer), [], proof)).toThrow(CheckpointError);
    expect(() => keys.openUnproved(signCheckpoint(10, root(7), a!))).toThrow('two different trees of the size 10');
    if (size < 25) {
      expect(() => keys.open(signCheckpoint(size, rootOf(size), signer))).toThrow('A consistency proof is needed');
    }
  }
  // Two stolen keys make a rotation over another tree between them: the last one, by the present key, does not continue it.
  const invented = LogKeys.follow(c!.verifierKey, [signRotation(10, root(7), a!, b!), second]);
  expect(() => invented.open(signCheckpoint(10, root(7), a!))).toThrow('A consistency proof is needed');
});

test('a rotation that was altered, is signed by one key only, or leads elsewhere is refused', () => {
  expect(() => openRotation(aToB.replace('\n10\n', '\n11\n'))).toThrow('not signed by both');
  const text = aToB.slice(0, aToB.indexOf('\n\n') + 1);
  expect(() => openRotation(signNote(text, [a!]))).toThrow('not signed by both');
  expect(() => openRotation(signNote(text, [b!]))).toThrow('not signed by both');
  expect(() => openRotation(signCheckpoint(3, root(3), a!))).toThrow('two lines after its root');
  expect(() => LogKeys.follow(a!.verifierKey, [bToC, aToB])).toThrow('does not follow the one before it');
  expect(() => LogKeys.follow(stranger!.verifierKey, [aToB])).toThrow('no rotation leads to or from the trusted key');
  const back = signRotation(30, root(30), b!, a!);
  expect(() => LogKeys.follow(a!.verifierKey, [aToB, back])).toThrow('leads back to a key that was retired');
  const earlier = signRotation(5, root(5), b!, c!);
  expect(() => LogKeys.follow(a!.verifierKey, [aToB, earlier])).toThrow('does not follow the one before it');
  const other = createSigner('another.example.com', Buffer.alloc(32, 4));
  expect(() => openRotation(signRotation(10, root(10), a!, other))).toThrow('names a key of another.example.com');
});

test('a rotation is a checkpoint of the log too, for tools that know only those', () => {
  expect(openCheckpoint(aToB, parseVerifierKey(a!.verifierKey))).toMatchObject({ size: 10, origin: NAME });
});

test('no altered byte of a rotation is accepted', () => {
  fc.assert(
    fc.property(fc.nat(Buffer.byteLength(aToB) - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const bytes = Buffer.from(aToB);
      bytes[at]! ^= flip;
      const altered = bytes.toString('utf8');
      // Every byte counts: a key id is a hint, but another hint finds no key.
      expect(() => openRotation(altered)).toThrow();
    }),
    { numRuns: 500 },
  );
});

test('a file of notes gives back every note, also after one that a crash has cut off', () => {
  const notes = [signCheckpoint(1, root(1), a!), aToB, signCheckpoint(2, root(2), b!)];
  const file = notes.map(noteRecord).join('');
  expect(splitNotes(file)).toEqual(notes);
  for (let cut = 0; cut < Buffer.byteLength(noteRecord(notes[0]!)); cut++) {
    const torn = Buffer.from(noteRecord(notes[0]!)).subarray(0, cut).toString('utf8');
    const kept = splitNotes(`${torn}\n\n${noteRecord(notes[1]!)}`);
    expect(kept.at(-1)).toBe(notes[1]);
    expect(kept.length).toBeLessThanOrEqual(2);
  }
});
