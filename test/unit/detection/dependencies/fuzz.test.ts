// Whatever stands in a lock file, an SBOM or a record: read or refused with a reason, never a crash, never much memory.
import { DependencyCheck } from '../../../../detection/dependencies/check';
import { parseInventory } from '../../../../detection/dependencies/inventory';
import { InventoryError } from '../../../../detection/dependencies/inventory-error';
import { heapInUse } from '../../../setup/heap';
import { inputs } from '../../../setup/inputs';
import { mulberry32 } from '../../../setup/mulberry32';
import { LODASH, LOG4J, lock, MINIMIST, record } from './records';

const INPUTS = inputs(100_000, 2_000);
const MOST_HEAP_BYTES = 200 * 1024 * 1024;

const HOSTILE = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  '../..',
  'node_modules/',
  'a'.repeat(400),
  '\u0000',
  '\ud800',
  '𝒳',
  '%',
  '@',
  'npm:',
  'npm:@',
  'pkg:npm/%',
  'pkg:npm/a@1@2',
  '1.0.0',
  '9'.repeat(300),
  '1.2.3-' + 'a.'.repeat(100),
  'CVSS:3.1/AV:N',
  '0',
  '*',
];
const ODD = [
  'null',
  'true',
  '-1',
  '1e999',
  '[]',
  '{}',
  '[[[[[[]]]]]]',
  '{"__proto__":{"polluted":1}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '"x"',
];

/** Changes a text in a few places: cut, doubled, other letters, other values, other keys. */
function mutate(text: string, next: () => number): string {
  let out = text;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  for (let times = 1 + Math.floor(next() * 3); times > 0; times--) {
    const at = Math.floor(next() * out.length);
    const to = at + Math.floor(next() * 20);
    switch (Math.floor(next() * 6)) {
      case 0:
        out = out.slice(0, at) + out.slice(to);
        break;
      case 1:
        out = out.slice(0, to) + out.slice(at);
        break;
      case 2:
        out = out.slice(0, at) + String.fromCharCode(Math.floor(next() * 256)) + out.slice(at + 1);
        break;
      case 3: {
        const strings = [...out.matchAll(/"[^"]*"/g)];
        const hit = strings.length > 0 ? pick(strings) : undefined;
        if (hit) out = out.slice(0, hit.index) + JSON.stringify(pick(HOSTILE)) + out.slice(hit.index + hit[0].length);
        break;
      }
      case 4: {
        const values = [...out.matchAll(/:("[^"]*"|\d+|true|\{[^{}]*\}|\[[^[\]]*\])/g)];
        const hit = values.length > 0 ? pick(values) : undefined;
        if (hit) out = `${out.slice(0, hit.index)}:${pick(ODD)}${out.slice(hit.index + hit[0].length)}`;
        break;
      }
      default:
        out = `${out.slice(0, at)}"${pick(HOSTILE)}":${pick(ODD)},${out.slice(at)}`;
    }
  }
  return out;
}

/** Runs all inputs; answers how many were read. Fails on any error but a reason, on pollution, on lost memory. */
function run(seeds: string[], seed: number, read: (text: string) => boolean): number {
  const next = mulberry32(seed);
  let heap = 0;
  let readable = 0;
  for (let i = 0; i < INPUTS; i++) {
    if (read(mutate(seeds[i % seeds.length]!, next))) readable++;
    if (i % 1_000 === 0) heap = Math.max(heap, heapInUse());
  }
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect(heap).toBeLessThan(MOST_HEAP_BYTES + BASE_HEAP);
  return readable;
}
const BASE_HEAP = heapInUse();

const readInventory = (text: string): boolean => {
  try {
    const { components, problems } = parseInventory(text);
    for (const each of components) {
      if (
        each.name.length === 0 ||
        each.name.length > 300 ||
        (each.version ?? '').length > 300 ||
        each.places.length > 10
      ) {
        throw new Error(`out of bounds: ${JSON.stringify(each).slice(0, 200)}`);
      }
    }
    if (components.length + problems.length === 0) throw new Error('clean, though nothing was read');
    return components.length > 0;
  } catch (error) {
    if (error instanceof InventoryError) return false;
    throw error;
  }
};

test('lock files', () => {
  const v1 = JSON.stringify({
    lockfileVersion: 1,
    dependencies: { a: { version: 'npm:b@1.0.0', dev: true, dependencies: { c: { version: '1.0.0' } } } },
  });
  const v3 = JSON.stringify({
    name: 'x',
    lockfileVersion: 3,
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0', link: false },
      'node_modules/a/node_modules/@s/b': { name: '@t/c', version: '2.0.0', optional: true },
    },
  });
  expect(run([v1, v3], 1, readInventory)).toBeGreaterThan(INPUTS / 10);
}, 60_000);

test('lock files of pnpm, Yarn and Bun', () => {
  const pnpm = (key: string, version: string) =>
    `lockfileVersion: '${version}'\npackages:\n  '${key}':\n    resolution: {"integrity":"x","type":"y"}\n    version: "1.0.0"\n    dev: true\n  file:a.tgz:\n    name: "a"\n`;
  const yarn1 =
    '# yarn lockfile v1\n\n"a@^1.0.0", "a@npm:@s/b@^2.0.0":\n  version "1.0.0"\n  dependencies:\n    b "^2.0.0"\n';
  const berry =
    '__metadata:\n  version: 8\n\n"a@npm:^1.0.0":\n  version: "1.0.0"\n  resolution: "a@npm:1.0.0"\n  dependencies:\n    b: "npm:^1"\n';
  const bun =
    '{"lockfileVersion":1,"workspaces":{"":{"name":"w",},},"packages":{"a":["@s/a@1.0.0","",{"dependencies":{"b":"1"}},"x"],"b":["b@file:b.tgz",{}],},}';
  const seeds = [pnpm('/@s/a@1.0.0(b@2.0.0)', '6.0'), pnpm('@s/a@1.0.0(b@2.0.0)', '9.0'), yarn1, berry, bun];
  expect(run(seeds, 5, readInventory)).toBeGreaterThan(INPUTS / 10);
}, 120_000);

test('SPDX', () => {
  const reference = {
    referenceCategory: 'PACKAGE-MANAGER',
    referenceType: 'purl',
    referenceLocator: 'pkg:npm/a@1.0.0',
  };
  const document = JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    name: 'x',
    packages: [{ name: 'a', SPDXID: 'SPDXRef-a', versionInfo: '1.0.0', externalRefs: [reference] }],
    relationships: [{ relationshipType: 'DESCRIBES', relatedSpdxElement: 'SPDXRef-a' }],
  });
  expect(run([document], 6, readInventory)).toBeGreaterThan(INPUTS / 10);
}, 60_000);

test('SBOMs', () => {
  const bom = JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    metadata: { component: { name: 'x' } },
    components: [
      {
        type: 'library',
        'bom-ref': 'r',
        name: 'a',
        version: '1',
        scope: 'optional',
        purl: 'pkg:npm/%40s/a@1.0.0?x=y#z',
        components: [{ name: 'b', purl: 'pkg:maven/g/b@2' }],
      },
    ],
    dependencies: [{ ref: 'r', dependsOn: ['r'] }],
  });
  expect(run([bom], 2, readInventory)).toBeGreaterThan(INPUTS / 10);
}, 60_000);

test('advisories, judged against what is installed', () => {
  const installed = { ...parseInventory(lock({ minimist: '1.2.5', lodash: '4.17.20', a: '1.0.0' })), name: 'web' };
  const seeds = [
    MINIMIST,
    LODASH,
    LOG4J,
    record('X-1', 'a', [{ introduced: '0' }, { fixed: '2.0.0' }, { limit: '*' }], { aliases: ['X-1', 'X-2'] }),
  ];
  let judged = 0;
  const readable = run(
    seeds.map((each) => JSON.stringify(each)),
    3,
    (text) => {
      let raw: unknown;
      try {
        raw = JSON.parse(text);
      } catch {
        return false;
      }
      const check = new DependencyCheck('2026-04-01T02:00:00.000Z');
      check.addInventory(() => installed);
      check.addRecord(raw, 'fuzz');
      check.conclude();
      judged += check.findings.length + check.undecided.length;
      return check.summary().problems.length === 0;
    },
  );
  expect(readable).toBeGreaterThan(INPUTS / 10);
  expect(judged).toBeGreaterThan(INPUTS / 100);
}, 60_000);

describe('made to hurt', () => {
  const nested = (open: string, close: string, depth: number, inner = '{}') =>
    open.repeat(depth) + inner + close.repeat(depth);
  it.each<[string, string]>([
    [
      'a lock file nested 100,000 deep',
      `{"lockfileVersion":1,"dependencies":${nested('{"a":{"version":"1.0.0","dependencies":', '}}', 100_000)}}`,
    ],
    [
      'components nested 100,000 deep',
      `{"bomFormat":"CycloneDX","specVersion":"1.6","components":${nested('[{"name":"a","components":', '}]', 100_000, '[]')}}`,
    ],
    [
      '400,000 components',
      `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[${'{"purl":"pkg:npm/a@1"},'.repeat(400_000)}{}]}`,
    ],
  ])('%s is refused', (_name, text) => {
    expect(() => parseInventory(text)).toThrow(InventoryError);
  });

  it('brackets 1,000,000 deep end in a reason, not in a crash', () => {
    expect(() => parseInventory('['.repeat(1_000_000))).toThrow(InventoryError);
    expect(() => parseInventory(nested('[', ']', 1_000_000, ''))).toThrow(InventoryError);
  });

  it('a record that is nested, doubled or circular in its aliases', () => {
    const check = new DependencyCheck('2026-04-01T02:00:00.000Z');
    check.addInventory(() => ({ ...parseInventory(lock({ a: '1.0.0' })), name: 'web' }));
    for (let i = 0; i < 2000; i++)
      check.addRecord(record(`X-${i}`, 'a', [{ introduced: '0' }], { aliases: [`X-${(i + 1) % 2000}`] }), 'x');
    check.addRecord(
      JSON.parse(
        `{"id":"DEEP","affected":[{"package":{"ecosystem":"npm","name":"a"},"ranges":${nested('[', ']', 50_000, '')}}]}`,
      ),
      'x',
    );
    expect(check.conclude().findings).toEqual([expect.objectContaining({ advisory: 'X-0' })]);
  });
});
