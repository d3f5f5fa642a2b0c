// Ranges as OSV defines them: by hand, against a second statement of its evaluation, and against semver's own order.
import fc from 'fast-check';
import semver from 'semver';
import { SEMVER } from '../../../../detection/dependencies/orders';
import { firstFix, judgeEvents, judgeVersion } from '../../../../detection/dependencies/versions';
import type { AffectedPackage } from '../../../../domain/patch/advisory';
import type { RangeEvent } from '../../../../domain/patch/version-range';
import { inputs } from '../../../setup/inputs';

const affected = (over: Partial<AffectedPackage>): AffectedPackage => ({
  ecosystem: 'npm',
  name: 'a',
  ranges: [],
  versions: [],
  severity: [],
  ...over,
});
const state = (version: string, events: RangeEvent[]) => judgeEvents(version, events, SEMVER).state;

describe('worked by hand', () => {
  const simple = [{ introduced: '1.0.0' }, { fixed: '1.2.6' }];
  it.each([
    ['0.9.9', simple, false],
    ['1.0.0', simple, true],
    ['1.2.5', simple, true],
    ['1.2.6', simple, false],
    // Plain order: a prerelease of the fix comes before the fix, and one of the introduction before that.
    ['1.2.6-rc.1', simple, true],
    ['1.0.0-rc.1', simple, false],
    ['1.3.0-alpha', simple, false],
    // Build metadata does not count.
    ['1.2.6+build.7', simple, false],
    ['0.0.0-0', [{ introduced: '0' }, { fixed: '0.2.4' }], true],
    ['1.2.3', [{ introduced: '0' }, { last_affected: '1.2.3' }], true],
    ['1.2.4', [{ introduced: '0' }, { last_affected: '1.2.3' }], false],
    ['1.2.4-rc.1', [{ introduced: '0' }, { last_affected: '1.2.3' }], false],
    // One version only.
    ['1.2.3', [{ introduced: '1.2.3' }, { last_affected: '1.2.3' }], true],
    ['1.2.2', [{ introduced: '1.2.3' }, { last_affected: '1.2.3' }], false],
    // Never fixed.
    ['99.0.0', [{ introduced: '2.0.0' }], true],
    // Fixed, broken again, fixed again; the events stand in any order.
    ['1.5.0', [{ fixed: '3.0.0' }, { introduced: '2.0.0' }, { fixed: '1.5.0' }, { introduced: '1.0.0' }], false],
    ['2.0.0', [{ fixed: '3.0.0' }, { introduced: '2.0.0' }, { fixed: '1.5.0' }, { introduced: '1.0.0' }], true],
    // Fixed and broken again in the same version: it counts as broken.
    ['2.0.0', [{ introduced: '1.0.0' }, { fixed: '2.0.0' }, { introduced: '2.0.0' }, { fixed: '3.0.0' }], true],
    ['4.0.0', [{ introduced: '1.0.0' }, { limit: '3.0.0' }], false],
    ['2.9.9', [{ introduced: '1.0.0' }, { limit: '3.0.0' }], true],
    ['4.0.0', [{ introduced: '1.0.0' }, { limit: '3.0.0' }, { limit: '*' }], true],
  ])('%s in %j is affected: %s', (version, events, expected) => {
    expect(state(version, events)).toBe(expected ? 'affected' : 'not-affected');
  });

  it.each<[string, Partial<AffectedPackage>, string | undefined, RegExp]>([
    [
      'an ecosystem without an order',
      { ecosystem: 'Unheard Of', ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] },
      '1.0',
      /cannot be compared: the order of Unheard Of/,
    ],
    [
      'releases of a distribution',
      { ecosystem: 'Debian:12', ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] },
      '1 2',
      /"1 2" is not a version by dpkg/,
    ],
    ['a range of commits only', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }, '1.0.0', /commits/],
    ['an unknown type of range', { ranges: [{ type: 'CALVER', events: [{ introduced: '0' }] }] }, '1.0.0', /CALVER/],
    ['a bound that is no version', { ranges: [{ type: 'SEMVER', events: [{ introduced: 'x' }] }] }, '1.0.0', /"x"/],
    [
      'an installed version that is none',
      { ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }] },
      'main',
      /main/,
    ],
    ['no start', { ranges: [{ type: 'SEMVER', events: [{ fixed: '2.0.0' }] }] }, '1.0.0', /from which version/],
    ['neither versions nor ranges', {}, '1.0.0', /neither/],
    [
      'an installed version that is none, of versions alone',
      { versions: ['1.0.0'] },
      'main',
      /^cannot be compared: "main" is not a version/,
    ],
    [
      'a listed version that is none',
      { versions: ['1.0.0', 'latest'] },
      '2.0.0',
      /^cannot be compared: the advisory's "latest" is not a version/,
    ],
    ['no installed version', { versions: ['1.0.0'] }, undefined, /no version/],
  ])('undecided, never clean: %s', (_name, over, version, reason) => {
    const verdict = judgeVersion(version, affected(over));
    expect(verdict).toEqual({ state: 'undecided', reason: expect.stringMatching(reason) });
  });

  it('clean by versions alone where all can be compared, or their ecosystem has no order but names', () => {
    expect(judgeVersion('2.0.0', affected({ versions: ['1.0.0'] }))).toEqual({ state: 'not-affected' });
    expect(judgeVersion('main', affected({ versions: ['main'] }))).toEqual({ state: 'affected' });
    expect(judgeVersion('b', affected({ ecosystem: 'Unheard Of', versions: ['a'] }))).toEqual({
      state: 'not-affected',
    });
  });

  it.each<[string, string, string, RangeEvent[], string[], boolean]>([
    // A local version of PyPI is its release, built again; what is after its fix is fixed.
    ['PyPI', 'ECOSYSTEM', '2.5.1+cu118', [{ introduced: '0' }, { last_affected: '2.5.1' }], [], true],
    ['PyPI', 'ECOSYSTEM', '2.5.1+cu118', [{ introduced: '0' }, { last_affected: '2.5.1+cpu' }], [], true],
    ['PyPI', 'ECOSYSTEM', '2.5.1.post1', [{ introduced: '0' }, { last_affected: '2.5.1' }], [], false],
    ['PyPI', 'ECOSYSTEM', '2.5.1+cu118', [{ introduced: '0' }, { fixed: '2.5.1' }], [], false],
    ['PyPI', 'ECOSYSTEM', '2.5.1+cu118', [{ introduced: '2.5.1' }], [], true],
    ['PyPI', 'ECOSYSTEM', '2.5.1', [{ introduced: '0' }, { fixed: '2.5.1+patched' }], [], true],
    ['PyPI', 'ECOSYSTEM', '2.5.1+cu118', [], ['2.5.1'], true],
    ['PyPI', 'ECOSYSTEM', '2.5.1', [], ['2.5.1+cu118'], false],
    ['PyPI', 'ECOSYSTEM', '2.5.1+cpu', [], ['2.5.1+cu118'], false],
    // A revision of Bitnami comes after its version, and packs the same software.
    ['Bitnami', 'SEMVER', '1.2.3-4', [{ introduced: '0' }, { fixed: '1.2.3' }], [], false],
    ['Bitnami', 'SEMVER', '1.2.3', [{ introduced: '0' }, { fixed: '1.2.3-4' }], [], true],
    ['Bitnami', 'SEMVER', '1.2.3-4', [{ introduced: '1.2.3' }, { fixed: '1.2.4' }], [], true],
    ['Bitnami', 'ECOSYSTEM', '1.2.3-4', [{ introduced: '0' }, { last_affected: '1.2.3' }], [], true],
    ['Bitnami', 'ECOSYSTEM', '1.2.4-1', [{ introduced: '0' }, { last_affected: '1.2.3' }], [], false],
    // Dart and Julia count builds, also where a record calls its range SEMVER.
    ['Pub', 'SEMVER', '1.0.0+1', [{ introduced: '0' }, { fixed: '1.0.0+2' }], [], true],
    ['Julia', 'SEMVER', '3.0.15+0', [{ introduced: '0' }, { fixed: '3.0.15+1' }], [], true],
    // A platform of RubyGems makes no prerelease.
    ['RubyGems', 'ECOSYSTEM', '1.13.0-java', [{ introduced: '1.13.0' }, { fixed: '1.13.2' }], [], true],
    ['RubyGems', 'ECOSYSTEM', '1.13.0-x86_64-linux', [{ introduced: '0' }, { last_affected: '1.13.0' }], [], true],
    ['RubyGems', 'ECOSYSTEM', '1.13.2-arm64-darwin', [{ introduced: '0' }, { fixed: '1.13.2' }], [], false],
    ['RubyGems', 'ECOSYSTEM', '1.13.0-java', [], ['1.13.0'], true],
    // Debian: the same source, built again.
    ['Debian:12', 'ECOSYSTEM', '1.0-1+b2', [{ introduced: '0' }, { last_affected: '1.0-1' }], [], true],
    ['Debian:12', 'ECOSYSTEM', '1.0-1+b2', [], ['1.0-1'], true],
    ['Debian:12', 'ECOSYSTEM', '1.0-1.1', [{ introduced: '0' }, { last_affected: '1.0-1' }], [], false],
    ['Packagist', 'ECOSYSTEM', '1.0-stable', [{ introduced: '1.0' }], [], true],
  ])('%s, %s: %s in %j and %j is affected: %s', (ecosystem, type, version, events, versions, expected) => {
    const ranges = events.length > 0 ? [{ type, events }] : [];
    const { state } = judgeVersion(version, affected({ ecosystem, ranges, versions }));
    expect(state).toBe(expected ? 'affected' : 'not-affected');
  });

  it.each(['SEMVER', 'ECOSYSTEM'])('ConanCenter publishes no order: a range of type %s is undecided', (type) => {
    const range = { type, events: [{ introduced: '0' }, { fixed: '1.0.0' }] };
    const entry = affected({ ecosystem: 'ConanCenter', ranges: [range], versions: ['0.9'] });
    expect(judgeVersion('1.2.0', entry)).toMatchObject({ state: 'undecided' });
    expect(judgeVersion('0.9', entry)).toMatchObject({ state: 'affected' });
  });

  it('an enumerated version decides, whatever the ecosystem; so does one range among others that nobody can judge', () => {
    const maven = affected({ ecosystem: 'Maven', versions: ['2.14.1'], ranges: [{ type: 'ECOSYSTEM', events: [] }] });
    expect(judgeVersion('2.14.1', maven).state).toBe('affected');
    expect(judgeVersion('2.17.0', maven).state).toBe('undecided');
    const go = affected({
      ecosystem: 'Go',
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '0.3.7' }] }],
    });
    expect(judgeVersion('0.3.6', go).state).toBe('affected');
    expect(firstFix('0.3.6', [go])).toBe('0.3.7');
    const mixed = affected({
      ranges: [
        { type: 'GIT', events: [{ introduced: '0' }] },
        { type: 'SEMVER', events: [{ introduced: '1.0.0' }, { fixed: '1.1.0' }] },
      ],
    });
    expect(judgeVersion('1.1.0', mixed).state).toBe('not-affected');
    expect(judgeVersion('1.0.5', mixed).state).toBe('affected');
  });
});

// —— properties ——

const part = fc.integer({ min: 0, max: 3 });
const version = fc
  .tuple(part, part, part, fc.option(fc.constantFrom('alpha', 'alpha.1', 'beta.2', 'rc.1', '0'), { freq: 3 }))
  .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre ? `-${pre}` : ''}`);
const event: fc.Arbitrary<RangeEvent> = fc.oneof(
  fc.oneof(fc.constant('0'), version).map((introduced) => ({ introduced })),
  version.map((fixed) => ({ fixed })),
  version.map((last_affected) => ({ last_affected })),
  fc.oneof({ weight: 5, arbitrary: version }, { weight: 1, arbitrary: fc.constant('*') }).map((limit) => ({ limit })),
);
const RUNS = { numRuns: inputs(10_000) };

/**
 * The evaluation algorithm of the OSV schema, said again in its own shape: sort the events, walk them, the limits apart.
 * At one version a fix is walked before an introduction, and a last affected version after it.
 */
function oracle(v: string, events: RangeEvent[]): boolean {
  const limits = events.flatMap((e) => e.limit ?? []);
  const beforeLimits = limits.length === 0 || limits.some((l) => l === '*' || semver.lt(v, l));
  if (!beforeLimits) return false;
  const at = (e: RangeEvent) => (e.introduced === '0' ? undefined : (e.introduced ?? e.fixed ?? e.last_affected));
  const rank = (e: RangeEvent) => (e.fixed !== undefined ? 0 : e.introduced !== undefined ? 1 : 2);
  const walked = events
    .filter((e) => e.limit === undefined)
    .sort((a, b) => {
      const [x, y] = [at(a), at(b)];
      if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
      return semver.compare(x, y) || rank(a) - rank(b);
    });
  let vulnerable = false;
  for (const e of walked) {
    if (e.introduced !== undefined && (e.introduced === '0' || semver.gte(v, e.introduced))) vulnerable = true;
    if (e.fixed !== undefined && semver.gte(v, e.fixed)) vulnerable = false;
    if (e.last_affected !== undefined && semver.gt(v, e.last_affected)) vulnerable = false;
  }
  return vulnerable;
}

test('any events, any version: as the evaluation of the schema says', () => {
  fc.assert(
    fc.property(version, fc.array(event, { maxLength: 8 }), (v, events) => {
      const started = events.some((e) => e.introduced !== undefined);
      expect(state(v, events)).toBe(!started ? 'undecided' : oracle(v, events) ? 'affected' : 'not-affected');
    }),
    RUNS,
  );
});

test('the order of the events does not matter', () => {
  fc.assert(
    fc.property(
      version,
      fc
        .array(event, { maxLength: 8 })
        .chain((e) => fc.tuple(fc.constant(e), fc.shuffledSubarray(e, { minLength: e.length }))),
      (v, [events, shuffled]) => {
        expect(state(v, shuffled)).toBe(state(v, events));
      },
    ),
    RUNS,
  );
});

test('introduced and fixed are a half-open interval of semver’s own order, prereleases included', () => {
  fc.assert(
    fc.property(version, version, version, (v, a, b) => {
      const [introduced, fixed] = semver.lt(a, b) ? [a, b] : [b, a];
      fc.pre(semver.lt(introduced, fixed));
      const inside = semver.gte(v, introduced) && semver.lt(v, fixed);
      expect(state(v, [{ introduced }, { fixed }])).toBe(inside ? 'affected' : 'not-affected');
    }),
    RUNS,
  );
});

test('the fix that is named comes after the version, and no entry calls it affected', () => {
  const entry = fc.array(event, { maxLength: 6 }).map((events) => affected({ ranges: [{ type: 'SEMVER', events }] }));
  let named = 0;
  fc.assert(
    fc.property(version, fc.array(entry, { minLength: 1, maxLength: 3 }), (v, entries) => {
      const fix = firstFix(v, entries);
      if (fix === undefined) return;
      named++;
      expect(semver.gt(fix, v)).toBe(true);
      for (const each of entries) expect(judgeVersion(fix, each).state).not.toBe('affected');
    }),
    RUNS,
  );
  expect(named).toBeGreaterThan(inputs(1000));
});
