/** Writes small MMDB files (MaxMind DB format 2.0, IPv6 tree of 24-bit records), as no database may be shipped. */
import { parseIpRange } from '../../../../domain/kernel/ip-address';

type Value = string | number | { double: number } | { [key: string]: Value };
type Node = [Branch, Branch];
type Branch = Node | { data: number } | undefined;

/** A database of the ranges given, in bytes. */
export function writeMmdb(databaseType: string, records: Record<string, Value>): Buffer {
  const data: Buffer[] = [];
  let size = 0;
  const root: Node = [undefined, undefined];
  for (const [range, value] of Object.entries(records)) {
    insert(root, bitsOf(range), { data: size });
    const bytes = encode(value);
    data.push(bytes);
    size += bytes.length;
  }
  const nodes = numbered(root);
  const tree = Buffer.concat([...nodes.keys()].flatMap((node) => node.map((branch) => record(branch, nodes))));
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_775_000_000,
    database_type: databaseType,
    description: { en: 'for tests' },
    ip_version: 6,
    node_count: nodes.size,
    record_size: 24,
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);
  return Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]);
}

/** The bits of a range in a tree of IPv6, where IPv4 stands under ::/96. */
function bitsOf(text: string): number[] {
  const range = parseIpRange(text)!;
  const length = range.family === 4 ? 96 + range.prefix : range.prefix;
  return Array.from({ length }, (_, i) => Number((range.bits >> BigInt(127 - i)) & 1n));
}

function insert(root: Node, bits: number[], leaf: Branch): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    node[bit] ??= [undefined, undefined];
    node = node[bit] as Node;
  }
  node[bits.at(-1)!] = leaf;
}

function numbered(root: Node): Map<Node, number> {
  const nodes = new Map<Node, number>();
  const visit = (node: Node): void => {
    nodes.set(node, nodes.size);
    for (const branch of node) if (Array.isArray(branch)) visit(branch);
  };
  visit(root);
  return nodes;
}

/** A record points to a node, to nothing (the number of nodes), or past the separator of 16 bytes into the data. */
function record(branch: Branch, nodes: Map<Node, number>): Buffer {
  const bytes = Buffer.alloc(3);
  const data = branch && !Array.isArray(branch) ? nodes.size + 16 + branch.data : nodes.size;
  bytes.writeUIntBE(Array.isArray(branch) ? nodes.get(branch)! : data, 0, 3);
  return bytes;
}

/** Types: 2 text, 3 double, 6 unsigned integer of 32 bits, 7 map. Sizes below 29 stand in the control byte. */
function encode(value: Value): Buffer {
  if (typeof value === 'string') return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (typeof value.double === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value.double);
    return Buffer.concat([control(3, 8), bytes]);
  }
  const entries = Object.entries(value as Record<string, Value>);
  return Buffer.concat([control(7, entries.length), ...entries.flatMap(([key, each]) => [encode(key), encode(each)])]);
}

function control(type: number, size: number): Buffer {
  return size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29]);
}
