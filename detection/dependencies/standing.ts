/** What closes a patch task: that a package is gone, or a version that is not affected, has to be shown. */
import type { Inventory } from '../../domain/patch/dependencies';
import type { Vulnerability } from './match';
import { isFixedIn } from './versions';

/** Why it does not show that a package is gone that an inventory does not list it. Undefined when it does. */
export function whyNotGone({ name, components, unread }: Inventory, wanted: string): string | undefined {
  if (components.length === 0) return `${name} lists no package now: that does not show that ${wanted} is gone`;
  if (unread.includes('')) return `${name} has entries that cannot be read now, and ${wanted} may be one of them`;
  const isCalledSo = unread.some((each) => ownName(each) === ownName(wanted));
  return isCalledSo ? `${name} names ${wanted} without saying which package it is` : undefined;
}

/** The name without scope, group or path, and in one way of writing it. */
function ownName(name: string): string {
  const last = name.split(/[/:]/).at(-1)!;
  return last.toLowerCase().replace(/[-_.]+/g, '-');
}

/** What is installed in place of what was found: fixed versions, or such as the advisory does not name. */
export function installedInstead(versions: string[], advisory: string, known: Vulnerability[]): string {
  const entries = known.flatMap(({ records }) => records.flatMap(({ affected }) => affected));
  const shown = [...new Set(versions)].sort().join(', ');
  const text = versions.every((version) => isFixedIn(version, entries))
    ? `fixed version ${shown} installed`
    : `installed: ${shown}, which ${advisory} does not call affected`;
  return text.slice(0, 500);
}
