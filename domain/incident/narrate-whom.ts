/** Whom a notice reached, and whom it did not, in words. */
import { grouped } from '../kernel/grouped';
import { standInOf } from '../policy/disclosure';
import { groupName } from './audience';
import type { Named, ToldInPart } from './counted';
import type { DataOf } from './events';
import { recipientsText } from './narrate-deed';
import { type Context, count, info, type Said, warn } from './narrated';
import { shareText } from './standing';

/** Whom an act outside of the product was about: workspaces by id, people by data set and country. */
export function namedText({ workspaces = [], people = [], unestablished = [], whole }: Named): string {
  const groups = people.map((each) => `${groupName(each)} ${count(each.count, 'person', 'people')}`);
  const open = unestablished.map((each) => `${groupName(each)}: nobody beyond those already told`);
  const words =
    whole &&
    { 'not-named': 'nobody is affected', 'not-sent': 'all workspaces', 'not-listed': 'those not named one by one' }[
      whole
    ];
  return [...workspaces, ...groups, ...open, ...(words ? [words] : [])].join(', ');
}

/** `3 of 9 had been told; not told: ws-1, ws-2`, of a notice that was waived. */
export function inPartWaived({ told, of, untold }: ToldInPart): string {
  return `${shareText({ told, of })} had been told; not told: ${namedText(untold)}`;
}

/** Whom mails came back from; nothing where they came back from nobody. */
export function cameBackText({ workspaces = [], groups = [] }: DataOf<'delivery-recounted'>): string {
  const hidden = standInOf(groups);
  if (hidden) return hidden;
  const people = groups.flatMap(({ cameBack, told: _, ...group }) =>
    cameBack > 0 ? [{ ...group, count: cameBack }] : [],
  );
  return workspaces.length + people.length > 0 ? namedText({ workspaces, people }) : '';
}

/** What a delivery reached, and how many that leaves untold. */
export function deliveryText({ evidence, counted, stopped }: DataOf<'delivery-counted'>, { rule }: Context): Said {
  const { sent = 0, recipients = sent } = evidence;
  const text = `Mailed to ${recipientsText(sent, rule?.recipient.to)}, of ${recipients} in the directory`;
  if (stopped) return warn(stoppedCount(counted));
  if (standInOf(counted)) return info(text);
  const missed = counted.of === 'workspaces' ? counted.numbers.untold : recipients - sent;
  return missed > 0 || sent === 0 ? warn(text) : info(text);
}

/** Of a stopped round: how many were told, and of workspaces how many were not. */
function stoppedCount(counted: DataOf<'delivery-counted'>['counted']): string {
  if (standInOf(counted)) return 'Stopped: not all were mailed';
  if (counted.of === 'workspaces') {
    const { told, untold } = counted.numbers;
    return `Stopped: ${count(told, 'workspace')} told by mail, ${grouped(untold)} not`;
  }
  const [told, listed] = [sum(counted.groups, 'told'), sum(counted.groups, 'listed')];
  return `Stopped: ${count(told, 'individual')} told by mail, ${grouped(Math.max(0, listed - told))} in the directory not`;
}

function sum(groups: ReadonlyArray<Record<'told' | 'listed', number>>, what: 'told' | 'listed'): number {
  return groups.reduce((total, each) => total + each[what], 0);
}
