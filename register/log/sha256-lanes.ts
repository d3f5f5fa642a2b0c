/**
 * The hashes of Merkle nodes, four at a time: SHA-256 (FIPS 180-4) in the 128-bit lanes of WebAssembly, each lane a node of
 * its own. A call of `crypto.hash` costs several times what it takes to hash 65 bytes; see docs/decisions/0015.
 */

// Node's types leave it to those of browsers.
declare const WebAssembly: {
  Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: Record<string, unknown> };
};

/** WebAssembly code, or a part of it. */
type Code = number[];

/** A place for hashes that lie one after the other, and what makes them half as many. */
export interface NodeLanes {
  hashes: Uint8Array;
  /** Puts the hash of each two of the first `2 · nodes` hashes in the place of the first `nodes`. What is behind them is lost. */
  hashNodes(nodes: number): void;
}

const PAGE_BYTES = 65_536;
/** What lies where, in bytes: the constants of the rounds, the states, the words of a block, the hashes. */
const [CONSTANTS, STATES, WORDS, HASHES] = [0, 256, 512, 2_048];
/** Lanes without a node of their own hash whatever lies behind. */
const BEHIND_BYTES = 512;

/** Assembles it. @throws where WebAssembly has no lanes. */
export function nodeLanes(): NodeLanes {
  const memory = new WebAssembly.Memory({ initial: 1 });
  new Uint32Array(memory.buffer, CONSTANTS).set(fractions(64, Math.cbrt));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(assembled()), { js: { memory } });
  const run = exports.hashNodes as (before: number, to: number, groups: number) => void;
  return {
    hashes: new Uint8Array(memory.buffer, HASHES, PAGE_BYTES - HASHES - BEHIND_BYTES),
    hashNodes: (nodes) => run(HASHES - 1, HASHES, Math.ceil(nodes / 4)),
  };
}

/** The first 32 bits of the fractional parts of the roots of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function fractions(count: number, root: (prime: number) => number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes.map((prime) => Math.floor((root(prime) % 1) * 2 ** 32));
}

const INITIAL = fractions(8, Math.sqrt);

// The instructions that are needed (WebAssembly core specification 2.0, section 5.4).

function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value % 128) + 128, ...unsigned(Math.floor(value / 128))];
}

function signed(value: number): Code {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signed(value >> 7)];
}

const lane = (instruction: number): Code => [0xfd, ...unsigned(instruction)];
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
const i32 = (value: number): Code => [0x41, ...signed(value)];
const plus = (local: number, value: number): Code => set(local, [...get(local), ...i32(value), 0x6a]);
const call = (fn: number): Code => [0x10, fn];
/** Goes through `body` again while the condition behind it holds. */
const loop = (body: Code, condition: Code): Code => [0x03, 0x40, ...body, ...condition, 0x0d, 0, 0x0b];
const below = (local: number, value: number): Code => [...get(local), ...i32(value), 0x49];

const load = (address: Code, offset: number): Code => [...address, ...lane(0), 4, ...unsigned(offset)];
const loadSplat = (address: Code, offset: number): Code => [...address, ...lane(9), 2, ...unsigned(offset)];
const store = (address: Code, offset: number, value: Code): Code => [
  ...address,
  ...value,
  ...lane(11),
  4,
  ...unsigned(offset),
];
/** Four bytes into, or out of, one of the lanes in a local. */
const loadLane = (local: number, index: number, address: Code, offset: number): Code =>
  set(local, [...address, ...get(local), ...lane(0x56), 2, ...unsigned(offset), index]);
const storeLane = (local: number, index: number, address: Code, offset: number): Code => [
  ...address,
  ...get(local),
  ...lane(0x5a),
  2,
  ...unsigned(offset),
  index,
];
const constant = (word: number): Code => {
  const bytes = [0, 8, 16, 24].map((shift) => (word >>> shift) & 255);
  return [...lane(12), ...bytes, ...bytes, ...bytes, ...bytes];
};
const binary = (instruction: number, values: Code[]): Code =>
  values.flatMap((value, i) => (i === 0 ? value : [...value, ...lane(instruction)]));
const and = (...values: Code[]) => binary(0x4e, values);
const or = (...values: Code[]) => binary(0x50, values);
const xor = (...values: Code[]) => binary(0x51, values);
const add = (...values: Code[]) => binary(0xae, values);
/** The bits of `a` where those of `choice` are set, those of `b` elsewhere. */
const select = (a: Code, b: Code, choice: Code): Code => [...a, ...b, ...choice, ...lane(0x52)];
const left = (value: Code, bits: number): Code => [...value, ...i32(bits), ...lane(0xab)];
const right = (value: Code, bits: number): Code => [...value, ...i32(bits), ...lane(0xad)];
const rotated = (value: Code, bits: number): Code => or(right(value, bits), left(value, 32 - bits));
/** Big-endian words, which SHA-256 is made of, from little-endian ones, or back. */
const swapped = (local: number): Code => {
  const order = [0, 4, 8, 12].flatMap((at) => [at + 3, at + 2, at + 1, at]);
  return [...get(local), ...get(local), ...lane(13), ...order];
};

/** The types of locals. */
const [INT, LANES] = [0x7f, 0x7b];

type Eight = [Code, Code, Code, Code, Code, Code, Code, Code];
const [D, H] = [3, 7];

/** Takes the block of the first 16 words into the states (FIPS 180-4, 6.2.2). */
function compress(): Code {
  const [at, constants, t, u] = [0, 1, 2, 3];
  const word = (index: number) => load(get(at), WORDS + 16 * index);
  const expanded = [
    ...set(t, word(1)),
    ...set(u, word(14)),
    ...store(
      get(at),
      WORDS + 16 * 16,
      add(
        word(0),
        word(9),
        xor(rotated(get(t), 7), rotated(get(t), 18), right(get(t), 3)),
        xor(rotated(get(u), 17), rotated(get(u), 19), right(get(u), 10)),
      ),
    ),
    ...plus(at, 16),
  ];
  // The variables stay where they are, and change their names: after eight rounds each has its own again.
  const eight = [0, 1, 2, 3, 4, 5, 6, 7];
  const variable = (name: number) => 4 + name;
  const rounds = eight.flatMap((round) => {
    const place = (name: number) => variable((name - round + 8) % 8);
    const [a, b, c, d, e, f, g, h] = eight.map((name) => get(place(name))) as Eight;
    const sum0 = xor(rotated(a, 2), rotated(a, 13), rotated(a, 22));
    const sum1 = xor(rotated(e, 6), rotated(e, 11), rotated(e, 25));
    const majority = select(c, b, xor(a, b));
    return [
      ...set(t, add(h, sum1, select(f, g, e), loadSplat(get(constants), CONSTANTS + 4 * round), word(round))),
      ...set(place(D), add(d, get(t))),
      ...set(place(H), add(get(t), sum0, majority)),
    ];
  });
  const state = (i: number) => load(i32(0), STATES + 16 * i);
  const code = [
    ...set(at, i32(0)),
    ...loop(expanded, below(at, 48 * 16)),
    ...eight.flatMap((i) => set(variable(i), state(i))),
    ...set(at, i32(0)),
    ...set(constants, i32(0)),
    ...loop([...rounds, ...plus(at, 8 * 16), ...plus(constants, 8 * 4)], below(at, 64 * 16)),
    ...eight.flatMap((i) => store(i32(0), STATES + 16 * i, add(state(i), get(variable(i))))),
  ];
  return fn(
    [
      [2, INT],
      [10, LANES],
    ],
    code,
  );
}

/**
 * Parameters: where the pairs of hashes begin, less one byte; where their hashes shall be; how many groups of four nodes.
 * A node is SHA-256(0x01 ‖ left ‖ right) (RFC 6962, 2.1), so each word of it begins a byte early.
 */
function hashGroups(): Code {
  const [before, to, groups, words] = [0, 1, 2, 3];
  const fourNodes = [0, 1, 2, 3];
  const put = (index: number, value: Code) => store(i32(0), WORDS + 16 * index, value);
  const gathered = (index: number) => [
    ...fourNodes.flatMap((node) => loadLane(words, node, get(before), 64 * node + 4 * index)),
    ...swapped(words),
  ];
  const group = [
    ...INITIAL.flatMap((word, i) => store(i32(0), STATES + 16 * i, constant(word))),
    ...put(0, or(and(gathered(0), constant(0x00ff_ffff)), constant(0x0100_0000))),
    ...count(1, 16).flatMap((index) => put(index, gathered(index))),
    ...call(COMPRESS),
    // The last byte of 65, the bit that ends them, and their length in bits.
    ...put(0, or(and(gathered(16), constant(0xff00_0000)), constant(0x0080_0000))),
    ...count(1, 15).flatMap((index) => put(index, constant(0))),
    ...put(15, constant(65 * 8)),
    ...call(COMPRESS),
    ...INITIAL.flatMap((_, i) => [
      ...set(words, load(i32(0), STATES + 16 * i)),
      ...set(words, swapped(words)),
      ...fourNodes.flatMap((node) => storeLane(words, node, get(to), 32 * node + 4 * i)),
    ]),
    ...plus(before, 4 * 64),
    ...plus(to, 4 * 32),
    ...plus(groups, -1),
  ];
  return fn([[1, LANES]], loop(group, get(groups)));
}

function count(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

// The module (WebAssembly core specification 2.0, section 5.5).

const COMPRESS = 0;
const vector = (items: Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (code: Code): Code => [...unsigned(code.length), ...code];
const fn = (locals: Code[], code: Code): Code => sized([...vector(locals), ...code, 0x0b]);
const named = (name: string): Code => sized([...Buffer.from(name)]);

function assembled(): Uint8Array {
  const functions = [compress(), hashGroups()];
  const types = [
    [0x60, 0, 0],
    [0x60, ...vector([[INT], [INT], [INT]]), 0],
  ];
  const memory = [...named('js'), ...named('memory'), 2, 0, 1];
  const exported = [...named('hashNodes'), 0, 1];
  const sections: [id: number, items: Code[]][] = [
    [1, types],
    [2, [memory]],
    [3, [[0], [1]]], // the type of each function
    [7, [exported]],
    [10, functions],
  ];
  const header = [0, ...Buffer.from('asm'), 1, 0, 0, 0];
  return Uint8Array.from([...header, ...sections.flatMap(([id, items]) => [id, ...sized(vector(items))])]);
}
