/** Reads pnpm's `pnpm-lock.yaml`: lockfileVersion 6 and 9 (github.com/pnpm/spec, lockfile). */
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, ComponentList, cut, own, ownText } from './component-list';
import { InventoryError } from './inventory-error';
import { nameProblem, splitName, unreadOf, versionIn } from './npm-package';
import { isTarball } from './tarball';
import { readYaml } from './yaml';

const VERSION = /^(6|9)(\.\d+)?$/;

/**
 * Every package that is installed, once for each version, whatever its peers. Folders are the project's own code. Version 9
 * does not say which packages are for development: there all count as shipped. A file may hold several documents.
 *
 * @throws InventoryError when it is no lock file of these versions.
 */
export function readPnpmLock(content: string): Omit<Inventory, 'name'> {
  const list = new ComponentList();
  const problems: string[] = [];
  for (const parsed of readYaml(content)) {
    const lock = asObject(parsed);
    if (!lock) throw new InventoryError('holds a YAML document that is not a lock file of pnpm');
    const version = own(lock, 'lockfileVersion');
    if (!VERSION.test(String(version))) {
      throw new InventoryError(
        `lockfileVersion: is ${cut(String(version), 20)}; of pnpm, versions 6 and 9 can be read: let pnpm 8 or later write it`,
      );
    }
    const packages = own(lock, 'packages');
    if (packages === undefined) {
      if (hasDependencies(lock)) problems.push('packages: are missing, though the project depends on some');
      continue;
    }
    const entries = asObject(packages);
    if (!entries) throw new InventoryError('packages: is not a mapping; let pnpm write the lock file again');
    for (const [key, raw] of Object.entries(entries)) addPackage(list, problems, key, asObject(raw) ?? {});
  }
  return { format: 'pnpm-lock', components: list.list(), problems, unread: unreadOf(problems) };
}

/** Whether the project, or one of its workspaces, depends on more than its own folders. */
function hasDependencies(lock: Record<string, unknown>): boolean {
  return [lock, ...Object.values(asObject(own(lock, 'importers')) ?? {})].some((project) =>
    ['dependencies', 'devDependencies', 'optionalDependencies'].some((kind) =>
      Object.values(asObject(own(asObject(project) ?? {}, kind)) ?? {}).some((each) => {
        const version = own(asObject(each) ?? {}, 'version');
        return !(typeof version === 'string' && version.startsWith('link:'));
      }),
    ),
  );
}

/** `/name@1.0.0(peer@2.0.0)` in version 6, without the stroke in 9; of an address or a folder what stands beside it counts. */
function addPackage(list: ComponentList, problems: string[], key: string, entry: Record<string, unknown>): void {
  if (own(asObject(own(entry, 'resolution')) ?? {}, 'type') === 'directory') return;
  const named = splitName(key.replace(/^\//, '').replace(/\(.*$/s, ''));
  if (named && /^(file|link):/.test(named.rest) && !isTarball(named.rest)) return;
  const isPath = /^(file:|https?:|git\+|[^/@]+\.[^/@]+\/)/.test(key);
  const name = ownText(entry, 'name') ?? (isPath ? '' : (named?.name ?? ''));
  const problem = nameProblem(name, `packages.${key}`);
  if (problem) {
    problems.push(problem);
    return;
  }
  list.add({
    ecosystem: 'npm',
    name: cut(name),
    version: versionIn(name, own(entry, 'version') ?? (isPath ? undefined : named?.rest)),
    place: key,
    dev: own(entry, 'dev') === true,
    optional: own(entry, 'optional') === true,
  });
}
