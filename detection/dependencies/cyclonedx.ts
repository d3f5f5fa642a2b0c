/** Reads a CycloneDX SBOM in JSON, versions 1.4 to 1.6 (ECMA-424): the components that have a package URL. */
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, ComponentList, cut, own, ownText } from './component-list';
import { InventoryError } from './inventory-error';
import { parsePurl } from './purl';

const VERSIONS = ['1.4', '1.5', '1.6'];
/** Nesting of components within components. */
const DEEPEST = 200;
const PROBLEMS_KEPT = 20;

/**
 * Every component with a package URL, at any depth. References between components are not followed, so that no cycle
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
  const unidentified: string[] = [];
  let unknown = 0;
  const miss = (what: string) => {
    unknown++;
    if (unidentified.length < PROBLEMS_KEPT) unidentified.push(what);
  };
  const open: Array<{ components: unknown[]; depth: number }> = [{ components: top ?? [], depth: 1 }];
  for (let level = open.pop(); level; level = open.pop()) {
    for (const raw of level.components) {
      const component = asObject(raw);
      if (!component) {
        miss('a component that is not an object');
        continue;
      }
      const purlText = ownText(component, 'purl', 2000);
      const purl = purlText === undefined ? undefined : parsePurl(purlText);
      const name = ownText(component, 'name');
      if (purl) {
        const scope = own(component, 'scope');
        list.add({
          ecosystem: purl.ecosystem,
          name: cut(purl.name),
          version: purl.version === undefined ? ownText(component, 'version') : cut(purl.version),
          place: ownText(component, 'bom-ref', 2000) ?? purlText!,
          dev: scope === 'excluded',
          optional: scope === 'optional',
        });
      } else if (own(component, 'type') !== 'file') miss(cut(name ?? purlText ?? 'a component without a name', 80));
      const nested = own(component, 'components');
      if (!Array.isArray(nested)) continue;
      if (level.depth >= DEEPEST) throw new InventoryError(`components: are nested more than ${DEEPEST} levels deep`);
      open.push({ components: nested, depth: level.depth + 1 });
    }
  }
  const problems =
    unknown > 0
      ? [
          `${unknown} components have no package URL of a known kind, so nothing is known about them: ${unidentified.join(', ')}${unknown > unidentified.length ? ' …' : ''}`,
        ]
      : [];
  const subject = asObject(own(asObject(own(bom, 'metadata')) ?? {}, 'component'));
  return { name: subject && ownText(subject, 'name'), format: 'cyclonedx', components: list.list(), problems };
}
