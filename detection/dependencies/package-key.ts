/** Whether two names are of one package. */
import { baseEcosystem } from './orders';

/** Identifies a package: ecosystem without its release, name in the ecosystem's normal form. */
export function packageKey(ecosystem: string, name: string): string {
  const base = baseEcosystem(ecosystem);
  return JSON.stringify([base, normalName(base, name)]);
}

function normalName(ecosystem: string, name: string): string {
  if (ecosystem === 'PyPI') return name.toLowerCase().replace(/[-_.]+/g, '-'); // PEP 503
  return ecosystem === 'NuGet' || ecosystem === 'Packagist' ? name.toLowerCase() : name;
}
