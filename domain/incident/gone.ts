/** People whose mail came back and whom the directory does not have any more: whoever counts does not know of which group they are. */
import { groupName, groupOf } from './audience';
import type { Counted } from './counted';
import type { Tally } from './tally';

/**
 * The count with them among those whom mails came back from. In each group there are at most as many as were mailed and are not
 * listed now; where several have some, each counts them all: nobody counts as told who may not be.
 */
export function withGone(counted: Counted, gone: number | undefined, { groups: before }: Tally): Counted {
  if (counted.of !== 'people' || !gone) return counted;
  const found = new Map(counted.groups.map((group) => [groupName(group), group]));
  const nobody: typeof counted.groups = Object.entries(before)
    .filter(([name]) => !found.has(name))
    .map(([, group]) => ({ ...groupOf(group), listed: 0, told: 0 }));
  const groups = [...counted.groups, ...nobody].map((group) => {
    const { mailed, cameBack: known = 0 } = before[groupName(group)] ?? { mailed: 0 };
    const { told, cameBack = 0 } = group;
    const back = cameBack + Math.min(gone, Math.max(0, mailed + known - told - cameBack));
    return { ...group, ...(back > 0 && { cameBack: back }) };
  });
  return { of: 'people', groups };
}
