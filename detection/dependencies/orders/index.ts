/** The order of versions of each ecosystem that advisories in OSV's format name (ossf.github.io/osv-schema). */
import * as pep440 from '@renovatebot/pep440';
import * as gem from '@renovatebot/ruby-semver';
import { APK } from './apk';
import { DPKG } from './dpkg';
import { MAVEN } from './maven';
import { CRAN, HACKAGE } from './numbers';
import { PACKAGIST } from './packagist';
import { RPM } from './rpm';
import { NUGET, PUB, SEMVER } from './semantic';
import type { VersionOrder } from './version-order';

export { SEMVER } from './semantic';
export type { VersionOrder } from './version-order';

const PYPI: VersionOrder<string> = {
  rules: 'PEP 440',
  parse: (text) => pep440.valid(text) ?? undefined,
  compare: (a, b) => pep440.compare(a, b),
};

const RUBYGEMS: VersionOrder<string> = {
  rules: "RubyGems' order",
  // The library reckons with numbers that are exact up to 15 digits.
  parse: (text) => (/\d{16}/.test(text) ? undefined : (gem.valid(text) ?? undefined)),
  compare: (a, b) => (gem.eq(a, b) ? 0 : gem.gt(a, b) ? 1 : -1),
};

const ORDERS: Record<string, VersionOrder> = {
  npm: SEMVER,
  'crates.io': SEMVER,
  Go: SEMVER,
  Hex: SEMVER,
  SwiftURL: SEMVER,
  Julia: SEMVER,
  Bitnami: SEMVER,
  ConanCenter: SEMVER,
  'GitHub Actions': SEMVER,
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

/** `Debian:12` → `Debian`. */
export function baseEcosystem(ecosystem: string): string {
  return ecosystem.split(':')[0]!;
}
