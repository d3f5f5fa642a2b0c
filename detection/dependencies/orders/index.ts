/** The order of versions of each ecosystem that advisories in OSV's format name (ossf.github.io/osv-schema). */
import * as pep440 from '@renovatebot/pep440';
import { APK } from './apk';
import { DPKG } from './dpkg';
import { MAVEN } from './maven';
import { CRAN, HACKAGE } from './numbers';
import { PACKAGIST } from './packagist';
import { RPM } from './rpm';
import { RUBYGEMS } from './rubygems';
import { BITNAMI, JULIA, NUGET, PUB, SEMVER } from './semantic';
import type { VersionOrder } from './version-order';

export { SEMVER } from './semantic';
export { isAfter, isNamed, type VersionOrder } from './version-order';

const PYPI: VersionOrder<string> = {
  rules: 'PEP 440',
  parse: (text) => pep440.valid(text) ?? undefined,
  compare: (a, b) => pep440.compare(a, b),
  // A local version (`+cu118`) is a release that somebody built again.
  base: (version) => version.replace(/\+.*$/s, ''),
};

/** An ecosystem that stands here as undefined has no order that is published. */
const ORDERS: Record<string, VersionOrder | undefined> = {
  npm: SEMVER,
  'crates.io': SEMVER,
  Go: SEMVER,
  Hex: SEMVER,
  SwiftURL: SEMVER,
  'GitHub Actions': SEMVER,
  ConanCenter: undefined,
  Bitnami: BITNAMI,
  Julia: JULIA,
  Pub: PUB,
  NuGet: NUGET,
  PyPI: PYPI,
  RubyGems: RUBYGEMS,
  Maven: MAVEN,
  Packagist: PACKAGIST,
  Hackage: HACKAGE,
  CRAN: CRAN,
  Debian: DPKG,
  Ubuntu: DPKG,
  Alpine: APK,
  Wolfi: APK,
  Chainguard: APK,
  MinimOS: APK,
  Alpaquita: APK,
  'Red Hat': RPM,
  'Rocky Linux': RPM,
  AlmaLinux: RPM,
  SUSE: RPM,
  openSUSE: RPM,
  Mageia: RPM,
  openEuler: RPM,
};

/** `Debian:12` is ordered as Debian. Undefined for an ecosystem whose order is not known here: then nothing can be compared. */
export function orderOf(ecosystem: string): VersionOrder | undefined {
  const base = baseEcosystem(ecosystem);
  return Object.hasOwn(ORDERS, base) ? ORDERS[base] : undefined;
}

/**
 * The order that a range of an advisory is read by. What a record calls SEMVER has the order of its ecosystem all the same, which
 * may differ from semantic versioning; of an ecosystem that is not known here it is taken at its word.
 */
export function orderOfRange(ecosystem: string, type: string): VersionOrder | undefined {
  if (type !== 'SEMVER' && type !== 'ECOSYSTEM') return undefined;
  const isKnown = Object.hasOwn(ORDERS, baseEcosystem(ecosystem));
  return type === 'SEMVER' && !isKnown ? SEMVER : orderOf(ecosystem);
}

/** `Debian:12` → `Debian`. */
export function baseEcosystem(ecosystem: string): string {
  return ecosystem.split(':')[0]!;
}
