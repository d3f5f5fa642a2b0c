/** Reads a CycloneDX SBOM in JSON, versions 1.4 to 1.7 (ECMA-424): the components that have a package URL. */
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, ComponentList, cut, own, ownText } from './component-list';
import { InventoryError } from './inventory-error';
import { addPurl, nameOfUnknown } from './package-url';
import { parsePurl } from './purl';
import { Unidentified } from './unidentified';

const VERSIONS = ['1.4', '1.5', '1.6', '1.7'];
/** Nesting of components within components. */
const DEEPEST = 200;

/**
 * Every component with a package URL, at any depth, and the source package that it was built from. References between components are not followed, so that no cycle
 * matters. Components that cannot be identified are counted in `problems`: nothing is known about them.
 *
 * @throws InventoryError when it is no SBOM of these versions.
 */
export function readCycloneDx(bom: Record<string, unknown>): Omit<Inventory, 'name'> & { name?: string } {
  const version = ownText(bom, 'specVersion', 20);
  if (!version || !VERSIONS.includes(version)) {
    throw new InventoryError(
      `specVersion: is ${version === undefined ? 'missing' : cut(version, 20)}; ${VERSIONS.join(', ')} can be read`,
    );
  }
  const top = own(bom, 'components');
  if (top !== undefined && !Array.isArray(top)) throw new InventoryError('components: is not a list');
  const list = new ComponentList();
  const unidentified = new Unidentified('components');
  const open: Array<{ components: unknown[]; depth: number }> = [{ components: top ?? [], depth: 1 }];
  for (let level = open.pop(); level; level = open.pop()) {
    for (const raw of level.components) {
      const component = asObject(raw);
      if (!component) {
        unidentified.add(undefined, 'a component that is not an object');
        continue;
      }
      const purlText = ownText(component, 'purl', 2000);
      const purl = purlText === undefined ? undefined : parsePurl(purlText);
      const name = ownText(component, 'name');
      if (purl) {
        const scope = own(component, 'scope');
        const flags = {
          place: ownText(component, 'bom-ref', 2000) ?? purlText!,
          dev: scope === 'excluded',
          optional: scope === 'optional',
        };
        addPurl(list, purl, ownText(component, 'version'), flags, sourceNamedBy(component));
      } else if (own(component, 'type') !== 'file' || own(component, 'purl') !== undefined) {
        const known = nameOfUnknown(name, [own(component, 'purl')]);
        unidentified.add(known, name ?? purlText ?? 'a component without a name');
      }
      const nested = own(component, 'components') ?? [];
      if (!Array.isArray(nested)) {
        unidentified.add(undefined, `components of ${name ?? 'a component'}, which are not a list`);
        continue;
      }
      if (level.depth >= DEEPEST) throw new InventoryError(`components: are nested more than ${DEEPEST} levels deep`);
      open.push({ components: nested, depth: level.depth + 1 });
    }
  }
  const subject = asObject(own(asObject(own(bom, 'metadata')) ?? {}, 'component'));
  return {
    name: subject && ownText(subject, 'name'),
    format: 'cyclonedx',
    components: list.list(),
    problems: unidentified.problems(),
    unread: unidentified.unread(),
  };
}

/** Trivy writes the source package beside the package URL, as properties (aquasecurity.github.io/trivy, "CycloneDX"). */
function sourceNamedBy(component: Record<string, unknown>): { name: string; version?: string } | undefined {
  const properties = own(component, 'properties');
  const given = Array.isArray(properties) ? properties.slice(0, 100).map((each) => asObject(each) ?? {}) : [];
  const propertyOf = (what: string) => {
    const found = given.find((each) => own(each, 'name') === `aquasecurity:trivy:${what}`);
    return found && ownText(found, 'value');
  };
  const name = propertyOf('SrcName');
  if (!name) return undefined;
  const [version, release, epoch] = [propertyOf('SrcVersion'), propertyOf('SrcRelease'), propertyOf('SrcEpoch')];
  const whole = version && `${epoch && epoch !== '0' ? `${epoch}:` : ''}${version}${release ? `-${release}` : ''}`;
  return { name, ...(whole ? { version: whole } : {}) };
}
