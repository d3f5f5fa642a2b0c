// Altered exports and proofs, 100,000 of them before a release: none is accepted, none crashes the verifier, each is
// refused with the part that is bad.

import { leafHash } from '../../register/entry';
import { UnreadableExportError } from '../../register/errors';
import { ExportVerifier } from '../../register/verifier/export-verifier';
import { inputs } from '../setup/inputs';
import { mulberry32 } from '../setup/mulberry32';
import { anExportedRegister } from './exports.helpers';

const MUTATIONS = inputs(100_000);
const SEED = 20_260_401;

/** Exports, each with what its verifier trusts, and the lines of all of them to mix. */
interface Sample {
  name: string;
  bytes: Buffer;
  lines: string[];
}

let samples: Sample[];
let trust: Awaited<ReturnType<typeof anExportedRegister>>['trust'];

beforeAll(async () => {
  const register = await anExportedRegister(2);
  trust = register.trust;
  const kinds: Array<[string, Parameters<typeof register.exported>]> = [
    ['log', [{ kind: 'log' }]],
    ['log, later', [{ kind: 'log' }]],
    ['incident', [{ kind: 'incident', incidentId: 'INC-a' }]],
    ['incident for a customer', [{ kind: 'incident', incidentId: 'INC-a' }, { audience: 'customer' }]],
    [
      'incidents for an authority',
      [{ kind: 'incidents', from: '2026-01-01T00:00:00.000Z' }, { audience: 'authority' }],
    ],
    ['proof', [{ kind: 'entry', position: 3 }]],
    ['proof for a customer', [{ kind: 'entry', position: 3 }, { audience: 'customer' }]],
    ['proof of another entry', [{ kind: 'entry', position: 4 }]],
  ];
  samples = [];
  for (const [name, args] of kinds) {
    const { bytes } = await register.exported(...args);
    samples.push({ name, bytes, lines: bytes.toString('utf8').split('\n').slice(0, -1) });
  }
});

/** Whole numbers from a fixed seed, so that a failure can be repeated. */
function randomOf(seed: number) {
  const draw = mulberry32(seed);
  return (below: number) => (draw() * 2 ** 32) % below;
}
type Random = ReturnType<typeof randomOf>;

const text = (lines: string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));
const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!;
const isEntry = (line: string) => line.includes('"entry":') && line.startsWith('{"position":');
const isBinding = (line: string) => line.startsWith('{"binding":');
const isProof = (line: string) => line.startsWith('{"position":') && !isEntry(line);
const openOf = (line: string) => line.slice(line.indexOf(',"v":2},"open":') + 15, -1);
const withOpen = (line: string, open: string) => `${line.slice(0, line.indexOf(',"v":2},"open":') + 15)}${open}}`;

/** A line of the kind, changed by `change`, which is also given one from any export. */
function changeLine(
  { lines }: Sample,
  random: Random,
  is: (line: string, i: number) => boolean,
  change: (line: string, other: string) => string,
): Buffer {
  const at = pick(
    random,
    lines.flatMap((line, i) => (is(line, i) ? [i] : [])),
  );
  const others = samples.flatMap((each) => each.lines.filter(is));
  return text(lines.map((line, i) => (i === at ? change(line, pick(random, others)) : line)));
}

/** JSON changed in one member, somewhere. */
function changeJson(value: unknown, random: Random): unknown {
  if (Array.isArray(value)) {
    if (value.length === 0 || random(6) === 0) return [...value, random(3)];
    const at = random(value.length);
    if (random(6) === 0) return value.filter((_, i) => i !== at);
    return value.map((each, i) => (i === at ? changeJson(each, random) : each));
  }
  if (typeof value === 'object' && value !== null) {
    const names = Object.keys(value);
    if (names.length === 0 || random(10) === 0) return { ...value, extra: random(3) };
    const name = pick(random, names);
    const { [name]: old, ...rest } = value as Record<string, unknown>;
    const form = random(10);
    if (form === 0) return rest;
    if (form === 1) return { ...rest, [`${name}x`]: old };
    return { ...rest, [name]: changeJson(old, random) };
  }
  if (typeof value === 'number') return pick(random, [value + 1, value - 1, 0, -1, 1e300, String(value)]);
  if (typeof value === 'string') {
    const at = random(value.length + 1);
    return pick(random, [
      `${value.slice(0, at)}${pick(random, ['0', 'a', 'Z', '\n', '\u202e'])}${value.slice(at + 1)}`,
      '',
      null,
    ]);
  }
  return pick(random, [1, 'x', null, true, false, {}, []]);
}

const MUTATORS: Record<string, (sample: Sample, random: Random) => Buffer> = {
  'a bit flipped': ({ bytes }, random) => {
    const altered = Buffer.from(bytes);
    altered[random(bytes.length)]! ^= 1 << random(8);
    return altered;
  },
  'bytes replaced': ({ bytes }, random) => {
    const altered = Buffer.from(bytes);
    for (let n = 1 + random(4); n > 0; n--) altered[random(bytes.length)] = random(256);
    return altered;
  },
  'bytes inserted or deleted': ({ bytes }, random) => {
    const at = random(bytes.length);
    const added = Buffer.from(Array.from({ length: random(6) }, () => random(256)));
    return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + random(40))]);
  },
  'a stretch repeated': ({ bytes }, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1))]);
  },
  'cut off': ({ bytes }, random) => bytes.subarray(0, random(bytes.length)),
  'lines dropped, repeated or moved': ({ lines }, random) => {
    const changed = [...lines];
    for (let n = 1 + random(2); n > 0; n--) {
      const [line] = changed.splice(random(changed.length), random(3) === 0 ? 0 : 1);
      if (line !== undefined && random(2) === 0) changed.splice(random(changed.length + 1), 0, line);
      else if (random(3) === 0) changed.splice(random(changed.length + 1), 0, pick(random, lines));
    }
    return text(changed);
  },
  'a line of another export': ({ lines }, random) => {
    const other = pick(random, samples);
    const at = random(lines.length);
    return text(lines.map((line, i) => (i === at ? pick(random, other.lines) : line)));
  },
  'the openings of another entry': (sample, random) =>
    changeLine(sample, random, isEntry, (line, other) => withOpen(line, openOf(other))),
  'a field withheld': (sample, random) =>
    changeLine(sample, random, isEntry, (line) => {
      const open = Object.entries(JSON.parse(openOf(line)) as object);
      const at = random(open.length);
      return withOpen(line, JSON.stringify(Object.fromEntries(open.filter((_, i) => i !== at))));
    }),
  'fields shown as to another audience': (sample, random) =>
    changeLine(sample, random, isEntry, (line) => {
      const { position } = JSON.parse(line) as { position: number };
      const same = samples.flatMap((each) =>
        each.lines.filter((l) => isEntry(l) && l.startsWith(`{"position":${position},`)),
      );
      return pick(random, same);
    }),
  'an entry rewritten with its hash': (sample, random) =>
    changeLine(sample, random, isEntry, (line) => {
      const leaf = line.slice(line.indexOf('"entry":') + 8, line.indexOf(',"open":'));
      const digit = leaf.replace(/"(at|kind)":"([^"]*)\d?/, (whole) => whole.replace(/[a-z0-9](?=[^a-z0-9]*$)/, '7'));
      return line.replace(leaf, digit).replace(/"hash":"[0-9a-f]{64}"/, `"hash":"${leafHash(digit)}"`);
    }),
  'the binding of another export': (sample, random) => changeLine(sample, random, isBinding, (_line, other) => other),
  'the end of another export': ({ lines }, random) => {
    const { lines: other } = pick(random, samples);
    return text([...lines.slice(0, lines.findIndex(isBinding)), ...other.slice(other.findIndex(isBinding))]);
  },
  'a part of the binding of another export': (sample, random) =>
    changeLine(sample, random, isBinding, (line, other) => {
      const [one, two] = [JSON.parse(line), JSON.parse(other)];
      const name = pick(random, ['checkpoint', 'receipt']);
      const changed = { ...one.binding, [name]: two.binding[name] };
      return JSON.stringify({ binding: changed });
    }),
  'a part of the receipt of another export': (sample, random) =>
    changeLine(sample, random, isBinding, (line, other) => {
      const [one, two] = [JSON.parse(line), JSON.parse(other)];
      const name = pick(random, Object.keys(one.binding.receipt));
      one.binding.receipt[name] = two.binding.receipt[name];
      return JSON.stringify(one);
    }),
  'a signature dropped, repeated or moved': (sample, random) =>
    changeLine(sample, random, isBinding, (line) => {
      const value = JSON.parse(line) as { binding: { checkpoint: string } };
      const note = value.binding.checkpoint.split('\n').slice(0, -1);
      const signatures = note.filter((each) => each.startsWith('\u2014'));
      const body = note.filter((each) => !each.startsWith('\u2014'));
      const changed = pick(random, [
        [...signatures].reverse(),
        [...signatures, pick(random, signatures)],
        signatures.slice(1),
        signatures.slice(0, -1),
      ]);
      value.binding.checkpoint = `${[...body, ...changed].join('\n')}\n`;
      return JSON.stringify(value);
    }),
  'nobody signed': ({ lines }, random) => {
    const at = lines.findIndex(isBinding);
    return text([...lines.slice(0, at), '{"binding":null}', ...(random(2) === 0 ? lines.slice(at + 1) : [])]);
  },
  'the proof of another entry': (sample, random) =>
    changeLine(sample, random, isProof, (line, other) =>
      random(2) === 0 ? other : line.replace(/"proof":.*/, other.slice(other.indexOf('"proof":'))),
    ),
  'the header of another export': (sample, random) =>
    changeLine(
      sample,
      random,
      (_line, i) => i === 0,
      (_line, other) => other,
    ),
  'a member of the header of another export': (sample, random) =>
    changeLine(
      sample,
      random,
      (_line, i) => i === 0,
      (line, other) => {
        const [one, two] = [JSON.parse(line), JSON.parse(other)];
        const name = pick(random, Object.keys(one));
        return JSON.stringify({ ...one, [name]: two[name] });
      },
    ),
  'JSON changed in one member': ({ lines }, random) => {
    const at = random(lines.length);
    const changed = JSON.stringify(changeJson(JSON.parse(lines[at]!), random));
    return text(lines.map((line, i) => (i === at ? changed : line)));
  },
};

/**
 * Anybody who passes a signed note on may add a line by a signer that nobody knows (C2SP signed-note): it is left aside, and
 * named as not checked. Such an export without these lines.
 */
function withoutUnknownSigners(altered: Buffer): Buffer {
  const known = [trust.key, ...trust.witnesses].map((key) => key.split('+')[0]!);
  const lines = altered
    .toString('utf8')
    .replace(/\\n\u2014 (\S+) [A-Za-z0-9+/=]+(?=\\n)/g, (line, name: string) => (known.includes(name) ? line : ''));
  return Buffer.from(lines);
}

/** How it was refused; undefined when it was accepted. Whatever else is thrown is a crash, and fails the test. */
function refusal(altered: Buffer): string | undefined {
  const verifier = new ExportVerifier(trust);
  try {
    verifier.push(altered);
    const { ok, firstBad } = verifier.end();
    if (ok) return undefined;
    const { part, line, position, reason } = firstBad!;
    return `line ${line} ${part}${position === undefined ? '' : ` ${position}`}: ${reason}`;
  } catch (error) {
    if (error instanceof UnreadableExportError) return error.message;
    throw error;
  }
}

test('the samples themselves are accepted', () => {
  for (const { name, bytes } of samples) expect([name, refusal(bytes)]).toEqual([name, undefined]);
});

test(`${MUTATIONS} altered exports and proofs are refused, each with the line and the part that is bad`, () => {
  const random = randomOf(SEED);
  const names = Object.keys(MUTATORS);
  const tried: Record<string, number> = {};
  const sound = new Set(samples.map(({ bytes }) => bytes.toString('latin1')));
  for (let n = 0, done = 0; done < MUTATIONS; n++) {
    if (n > MUTATIONS * 3) throw new Error(`too many mutations change nothing: ${JSON.stringify(tried)}`);
    const name = names[n % names.length]!;
    const sample = pick(random, samples);
    const altered = MUTATORS[name]!(sample, random);
    // Equal bytes are no alteration, and another export as a whole is a sound one.
    if (altered.equals(sample.bytes) || sound.has(altered.toString('latin1'))) continue;
    const refused = refusal(altered);
    if (refused === undefined && withoutUnknownSigners(altered).equals(sample.bytes)) continue;
    if (refused === undefined || !/^line \d+ (of the export|header|entry \d+|binding|proof)/.test(refused)) {
      throw new Error(
        `mutation ${n} (${name} of "${sample.name}") gave ${refused ?? 'an accepted export'}:\n${altered}`,
      );
    }
    tried[name] = (tried[name] ?? 0) + 1;
    done += 1;
  }
  expect(Object.keys(tried).sort()).toEqual(names.sort());
  for (const [name, times] of Object.entries(tried)) expect([name, times > inputs(300)]).toEqual([name, true]);
}, 300_000);
