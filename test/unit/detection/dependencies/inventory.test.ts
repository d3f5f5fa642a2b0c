// Lock files of npm in all three versions, and CycloneDX: what is installed, under its real name, with its flags.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { inventorySource, parseInventory, readInventory } from '../../../../detection/dependencies/inventory';
import { InventoryError } from '../../../../detection/dependencies/inventory-error';
import { packageKey } from '../../../../detection/dependencies/package-key';
import { parsePurl } from '../../../../detection/dependencies/purl';
import { packageRoot } from '../../../../platform/package-root';
import { temporaryDir } from '../../../setup/helpers';

const shown = (content: object) =>
  parseInventory(JSON.stringify(content)).components.map(
    ({ name, version, dev, optional, places }) =>
      `${name}@${version ?? '?'}${dev ? ' dev' : ''}${optional ? ' optional' : ''} ×${places.length}`,
  );

test('version 3: nested versions, aliases under their real names, flags; no links, workspaces or the project itself', () => {
  const lock = {
    name: 'web',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'web', workspaces: ['packages/*'], dependencies: { a: '^1.0.0' } },
      'node_modules/a': { version: '1.2.0', resolved: 'https://registry.example/a/-/a-1.2.0.tgz' },
      'node_modules/b': { version: '2.0.0', dev: true },
      'node_modules/b/node_modules/a': { version: '1.0.0', dev: true },
      'node_modules/c/node_modules/a': { version: '1.2.0', optional: true },
      'node_modules/old': { name: '@s/real', version: '0.1.0' },
      'node_modules/@s/x/node_modules/@s/y': { version: '3.0.0-rc.1', devOptional: true },
      'node_modules/own': { resolved: 'packages/own', link: true },
      'packages/own': { name: 'own', version: '9.9.9' },
      'packages/own/node_modules/d': { version: '4.0.0', peer: true },
      'node_modules/from-git': { version: 'git+ssh://git@example.com/x.git#abc' },
    },
  };
  expect(shown(lock)).toEqual([
    'a@1.2.0 ×2',
    'b@2.0.0 dev ×1',
    'a@1.0.0 dev ×1',
    '@s/real@0.1.0 ×1',
    '@s/y@3.0.0-rc.1 dev optional ×1',
    'd@4.0.0 ×1',
    'from-git@? ×1',
  ]);
  expect(parseInventory(JSON.stringify(lock)).name).toBe('web');
});

test('version 1: nested dependencies, npm: aliases, git addresses; folders are left out', () => {
  expect(
    shown({
      name: 'old',
      lockfileVersion: 1,
      dependencies: {
        a: { version: '1.0.0', dependencies: { b: { version: '2.0.0', dev: true } } },
        b: { version: '2.1.0' },
        alias: { version: 'npm:@s/real@3.0.0', optional: true },
        git: { version: 'git+https://example.com/x.git#abc' },
        local: { version: 'file:../local' },
      },
    }),
  ).toEqual(['a@1.0.0 ×1', 'b@2.1.0 ×1', '@s/real@3.0.0 optional ×1', 'git@? ×1', 'b@2.0.0 dev ×1']);
});

test('version 2 is read once, from `packages`', () => {
  const lock = {
    lockfileVersion: 2,
    packages: { '': {}, 'node_modules/a': { version: '1.0.0' } },
    dependencies: { a: { version: '1.0.0' } },
  };
  expect(shown(lock)).toEqual(['a@1.0.0 ×1']);
});

test.each(['1.4', '1.5', '1.6'])(
  'CycloneDX %s: nested components by package URL, of any ecosystem; others are told',
  (specVersion) => {
    const bom = {
      bomFormat: 'CycloneDX',
      specVersion,
      metadata: { component: { type: 'application', name: 'shop', 'bom-ref': 'shop' } },
      components: [
        {
          type: 'library',
          'bom-ref': 'x',
          name: 'x',
          version: '1.0.0',
          purl: 'pkg:npm/%40s/x@1.0.0?arch=any#lib',
          components: [{ type: 'library', name: 'y', purl: 'pkg:pypi/Django@4.2' }],
        },
        {
          type: 'library',
          group: 'org.a',
          name: 'core',
          version: '2.14.1',
          purl: 'pkg:maven/org.a/core@2.14.1',
          scope: 'optional',
        },
        { type: 'library', name: 'text', purl: 'pkg:golang/golang.org/x/text@v0.3.6', scope: 'excluded' },
        { type: 'library', name: 'noversion', version: '5.0.0', purl: 'pkg:npm/noversion' },
        { type: 'library', name: 'mystery', version: '1' },
        { type: 'file', name: 'README' },
      ],
      dependencies: [
        { ref: 'x', dependsOn: ['shop'] },
        { ref: 'shop', dependsOn: ['x', 'shop'] },
      ],
    };
    const read = parseInventory(JSON.stringify(bom));
    expect(read.name).toBe('shop');
    expect(read.components.map((c) => [c.ecosystem, c.name, c.version, c.dev, c.optional]).sort()).toEqual([
      ['Go', 'golang.org/x/text', '0.3.6', true, false],
      ['Maven', 'org.a:core', '2.14.1', false, true],
      ['PyPI', 'Django', '4.2', false, false],
      ['npm', '@s/x', '1.0.0', false, false],
      ['npm', 'noversion', '5.0.0', false, false],
    ]);
    expect(read.problems).toEqual([
      '1 component has no package URL of a known kind, so nothing is known about it: mystery',
    ]);
  },
);

test.each([
  ['pkg:npm/lodash@4.17.20', 'npm', 'lodash', '4.17.20'],
  ['pkg:npm/@angular/core@12.3.1', 'npm', '@angular/core', '12.3.1'],
  ['pkg:npm/%40angular/core', 'npm', '@angular/core', undefined],
  ['pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=jessie', 'Debian', 'curl', '7.50.3-1'],
  ['PKG:Cargo/rand@0.7.2', 'crates.io', 'rand', '0.7.2'],
  ['pkg:composer/laravel/framework@5.5.0', 'Packagist', 'laravel/framework', '5.5.0'],
])('%s', (text, ecosystem, name, version) => {
  expect(parsePurl(text)).toMatchObject({ ecosystem, name, ...(version && { version }) });
});

test.each([
  ['Go', 'github.com/Azure/azure-sdk', 'github.com/azure/azure-sdk'],
  ['SwiftURL', 'https://github.com/Vapor/vapor.git', 'github.com/vapor/vapor'],
  ['GitHub Actions', 'Actions/checkout', 'actions/checkout'],
  ['crates.io', 'Serde_json', 'serde-json'],
  ['PyPI', 'Flask.SQLAlchemy', 'flask-sqlalchemy'],
  ['NuGet', 'Newtonsoft.Json', 'newtonsoft.json'],
])('%s: %s and %s are one package', (ecosystem, a, b) => {
  expect(packageKey(ecosystem, a)).toBe(packageKey(ecosystem, b));
});

test.each([
  ['npm', 'JSONStream', 'jsonstream'],
  ['Maven', 'org.A:b', 'org.a:b'],
  ['RubyGems', 'A', 'a'],
])('%s: %s and %s are two packages', (ecosystem, a, b) => {
  expect(packageKey(ecosystem, a)).not.toBe(packageKey(ecosystem, b));
});

test.each(['', 'lodash', 'pkg:', 'pkg:npm', 'pkg:npm/', 'pkg:unheard-of/a@1', 'pkg:npm/%E0%A4%A', 'pkg:__proto__/a@1'])(
  '"%s" is not a package URL of a known kind',
  (text) => {
    expect(parsePurl(text)).toBeUndefined();
  },
);

test.each<[string, string, RegExp]>([
  ['no JSON', '{', /not valid JSON/],
  ['no object', '[]', /nor an SBOM/],
  ['something else', '{"a":1}', /neither/],
  ['a later lock file', '{"lockfileVersion":4}', /lockfileVersion: is 4/],
  ['an old SBOM', '{"bomFormat":"CycloneDX","specVersion":"1.2"}', /specVersion: is 1.2/],
  ['a lock file without packages', '{"lockfileVersion":3}', /packages/],
])('%s is refused with the reason', (_name, content, message) => {
  expect(() => parseInventory(content)).toThrow(message);
  expect(() => parseInventory(content)).toThrow(InventoryError);
});

test('this repository’s own lock file', () => {
  const inventory = readInventory({ file: path.join(packageRoot(), 'package-lock.json') });
  const lock = JSON.parse(readFileSync(path.join(packageRoot(), 'package-lock.json'), 'utf8'));
  expect(inventory.name).toBe('tocsin');
  expect(inventory.problems).toEqual([]);
  const names = new Set(inventory.components.map(({ name }) => name));
  for (const name of Object.keys({ ...lock.packages[''].dependencies, ...lock.packages[''].devDependencies })) {
    expect(names).toContain(name);
  }
  expect(inventory.components.every(({ version }) => version !== undefined)).toBe(true);
  const entries = Object.keys(lock.packages).filter((key) => key.includes('node_modules/')).length;
  expect(inventory.components.length).toBeLessThanOrEqual(entries);
  expect(inventory.components.length).toBeGreaterThan(entries / 2);
});

test('names are given, taken from the file, or from its folder; errors name no folder', () => {
  expect(inventorySource('web=/srv/a=b/package-lock.json')).toEqual({
    name: 'web',
    file: '/srv/a=b/package-lock.json',
  });
  expect(inventorySource('/srv/x=y/package-lock.json')).toEqual({ file: '/srv/x=y/package-lock.json' });
  const dir = temporaryDir('inventory');
  const missing = () => readInventory({ file: path.join(dir, 'none.json') });
  expect(missing).toThrow('inventory none.json: it does not exist; give a lock file or an SBOM');
});
