/**
 * The orders of versions: the ascending lists of each ecosystem's own description and tests, and what every order must be:
 * total, antisymmetric and transitive, whatever the versions; a text that is none is undecided and breaks nothing.
 */
import fc from 'fast-check';
import { DependencyCheck } from '../../../../detection/dependencies/check';
import { parseInventory } from '../../../../detection/dependencies/inventory';
import { orderOf } from '../../../../detection/dependencies/orders';
import { parsePurl } from '../../../../detection/dependencies/purl';
import { releaseIn, releaseOf } from '../../../../detection/dependencies/releases';
import { inputs } from '../../../setup/inputs';

interface Vectors {
  /** Strictly ascending. */
  ascending: string;
  /** Pairs written `A=B`. */
  same: string;
  /** No versions by the rules. */
  none?: string[];
  /** What versions are made of, for the properties; after three numbers where no other begins so. */
  pieces: string[];
  three?: true;
}

const VECTORS: Record<string, Vectors> = {
  // semver.org, 11
  npm: {
    ascending:
      '1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 2.0.0 2.1.0 2.1.1',
    same: '1.0.0+a=1.0.0+b v1.0.0=1.0.0',
    none: ['1.2', 'latest', 'git+ssh://x'],
    pieces: ['', '', '-alpha', '-rc', '.1', '.10', '+b'],
    three: true,
  },
  // Go's modules: pseudo-versions, and go.dev/ref/mod#incompatible-versions
  Go: {
    ascending: '0.0.0-20191109021931-daa7c04131f5 0.0.0-20200101000000-abcdefabcdef 0.1.0 1.0.0-rc1 1.0.0 1.21.0 2.0.0',
    same: '2.0.0+incompatible=2.0.0 v1.2.3=1.2.3',
    pieces: ['', '', '-rc', '.1', '.10', '+incompatible'],
    three: true,
  },
  // peps.python.org/pep-0440, "Summary of permitted suffixes and relative ordering", with an epoch and local versions
  PyPI: {
    ascending:
      '1.dev0 1.0.dev456 1.0a1 1.0a2.dev456 1.0a12.dev456 1.0a12 1.0b1.dev456 1.0b2 1.0b2.post345.dev456 1.0b2.post345 1.0rc1.dev456 1.0rc1 1.0 1.0+abc.5 1.0+abc.7 1.0+5 1.0.post456.dev34 1.0.post456 1.0.15 1.1.dev1 2013.10 1!0.1',
    same: '1.0=1.0.0 1.0alpha1=1.0a1 1.0-1=1.0.post1 v1.0=1.0 1.0RC1=1.0rc1',
    none: ['0.1-bulbasaur', 'main', ''],
    pieces: ['1', '2', '10', '.', '.', 'a1', 'b2', 'rc1', '.post1', '.dev1', '1!', '+x.1'],
  },
  // maven.apache.org/pom.html#version-order-specification
  Maven: {
    ascending:
      '1-alpha-1 1-alpha2 1-alpha-10 1-beta-1 1-m3 1-rc1 1-SNAPSHOT 1 1-sp 1-foo2 1-foo10 1-1 1-2 1.1 1.5 1.10 2 2.0.1-xyz 2.0.1-123',
    same: '1=1.0.0 1.0-final=1 1ga=1 1cr=1-rc 1a1=1-alpha-1 1x=1.0.0-x 1.1.RC2=1.1-rc2 1-0.ga=1.0',
    pieces: ['1', '2', '10', '0', '.', '.', '-', 'alpha', 'a', 'ga', 'sp', 'foo', 'snapshot', '_'],
  },
  // learn.microsoft.com/nuget/concepts/package-versioning
  NuGet: {
    ascending:
      '1.0.1-aaa 1.0.1-alpha 1.0.1-alpha.2 1.0.1-alpha.10 1.0.1-Beta 1.0.1-open 1.0.1-rc 1.0.1-zzz 1.0.1 1.0.1.1 1.2 10.0',
    same: '1.0.0-RC=1.0.0-rc 1.0=1.0.0.0 1.00=1.0 1.0.0+x=1.0.0',
    none: ['1.0.0.0.0', 'x'],
    pieces: ['1', '2', '10', '.', '.', '-', 'RC', 'rc', '+m'],
  },
  // rubydoc.info, Gem::Version
  RubyGems: {
    ascending: '1.0.a.2 1.0.b1 1.0.rc1 1.0 1.0.1.pre 1.0.1 1.0.2 1.9.3 1.10 2.0.0.rc2 2.0.0',
    same: '1.0=1.0.0 1=1.0',
    none: ['main branch', `1.${'9'.repeat(20)}`, 'java'],
    pieces: ['1', '2', '10', '.', '.', '.a', '.rc1', '.pre', '-java', '-x86_64-linux'],
  },
  // PHP's test version_compare.phpt, and getcomposer.org/doc/articles/versions.md
  Packagist: {
    ascending: '1.0-dev 1.0a1 1.0b1 1.0RC1 1.0 1.0pl1 1.0.1 1.1 1.2 1.10 2.0.0-alpha2 2.0.0-beta.1 2.0.0',
    same: 'v1.0=1.0.0.0 1.0RC1=1.0.0-rc1 1.0.0+x=1.0.0 1.0p1=1.0.0-patch1 1.0-stable=1.0',
    none: ['dev-main', '1.x-dev', 'main', '1.0-foo'],
    pieces: ['1', '2', '10', '.', '.', '-', 'dev', 'alpha', 'RC', 'pl', 'stable', 'zz'],
  },
  Hackage: { ascending: '1 1.0 1.0.0 1.2 1.10 2', same: '1.01=1.1', none: ['1-a'], pieces: ['1', '2', '10', '.'] },
  // CRAN: numeric_version of R
  CRAN: {
    ascending: '0.9 1.0-1 1.0-2 1.0.10 1.2 1.10',
    same: '1.0-1=1.0.1',
    none: ['1.a'],
    pieces: ['1', '10', '.', '-'],
  },
  Pub: {
    ascending: '1.0.0-alpha 1.0.0 1.0.0+1 1.0.0+2 1.0.1',
    same: '1.0.0+1=1.0.0+1',
    pieces: ['', '', '-a', '.1', '+1', '+2'],
    three: true,
  },
  // github.com/bitnami/go-version, README and tests
  Bitnami: {
    ascending: '1.0.0 1.0.0-1 1.0.0-2 1.0.0-10 1.2.0 1.2.0-1+metadata 1.2.3 1.2.3-1 1.4.5 2.2.3',
    same: '1.2.3+foo=1.2.3+bar 1.2.3-1=1.2.3-1',
    none: ['1.0', '1', '1.2.beta', 'foo', '1.2-5', '1.2.3.4', '1.7rc2', '1.2.3-alpha.01'],
    pieces: ['', '', '-0', '-1', '-rc', '.1', '.10', '+b'],
    three: true,
  },
  // docs.julialang.org, VersionNumber
  Julia: {
    ascending: '1.0.0-alpha 1.0.0 1.0.0+0 1.0.0+1 1.0.0+10 1.0.1',
    same: '1.0.0+1=1.0.0+1',
    pieces: ['', '', '-a', '.1', '+1', '+2'],
    three: true,
  },
  // deb-version(7), and the policy, 5.6.12: ~~, ~~a, ~, the end, a
  Debian: {
    ascending:
      '1.0~~ 1.0~~a 1.0~ 1.0~rc1-1 1.0 1.0-1~bpo12+1 1.0-1 1.0-1+deb12u1 1.0-1+deb12u2 1.0-1.1 1.0-2 1.0-10 1.0a-1 1.0+dfsg-1 1.2-1 1.10-1 1:0.1-1',
    same: '0:1.0-1=1.0-1 1.0-01=1.0-1 1.00=1.0 1.0=1.0-0',
    none: ['1 2', ''],
    pieces: ['1', '2', '10', '.', '~', '-', '+', 'a', 'Z', 'deb12u1', '0'],
  },
  // rpm's tests/rpmvercmp.at
  'Red Hat': {
    ascending:
      '0.5.9-1 1.0~rc1-1 1.0~rc1^git1-1 1.0~rc2-1 1.0-1 1.0-1.el9 1.0-1.el9_1 1.0-2.el9 1.0-10.el9 1.0^git1~pre-1 1.0^git1-1 1.0^git2-1 1.0a-1 1.0.1-1 2.0-1 10xyz-1 10.1xyz-1 1:0.1-1',
    same: '0:1.0-1=1.0-1 2_0-1=2.0-1 1.01-1=1.1-1',
    none: ['1 2', 'ü'],
    pieces: ['1', '2', '10', '.', '~', '^', '-', 'el', 'a', '_'],
  },
  // apk-tools, test/unit/version.data
  Alpine: {
    ascending:
      '1.0_alpha 1.0_alpha2 1.0_beta1 1.0_pre1-r0 1.0_rc1-r1 1.0-r0 1.0-r1 1.0-r10 1.0_cvs1 1.0_git20200101-r0 1.0_p1-r0 1.0_p2-r0 1.0a-r0 1.0b 1.0.02 1.0.1-r0 1.1.1a 1.1.1b 2.0 10.0',
    same: '1.0=1.0-r0 1.0_p=1.0_p0',
    none: ['1.0-x', '1.0_foo1', '5.1p1-r0', 'a'],
    pieces: ['1', '2', '10', '05', '.', '.', '_rc1', '_p1', '_alpha', '-r1', 'a'],
  },
};

describe.each(Object.entries(VECTORS))('%s', (ecosystem, { ascending, same, none = [], pieces, three }) => {
  const order = orderOf(ecosystem)!;
  const compared = (a: string, b: string) => {
    const [left, right] = [order.parse(a), order.parse(b)];
    if (left === undefined || right === undefined) throw new Error(`${left === undefined ? a : b} is no version`);
    return Math.sign(order.compare(left, right));
  };

  test('the lists of its own description', () => {
    const list = ascending.split(' ');
    for (const [i, a] of list.entries())
      for (const [j, b] of list.entries()) expect([a, b, compared(a, b)]).toEqual([a, b, Math.sign(i - j)]);
    for (const pair of same.split(' ')) {
      const [a, b] = pair.split('=') as [string, string];
      expect([pair, compared(a, b), compared(b, a)]).toEqual([pair, expect.closeTo(0), expect.closeTo(0)]);
    }
    for (const text of none) expect([text, order.parse(text)]).toEqual([text, undefined]);
  });

  test('total, antisymmetric and transitive', () => {
    const parts = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: three ? 3 : 8 });
    const begin = three
      ? fc.tuple(fc.nat(2), fc.nat(2), fc.nat(11)).map((numbers) => numbers.join('.'))
      : fc.constant('');
    const version = fc
      .tuple(begin, parts)
      .map(([first, rest]) => first + rest.join(''))
      .filter((text) => order.parse(text) !== undefined);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compared(a, a)).toBeCloseTo(0);
        expect(compared(a, b) + compared(b, a)).toBeCloseTo(0);
        if (compared(a, b) <= 0 && compared(b, c) <= 0) expect(compared(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: inputs(5_000) },
    );
  });

  test('any text is read or is none', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .array(fc.constantFrom(...pieces, '..', '%', '\u0000', '9'.repeat(300)), { maxLength: 12 })
        .map((p) => p.join('')),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [left, right] = [order.parse(a), order.parse(b)];
        if (left !== undefined && right !== undefined) expect(Number.isFinite(order.compare(left, right))).toBe(true);
      }),
      { numRuns: inputs(5_000) },
    );
  });
});

test('an ecosystem of another name has no order, whatever the name, nor has one that publishes none', () => {
  for (const name of ['ConanCenter', 'Unheard Of', 'constructor', '__proto__', 'Linux', 'GIT', ''])
    expect(orderOf(name)).toBeUndefined();
});

describe('releases of distributions', () => {
  test.each([
    ['Debian:12', 'Debian', 'debian-12.5', '12'],
    ['Debian:8', 'Debian', 'jessie', '8'],
    ['Ubuntu:22.04:LTS', 'Ubuntu', 'ubuntu-22.04', '22.04'],
    ['Ubuntu:Pro:18.04:LTS', 'Ubuntu', 'bionic', '18.04'],
    ['Alpine:v3.18', 'Alpine', 'alpine-3.18.4', '3.18'],
    ['Rocky Linux:9', 'Rocky Linux', 'rocky-9.3', '9'],
    ['Red Hat:enterprise_linux:9::appstream', 'Red Hat', 'rhel-9.2', '9'],
  ])('%s is that of %s with distro=%s', (ecosystem, base, distro, release) => {
    expect(releaseOf(ecosystem)).toBe(release);
    expect(releaseIn(base, distro)).toBe(release);
  });

  const sbom = (purl: string) =>
    JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [{ type: 'library', name: 'x', purl }] });
  function check(purl: string, affected: object[]) {
    const run = new DependencyCheck('2026-11-29T00:00:00.000Z');
    run.addInventory(() => ({ ...parseInventory(sbom(purl)), name: 'image' }));
    run.addRecord({ id: 'DEBIAN-CVE-1', modified: '2026-01-01T00:00:00Z', affected }, 'a test');
    return run.conclude();
  }
  const entry = (ecosystem: string, name: string, fixed?: string) => ({
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, ...(fixed ? [{ fixed }] : [])] }],
  });
  const curl = [
    entry('Debian:11', 'curl', '7.74.0-1.3+deb11u8'),
    entry('Debian:12', 'curl', '7.88.1-10+deb12u1'),
    entry('Debian:13', 'curl', '8.0.1-1'),
  ];

  test('only the fix of its own release counts', () => {
    expect(check('pkg:deb/debian/curl@7.88.1-10%2Bdeb12u1?distro=debian-12', curl)).toMatchObject({
      findings: [],
      undecided: [],
    });
    expect(check('pkg:deb/debian/curl@7.88.1-10?distro=debian-12', curl).findings).toMatchObject([
      { versions: ['7.88.1-10'], fixedIn: ['7.88.1-10+deb12u1'] },
    ]);
  });

  test('of an unknown release only what all releases agree in is known', () => {
    expect(check('pkg:deb/debian/curl@7.88.1-10%2Bdeb12u1', curl)).toMatchObject({
      findings: [],
      undecided: [{ reason: expect.stringMatching(/does not say of which release of Debian/) }],
    });
    expect(check('pkg:deb/debian/curl@7.0-1', curl).findings).toHaveLength(1);
    expect(check('pkg:deb/debian/curl@9.0-1', curl)).toMatchObject({ findings: [], undecided: [] });
  });

  test('the epoch of an RPM stands in its package URL, and counts', () => {
    expect(parsePurl('pkg:rpm/redhat/bind@9.16.23-1.el9?epoch=32&distro=rhel-9.2')).toMatchObject({
      ecosystem: 'Red Hat',
      name: 'bind',
      version: '32:9.16.23-1.el9',
      release: '9',
    });
    const advisory = [entry('Red Hat:enterprise_linux:9::appstream', 'bind', '32:9.16.23-5.el9')];
    expect(check('pkg:rpm/redhat/bind@9.16.23-1.el9?epoch=32&distro=rhel-9.2', advisory).findings).toHaveLength(1);
    expect(check('pkg:rpm/redhat/bind@9.16.23-5.el9?epoch=32&distro=rhel-9.2', advisory).findings).toEqual([]);
  });
});
