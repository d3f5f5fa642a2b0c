/** Reads an SPDX document in JSON, versions 2.2 and 2.3: the packages that have a package URL. */
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, ComponentList, cut, own, ownText } from './component-list';
import { InventoryError } from './inventory-error';
import { addPurl, nameOfUnknown } from './package-url';
import { type Purl, parsePurl } from './purl';
import { Unidentified } from './unidentified';

const VERSIONS = ['SPDX-2.2', 'SPDX-2.3'];

/**
 * Every package with a package URL among its external references, and the source package that it was built from. What the document
 * describes is the project itself and no package of it, unless it has a URL.
 *
 * @throws InventoryError when it is no SPDX document of these versions.
 */
export function readSpdx(document: Record<string, unknown>): Omit<Inventory, 'name'> & { name?: string } {
  const version = ownText(document, 'spdxVersion', 20);
  if (!version || !VERSIONS.includes(version)) {
    throw new InventoryError(
      `spdxVersion: is ${version === undefined ? 'missing' : cut(version, 20)}; ${VERSIONS.join(' and ')} can be read`,
    );
  }
  const packages = own(document, 'packages') ?? [];
  if (!Array.isArray(packages)) throw new InventoryError('packages: is not a list');
  const described = describedBy(document);
  const list = new ComponentList();
  const unidentified = new Unidentified('packages');
  for (const raw of packages) {
    const each = asObject(raw);
    if (!each) {
      unidentified.add(undefined, 'a package that is not an object');
      continue;
    }
    const written = purlsOf(each);
    const urls = written.flatMap((text) => (typeof text === 'string' ? (parsePurl(text) ?? []) : []));
    const flags = { place: ownText(each, 'SPDXID', 2_000) ?? 'a package', dev: false, optional: false };
    for (const purl of urls) addPurl(list, purl, ownText(each, 'versionInfo'), flags, sourceNamedBy(each));
    // What alone is described is the project; of several nobody says which they are.
    if (urls.length === 0 && !(described.size === 1 && described.has(flags.place))) {
      const name = ownText(each, 'name');
      unidentified.add(nameOfUnknown(name, written), name ?? 'a package without a name');
    }
  }
  return {
    name: ownText(document, 'name'),
    format: 'spdx',
    components: list.list(),
    problems: unidentified.problems(),
    unread: unidentified.unread(),
  };
}

function purlsOf(each: Record<string, unknown>): unknown[] {
  const references = own(each, 'externalRefs');
  if (!Array.isArray(references)) return references === undefined ? [] : [references];
  return references.flatMap((raw) => {
    const reference = asObject(raw) ?? {};
    return own(reference, 'referenceType') === 'purl' ? [own(reference, 'referenceLocator')] : [];
  });
}

/** Trivy writes the source package as a sentence: `built package from: perl 5.40.1-6`. */
function sourceNamedBy(each: Record<string, unknown>): Purl['upstream'] {
  const [, name, version] =
    /^built package from: (\S+)(?: (\S+)?)?$/.exec(ownText(each, 'sourceInfo', 2_000) ?? '') ?? [];
  return name === undefined ? undefined : { name, ...(version ? { version } : {}) };
}

/** Ids of what the document is about: `documentDescribes`, or a relationship `DESCRIBES` of the document. */
function describedBy(document: Record<string, unknown>): Set<unknown> {
  const named = own(document, 'documentDescribes');
  const relationships = own(document, 'relationships');
  const described = new Set<unknown>(Array.isArray(named) ? named.slice(0, 1_000) : []);
  for (const raw of Array.isArray(relationships) ? relationships : []) {
    const relationship = asObject(raw) ?? {};
    if (own(relationship, 'relationshipType') === 'DESCRIBES') described.add(own(relationship, 'relatedSpdxElement'));
  }
  return described;
}
