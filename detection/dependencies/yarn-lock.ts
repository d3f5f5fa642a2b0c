/** Reads `yarn.lock`: of Yarn 1, and of Yarn 2 to 4 ("berry", `__metadata.version` 4 to 8). */
import { parseSyml } from '@yarnpkg/parsers';
import type { Inventory } from '../../domain/patch/dependencies';
import { asObject, ComponentList, cut, own, ownText } from './component-list';
import { InventoryError } from './inventory-error';
import { aliasIn, nameProblem, splitName, unreadOf, versionIn } from './npm-package';
import { isTarball } from './tarball';

const FIRST = 4;
const LAST = 8;
/** Folders, and what is the project's own: no packages of the registry. */
const OWN_CODE = /^(workspace|link|portal|file):/;

/**
 * Every package that is installed, aliases (`npm:`) under their real names. Yarn does not write which are for development: all
 * count as shipped.
 *
 * @throws InventoryError when it is no lock file of these versions.
 */
export function readYarnLock(content: string): Omit<Inventory, 'name'> {
  let parsed: Record<string, unknown>;
  try {
    parsed = asObject(parseSyml(content)) ?? {};
  } catch {
    throw new InventoryError('it is damaged: no yarn.lock can be read from it; let yarn write it again');
  }
  const metadata = own(parsed, '__metadata');
  if (metadata !== undefined) {
    const version = Number(own(asObject(metadata) ?? {}, 'version'));
    if (!(version >= FIRST && version <= LAST)) {
      throw new InventoryError(`__metadata.version: is ${version}; ${FIRST} to ${LAST} can be read`);
    }
  }
  const list = new ComponentList();
  const problems: string[] = [];
  for (const [key, raw] of Object.entries(parsed)) {
    if (key === '__metadata') continue;
    const entry = asObject(raw);
    if (entry) addPackage(list, problems, key, entry, metadata !== undefined);
    else problems.push(`${cut(key, 120)}: is not an object, so nothing is known about it`);
  }
  return { format: 'yarn-lock', components: list.list(), problems, unread: unreadOf(problems) };
}

/** A key is what was asked for, `a@^1.0.0, a@^1.1.0`; berry says in `resolution` what came of it. */
function addPackage(
  list: ComponentList,
  problems: string[],
  key: string,
  entry: Record<string, unknown>,
  berry: boolean,
): void {
  const asked = splitName(key.split(', ')[0]!);
  const got = berry ? splitName(ownText(entry, 'resolution', 2_000) ?? '') : asked;
  const range = got?.rest ?? '';
  if (OWN_CODE.test(range) && !isTarball(range.split('::')[0]!)) return;
  // Of Yarn 1 an alias stands in what was asked for: `alias@npm:@scope/name@^1.0.0`.
  const alias = berry ? undefined : aliasIn(range);
  const name = alias?.name ?? got?.name ?? '';
  const problem = nameProblem(name, key);
  if (problem) {
    problems.push(problem);
    return;
  }
  const version = versionIn(name, own(entry, 'version'));
  list.add({ ecosystem: 'npm', name: cut(name), version, place: key, dev: false, optional: false });
}
