/** A package that an SBOM names by its URL, as a component; and the source package that it was built from, as another. */
import type { Component } from '../../domain/patch/dependencies';
import { type ComponentList, cut } from './component-list';
import { isWhole, type Purl } from './purl';

/** The name of what has no package URL of a known kind. None where it has one that is damaged: then it may be any package. */
export function nameOfUnknown(name: string | undefined, purls: unknown[]): string | undefined {
  return purls.every((each) => each === undefined || (typeof each === 'string' && isWhole(each))) ? name : undefined;
}

/** `beside` is the version that stands beside the URL; `source` what else is said of the source package. The URL's own word counts first. */
export function addPurl(
  list: ComponentList,
  purl: Purl,
  beside: string | undefined,
  flags: Pick<Component, 'dev' | 'optional'> & { place: string },
  source?: Purl['upstream'],
): void {
  const found = {
    ecosystem: purl.ecosystem,
    name: cut(purl.name),
    version: purl.version === undefined ? beside : cut(purl.version),
    ...(purl.release ? { release: purl.release } : {}),
    ...(purl.qualifiers.length > 0 ? { qualifiers: purl.qualifiers } : {}),
    ...flags,
  };
  list.add(found);
  const built = purl.upstream ?? source;
  if (!built) return;
  const version = built.version ? cut(built.version) : found.version;
  if (built.name !== purl.name || version !== found.version) list.add({ ...found, name: cut(built.name), version });
}
