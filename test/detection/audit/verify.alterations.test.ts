/** Every single alteration of a log is found, at the right line, and named for what it is. */
import type { DamageKind } from '../../../detection/audit/diagnosis';
import { inputs } from '../../setup/inputs';
import { mulberry32 } from '../../setup/mulberry32';
import { aLog, bytesOf, forged, verifyBytes } from './helpers';

const LENGTH = 300;
const log = aLog(LENGTH);
const headOf = (line: string) => (JSON.parse(line) as { hash: string }).hash;
const head = { seq: LENGTH, hash: headOf(log.at(-1)!) };

interface Alteration {
  what: string;
  bytes: Buffer;
  /** The line at which it must be found, and as what. */
  line: number;
  kind: DamageKind;
}

const random = mulberry32(20260401);
const upTo = (n: number) => Math.floor(random() * n);

/** Where each field's value starts and ends in a line. */
function fieldsOf(line: string): Array<{ name: string; start: number; end: number }> {
  const entry = JSON.parse(line) as Record<string, unknown>;
  return Object.keys(entry).map((name) => {
    const text = JSON.stringify(entry[name]);
    const start = line.indexOf(`"${name}":${text}`) + name.length + 3;
    return { name, start, end: start + text.length };
  });
}

function without(lines: string[], at: number, count = 1): string[] {
  return [...lines.slice(0, at), ...lines.slice(at + count)];
}

function withLine(lines: string[], at: number, line: string): string[] {
  return [...lines.slice(0, at), line, ...lines.slice(at)];
}

const ALTERATIONS: Array<() => Alteration> = [
  function aByteOfAField() {
    for (;;) {
      const at = upTo(LENGTH);
      const fields = fieldsOf(log[at]!);
      const field = fields[upTo(fields.length)]!;
      const line = Buffer.from(log[at]!, 'utf8');
      const from = Buffer.byteLength(log[at]!.slice(0, field.start));
      const to = Buffer.byteLength(log[at]!.slice(0, field.end));
      line[from + upTo(to - from)]! ^= 1 << upTo(8);
      if (line.includes(0x0a) || isSameEntry(line, log[at]!)) continue;
      const bytes = Buffer.concat([bytesOf(log.slice(0, at)), line, Buffer.from('\n'), bytesOf(log.slice(at + 1))]);
      return { what: `a byte of ${field.name} in line ${at + 1}`, bytes, line: at + 1, kind: 'edit' };
    }
  },
  function aByteTakenOut() {
    for (;;) {
      const at = upTo(LENGTH);
      const whole = Buffer.from(log[at]!, 'utf8');
      const gone = upTo(whole.length);
      const line = Buffer.concat([whole.subarray(0, gone), whole.subarray(gone + 1)]);
      if (isSameEntry(line, log[at]!)) continue;
      const bytes = Buffer.concat([bytesOf(log.slice(0, at)), line, Buffer.from('\n'), bytesOf(log.slice(at + 1))]);
      return { what: `byte ${gone} of line ${at + 1} taken out`, bytes, line: at + 1, kind: 'edit' };
    }
  },
  function aFieldRewrittenWithAHashOfItsOwn() {
    const at = upTo(LENGTH - 1);
    const line = forged(log[at]!, (entry) => {
      entry.actor = 'mallory';
    });
    return {
      what: `line ${at + 1} rewritten and hashed`,
      bytes: bytesOf([...log.slice(0, at), line, ...log.slice(at + 1)]),
      line: at + 1,
      kind: 'edit',
    };
  },
  function aNumberRewrittenWithAHashOfItsOwn() {
    const at = upTo(LENGTH);
    const line = forged(log[at]!, (entry) => {
      entry.seq = at + 1 + (random() < 0.5 ? 3 : 1000);
    });
    return {
      what: `number of line ${at + 1} rewritten`,
      bytes: bytesOf([...log.slice(0, at), line, ...log.slice(at + 1)]),
      line: at + 1,
      kind: 'edit',
    };
  },
  function aLineDeleted() {
    const at = upTo(LENGTH - 1);
    const count = 1 + upTo(Math.min(5, LENGTH - at - 1));
    return {
      what: `${count} from line ${at + 1} deleted`,
      bytes: bytesOf(without(log, at, count)),
      line: at + 1,
      kind: 'deletion',
    };
  },
  function aForgedLineInserted() {
    // Before an entry, with its number and its predecessor, and a sound hash.
    const at = upTo(LENGTH - 1);
    const line = forged(log[at]!, (entry) => {
      entry.action = 'permission.granted';
    });
    return {
      what: `a forged line before ${at + 1}`,
      bytes: bytesOf(withLine(log, at, line)),
      line: at + 1,
      kind: 'insertion',
    };
  },
  function anUnhashedLineInserted() {
    const at = upTo(LENGTH);
    const line = log[at]!.replace('user-', 'mallory-');
    return {
      what: `a line before ${at + 1}`,
      bytes: bytesOf(withLine(log, at, line)),
      line: at + 1,
      kind: 'insertion',
    };
  },
  function garbageInserted() {
    const at = upTo(LENGTH);
    const line = ['', '{}', 'x', '[]', 'null', '{"seq":1'][upTo(6)]!;
    return {
      what: `"${line}" before ${at + 1}`,
      bytes: bytesOf(withLine(log, at, line)),
      line: at + 1,
      kind: 'insertion',
    };
  },
  function twoNeighboursSwapped() {
    const at = upTo(LENGTH - 1);
    const lines = [...log.slice(0, at), log[at + 1]!, log[at]!, ...log.slice(at + 2)];
    return { what: `lines ${at + 1} and ${at + 2} swapped`, bytes: bytesOf(lines), line: at + 1, kind: 'reorder' };
  },
  function twoLinesSwapped() {
    const a = upTo(LENGTH - 1);
    const b = a + 1 + upTo(LENGTH - a - 1);
    const lines = [...log];
    [lines[a], lines[b]] = [lines[b]!, lines[a]!];
    return { what: `lines ${a + 1} and ${b + 1} swapped`, bytes: bytesOf(lines), line: a + 1, kind: 'reorder' };
  },
  function aLineMoved() {
    const from = upTo(LENGTH);
    const to = upTo(LENGTH - 1);
    if (from === to) return twoNeighbours();
    const line = Math.min(from, to) + 1;
    return {
      what: `line ${from + 1} moved to ${to + 1}`,
      bytes: bytesOf(withLine(without(log, from), to, log[from]!)),
      line,
      kind: 'reorder',
    };
  },
  function aLineDuplicated() {
    const at = upTo(LENGTH);
    return {
      what: `line ${at + 1} twice`,
      bytes: bytesOf(withLine(log, at, log[at]!)),
      line: at + 2,
      kind: 'insertion',
    };
  },
  function aLineCopiedElsewhere() {
    const from = upTo(LENGTH);
    let to = upTo(LENGTH + 1);
    if (to === from) to = from + 1; // before or after itself is the same: the second one is the copy
    const line = to === from + 1 ? from + 2 : to + 1;
    return {
      what: `line ${from + 1} copied to ${to + 1}`,
      bytes: bytesOf(withLine(log, to, log[from]!)),
      line,
      kind: 'insertion',
    };
  },
  function theEndCutOff() {
    const left = upTo(LENGTH);
    return { what: `cut after line ${left}`, bytes: bytesOf(log.slice(0, left)), line: left + 1, kind: 'truncation' };
  },
  function theEndCutOffWithinALine() {
    const at = upTo(LENGTH);
    const whole = Buffer.from(log[at]!, 'utf8');
    const part = whole.subarray(0, 1 + upTo(whole.length - 1));
    return {
      what: `cut within line ${at + 1}`,
      bytes: Buffer.concat([bytesOf(log.slice(0, at)), part]),
      line: at + 1,
      kind: 'truncation',
    };
  },
];

function twoNeighbours(): Alteration {
  return ALTERATIONS.find(({ name }) => name === 'twoNeighboursSwapped')!();
}

/** A change of bytes that leaves the entry as it was, such as "1e21" for "1e+21": nothing was altered. */
function isSameEntry(line: Buffer, original: string): boolean {
  try {
    return JSON.stringify(JSON.parse(line.toString('utf8'))) === JSON.stringify(JSON.parse(original));
  } catch {
    return false;
  }
}

test('the untouched log holds, in pieces of any size', async () => {
  for (const pieces of [1, 7, 4096, 1 << 20]) {
    expect(await verifyBytes(bytesOf(log), { head }, pieces)).toMatchObject({
      ok: true,
      entries: LENGTH,
      head,
      reformatted: 0,
    });
  }
});

test('random single alterations are all found, each at its line and as what it is', async () => {
  const counts: Record<string, number> = {};
  for (let n = 0; n < inputs(10_000, 400); n++) {
    const { what, bytes, line, kind } = ALTERATIONS[n % ALTERATIONS.length]!();
    const { ok, damage } = await verifyBytes(bytes, { head }, 64 * 1024);
    expect({ n, what, ok, line: damage?.line, kind: damage?.kind }).toEqual({ n, what, ok: false, line, kind });
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  expect(Object.keys(counts).sort()).toEqual(['deletion', 'edit', 'insertion', 'reorder', 'truncation']);
});

test('without a known head only a cut at the end goes unseen', async () => {
  for (let n = 0; n < inputs(1_500); n++) {
    const { what, bytes, line, kind } = ALTERATIONS[n % ALTERATIONS.length]!();
    if (what === 'cut within line 1') continue; // nothing is left that looks like a log
    const { ok, damage } = await verifyBytes(bytes, {}, 64 * 1024);
    if (/^cut after/.test(what)) expect(ok).toBe(true);
    else expect({ what, line: damage?.line, kind: damage?.kind }).toEqual({ what, line, kind });
  }
});
