/** Whatever bytes come: no crash, and never accepted when an entry says something else than it did. */
import canonicalize from 'canonicalize';
import { readLine } from '../../../detection/audit/line-reader';
import { OWN_NAMES } from '../../../detection/audit/mapping';
import { inputs } from '../../setup/inputs';
import { mulberry32 } from '../../setup/mulberry32';
import { aLog, bytesOf, verifyBytes } from './helpers';

const random = mulberry32(42);
const upTo = (n: number) => Math.floor(random() * n);
const log = aLog(60);

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u',
  '\\ud800',
  '0',
  '-',
  '1e999',
  '1E5',
  '.5',
  'null',
  'true',
  ' ',
  '\n',
  '\r',
  '\0',
  '\ufeff',
  '\u2028',
  '"hash"',
  '"seq":2,',
  '"prev":"",',
].map((t) => Buffer.from(t));

function mutated(line: Buffer): Buffer {
  let bytes = line;
  for (let n = 1 + upTo(3); n > 0; n--) {
    const at = upTo(bytes.length + 1);
    const to = Math.min(bytes.length, at + upTo(20));
    const parts = [
      [bytes.subarray(0, at), Buffer.of(upTo(256)), bytes.subarray(at + 1)],
      [bytes.subarray(0, at), bytes.subarray(to)],
      [bytes.subarray(0, at), TOKENS[upTo(TOKENS.length)]!, bytes.subarray(at)],
      [bytes.subarray(0, to), bytes.subarray(at)],
      [bytes.subarray(0, at), Buffer.from(Array.from({ length: upTo(8) }, () => upTo(256))), bytes.subarray(to)],
      [bytes.subarray(0, at)],
    ][upTo(6)]!;
    bytes = Buffer.concat(parts);
  }
  return bytes;
}

const MUTATIONS = inputs(120_000);

test('mutated lines: none breaks the reader, none is taken for another entry', () => {
  const originals = log.map((line) => Buffer.from(line, 'utf8'));
  let [accepted, refused] = [0, 0];
  for (let n = 0; n < MUTATIONS; n++) {
    const original = originals[n % originals.length]!;
    const bytes = mutated(original);
    const { holds, fault } = readLine(bytes, OWN_NAMES);
    if (holds) {
      accepted++;
      // The same entry in other words: an escape, a space, a number's other form.
      expect(canonicalize(JSON.parse(bytes.toString('utf8')))).toBe(log[n % log.length]);
    } else {
      refused++;
      expect(fault ?? 'a hash that is not its own').not.toBe('');
    }
  }
  expect(refused).toBeGreaterThan(inputs(100_000));
  expect(accepted + refused).toBe(MUTATIONS);
});

test('what is accepted is JSON to JSON.parse as well, with one meaning', () => {
  for (let n = 0; n < inputs(20_000); n++) {
    const bytes = mutated(Buffer.from(log[0]!));
    const { fault, seq } = readLine(bytes, OWN_NAMES);
    if (fault === undefined) {
      const parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) as {
        seq: number;
      };
      expect(parsed.seq).toBe(seq);
    }
  }
});

test('whole logs, mutated anywhere and read in pieces of any size, end in a verdict', async () => {
  const bytes = bytesOf(log.slice(0, 12));
  for (let n = 0; n < inputs(5_000); n++) {
    const result = await verifyBytes(mutated(bytes), {}, 1 + upTo(5000)).catch((error: Error) => error);
    if (result instanceof Error) expect(result.name).toBe('AuditUnreadableError');
    else if (!result.ok) expect(result.damage!.line).toBeGreaterThan(0);
  }
});

test('a line of 40 MB does not fill the memory', async () => {
  const bytes = Buffer.concat([
    bytesOf(log.slice(0, 3)),
    Buffer.alloc(40_000_000, 0x20),
    Buffer.from('\n'),
    bytesOf(log.slice(3)),
  ]);
  expect(await verifyBytes(bytes, {}, 1 << 20)).toMatchObject({
    ok: false,
    damage: { line: 4, kind: 'insertion', reason: expect.stringContaining('longer than 16 MiB') },
  });
});
