/** Semantic versions (semver.org), and orders that differ from it a little: of Bitnami, NuGet, Dart's pub and Julia. */
import semver from 'semver';
import { compareDigits, compareLists, compareText, type VersionOrder } from './version-order';

/** Versions may be written loosely (`v1.2.3`, `1.2.3beta`), as npm itself takes them. */
export const SEMVER: VersionOrder<semver.SemVer> = {
  rules: 'semantic versioning',
  parse: (text) => semver.parse(text, { loose: true }) ?? undefined,
  compare: (a, b) => a.compare(b),
};

/** Dart orders by the build metadata too (pub.dev/packages/pub_semver). */
export const PUB: VersionOrder<semver.SemVer> = {
  ...SEMVER,
  rules: "pub's order",
  compare: (a, b) => a.compare(b) || a.compareBuild(b),
};

/** Julia too (docs.julialang.org, `VersionNumber`): each build of a binary package has a number of its own. */
export const JULIA: VersionOrder<semver.SemVer> = { ...PUB, rules: "Julia's order" };

/**
 * What stands behind a hyphen is a revision, which comes after its version: the same software, packed again
 * (github.com/bitnami/go-version).
 */
export const BITNAMI: VersionOrder<semver.SemVer> = {
  rules: "Bitnami's order",
  parse: (text) => semver.parse(text) ?? undefined,
  compare: (a, b) =>
    a.compareMain(b) || Math.sign(a.prerelease.length) - Math.sign(b.prerelease.length) || a.comparePre(b),
  base: ({ major, minor, patch }) => new semver.SemVer(`${major}.${minor}.${patch}`),
};

interface NuGetVersion {
  numbers: string[];
  prerelease: string[];
}

/** One to four numbers, prereleases without regard to case (learn.microsoft.com/nuget/concepts/package-versioning). */
export const NUGET: VersionOrder<NuGetVersion> = {
  rules: "NuGet's order",
  parse(text) {
    const match = /^v?(\d+(?:\.\d+){0,3})(?:-([0-9a-z.-]+))?(?:\+[0-9a-z.-]*)?$/i.exec(text);
    if (!match) return undefined;
    return { numbers: match[1]!.split('.'), prerelease: match[2]?.toLowerCase().split('.') ?? [] };
  },
  compare(a, b) {
    for (let i = 0; i < 4; i++) {
      const order = compareDigits(a.numbers[i] ?? '0', b.numbers[i] ?? '0');
      if (order !== 0) return order;
    }
    // A prerelease comes before its release, and a shorter one before what continues it.
    if (a.prerelease.length === 0 || b.prerelease.length === 0) return b.prerelease.length - a.prerelease.length;
    return compareLists(a.prerelease, b.prerelease, compareIdentifiers);
  },
};

/** Numbers before words. */
function compareIdentifiers(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  return left && right ? compareDigits(a, b) : left !== right ? (left ? -1 : 1) : compareText(a, b);
}
