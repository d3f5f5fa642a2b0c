/** Reads npm's `package-lock.json` (and `npm-shrinkwrap.json`): lockfileVersion 1, 2 and 3. */
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, ComponentList, cut, own, ownText } from './component-list';
import { InventoryError } from './inventory-error';
import { aliasIn, nameProblem, unreadOf, versionIn } from './npm-package';
import { isTarball } from './tarball';

/** Nesting of version 1. npm itself never comes near; deeper ones are an attack on the reader. */
const DEEPEST = 200;
const SEGMENT = 'node_modules/';

/**
 * Every package that the lock file installs, with its nested versions; aliases (`npm:`) under their real names. Links,
 * workspaces and folders are the project's own code and no packages of the registry: they are left out. A tarball is a
 * package, wherever it lies.
 *
 * @throws InventoryError when it is no lock file of these versions.
 */
export function readPackageLock(lock: Record<string, unknown>): Omit<Inventory, 'name'> & { name?: string } {
  const lockVersion = own(lock, 'lockfileVersion') ?? 1;
  if (lockVersion !== 1 && lockVersion !== 2 && lockVersion !== 3) {
    throw new InventoryError(
      `lockfileVersion: is ${typeof lockVersion === 'number' ? lockVersion : 'no number'}; versions 1, 2 and 3 can be read`,
    );
  }
  const list = new ComponentList();
  const problems: string[] = [];
  const packages = asObject(own(lock, 'packages'));
  // Version 2 holds the same packages twice, the second time in the form of version 1.
  if (lockVersion === 1) {
    // Version 1 of npm has none; bun's lock file counts its versions from 1 too.
    if (packages) throw new InventoryError('packages: is not of version 1 of npm, whose lock files alone can be read');
    readDependencies(lock, list, problems);
  } else if (packages) readPackages(packages, list, problems);
  else throw new InventoryError('packages: is missing or no object; let npm write the lock file again');
  return {
    name: ownText(lock, 'name'),
    format: 'package-lock',
    components: list.list(),
    problems,
    unread: unreadOf(problems),
  };
}

function readPackages(packages: Record<string, unknown>, list: ComponentList, problems: string[]): void {
  for (const [place, raw] of Object.entries(packages)) {
    const entry = asObject(raw);
    const at = place.lastIndexOf(SEGMENT);
    // "" is the project; a path without node_modules is a workspace or a linked folder.
    if (place === '' || at === -1) continue;
    if (!entry) {
      problems.push(`packages.${cut(place, 120)}: is not an object, so nothing is known about it`);
      continue;
    }
    if (own(entry, 'link') === true) continue;
    const name = own(entry, 'name') === undefined ? place.slice(at + SEGMENT.length) : (ownText(entry, 'name') ?? '');
    add(list, problems, place, name, own(entry, 'version') ?? own(entry, 'resolved'), entry);
  }
}

interface Level {
  path: string;
  dependencies: Record<string, unknown>;
  depth: number;
}

// A loop and no recursion: the depth is the file's choice.
function readDependencies(lock: Record<string, unknown>, list: ComponentList, problems: string[]): void {
  const first = asObject(own(lock, 'dependencies') ?? {});
  if (!first) throw new InventoryError('dependencies: is not an object; let npm write the lock file again');
  const open: Level[] = [{ path: '', dependencies: first, depth: 1 }];
  for (let level = open.pop(); level; level = open.pop()) {
    for (const [key, raw] of Object.entries(level.dependencies)) {
      const entry = asObject(raw);
      const place = `${level.path}${SEGMENT}${key}`;
      if (!entry) {
        problems.push(`${cut(place, 120)}: is not an object, so nothing is known about it`);
        continue;
      }
      const version = own(entry, 'version');
      const alias = typeof version === 'string' ? aliasIn(version.slice(0, 1000)) : undefined;
      if (alias) add(list, problems, place, alias.name, alias.rest, entry);
      else if (!isFolder(version)) add(list, problems, place, key, version, entry);
      const nested = asObject(own(entry, 'dependencies') ?? {});
      if (!nested) {
        problems.push(`${cut(place, 120)}: its dependencies are not an object, so nothing is known about them`);
        continue;
      }
      if (level.depth >= DEEPEST) throw new InventoryError(`dependencies: are nested more than ${DEEPEST} levels deep`);
      open.push({ path: `${cut(place)}/`, dependencies: nested, depth: level.depth + 1 });
    }
  }
}

function add(
  list: ComponentList,
  problems: string[],
  place: string,
  name: string,
  version: unknown,
  entry: Record<string, unknown>,
): void {
  const problem = nameProblem(name, place);
  if (problem) {
    problems.push(problem);
    return;
  }
  const dev = own(entry, 'dev') === true || own(entry, 'devOptional') === true;
  const optional = own(entry, 'optional') === true || own(entry, 'devOptional') === true;
  list.add({ ecosystem: 'npm', name: cut(name), version: versionIn(name, version), place, dev, optional });
}

function isFolder(version: unknown): boolean {
  return typeof version === 'string' && /^(file|link):/.test(version) && !isTarball(version);
}
