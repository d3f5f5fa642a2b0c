/** Whether two names are of one package. */
import { baseEcosystem } from './orders';

/** Identifies a package: ecosystem without its release, name in the ecosystem's normal form. */
export function packageKey(ecosystem: string, name: string): string {
  const base = baseEcosystem(ecosystem);
  return JSON.stringify([base, normalName(base, name)]);
}

/** Go's paths keep their letters in advisories, and lose them in package URLs (purl-spec, `golang`). */
const ANY_CASE = ['NuGet', 'Packagist', 'Go', 'GitHub Actions'];

function normalName(ecosystem: string, name: string): string {
  if (ecosystem === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-'); // PEP 503
  // crates.io keeps no two names that differ in these alone.
  if (ecosystem === 'crates.io') return name.toLowerCase().replaceAll('_', '-');
  // The address of a repository, which is written in several ways.
  if (ecosystem === 'SwiftURL') return name.toLowerCase().replace(/^https?:\/\/|(?:\.git)?\/?$/g, '');
  return ANY_CASE.includes(ecosystem) ? name.toLowerCase() : name;
}
