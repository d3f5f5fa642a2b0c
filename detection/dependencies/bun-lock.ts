/** Reads Bun's text lock file, `bun.lock`, lockfileVersion 0 to 2 (bun.sh/reference/bun/BunLockFile): JSON with commas at the end. */
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, ComponentList, cut, own, ownText } from './component-list';
import { InventoryError } from './inventory-error';
import { nameProblem, splitName, unreadOf, versionIn } from './npm-package';
import { isTarball } from './tarball';

const VERSIONS = [0, 1, 2];
const OWN_CODE = /^(workspace|link|root|file):/;

/**
 * Every package that is installed, aliases under their real names. Which are for development follows only from what needs them
 * and is not worked out: all count as shipped.
 *
 * @throws InventoryError when it is no lock file of these versions.
 */
export function readBunLock(lock: Record<string, unknown>): Omit<Inventory, 'name'> & { name?: string } {
  const version = own(lock, 'lockfileVersion');
  if (!VERSIONS.includes(version as number)) {
    throw new InventoryError(`lockfileVersion: is ${cut(String(version), 20)}; of Bun, 0, 1 and 2 can be read`);
  }
  const packages = asObject(own(lock, 'packages') ?? {});
  if (!packages) throw new InventoryError('packages: is not an object; let Bun write the lock file again');
  const list = new ComponentList();
  const problems: string[] = [];
  for (const [place, raw] of Object.entries(packages)) {
    const resolved = Array.isArray(raw) && typeof raw[0] === 'string' ? raw[0].slice(0, 2_000) : '';
    const { name, rest } = splitName(resolved) ?? { name: '', rest: '' };
    if (OWN_CODE.test(rest) && !isTarball(rest)) continue;
    const problem = nameProblem(name, `packages.${place}`);
    if (problem) problems.push(problem);
    else {
      const found = versionIn(name, rest);
      list.add({ ecosystem: 'npm', name: cut(name), version: found, place, dev: false, optional: false });
    }
  }
  const root = asObject(own(asObject(own(lock, 'workspaces')) ?? {}, '')) ?? {};
  return {
    name: ownText(root, 'name'),
    format: 'bun-lock',
    components: list.list(),
    problems,
    unread: unreadOf(problems),
  };
}
