/** Who is still untold, in words and as the commands that settle it. Workspaces by id, people by data set and country. */
import { ask, type CommandLine, commandLine } from '../kernel/command-lines';
import { groupName } from './audience';
import type { Untold } from './standing';

/** Most of them that one line names. */
const MOST = 10;

const WHY = {
  unknown: 'not in the directory',
  'no-address': 'no usable address in the directory',
  undeliverable: 'the mail was refused',
  'came-back': 'the mail came back',
  pending: 'the outcome of its mail is not known yet',
  stopped: 'not sent, as a person stopped it',
  'not-sent': 'not sent yet',
} as const;

/** One of them, like `ws-gone (not in the directory)` or `account-data/FR: 851 (860 assessed, 9 in the directory, 9 told)`. */
export function oneUntold(untold: Untold): string {
  switch (untold.kind) {
    case 'workspace':
      return `${untold.workspace} (${WHY[untold.why]})`;
    case 'workspaces':
      return {
        'not-named': 'the assessment names no workspace, or the directory has none of them',
        'not-sent': 'all workspaces (not sent yet)',
        'not-listed': `${untold.count ?? 0} more workspaces that were not reached`,
      }[untold.why];
    case 'people': {
      const { count, assessed, listed, told, dataSet, cameBack } = untold;
      if (dataSet === undefined && listed === 0)
        return 'nobody is in the directory, and nobody is assessed as affected';
      const known =
        dataSet === undefined ? [] : [assessed === undefined ? 'number not established' : `${assessed} assessed`];
      return `${groupName(untold)}: ${count} (${[...known, `${listed} in the directory`, `${told} told`, ...(cameBack ? [`${cameBack} mails came back`] : [])].join(', ')})`;
    }
  }
}

/** All of them on one line; of many, the first. */
export function untoldText(untold: Untold[]): string {
  const named = untold.slice(0, MOST).map(oneUntold);
  const more = untold.length > MOST ? [`${untold.length - MOST} more (show --json has all of them)`] : [];
  return [...named, ...more].join('; ') || 'nobody';
}

/** True when nobody is untold but those whose mail came back. */
export function isBackOnly(untold: Untold[]): boolean {
  return untold.every((each) =>
    each.kind === 'people'
      ? (each.cameBack ?? 0) >= Math.max(1, each.count)
      : each.kind === 'workspace' && each.why === 'came-back',
  );
}

/** The commands that settle who is untold: told by another channel, or left untold with a reason. */
export function untoldCommands(id: string, obligation: string, untold: Untold[]): CommandLine[] {
  const by = ask('by');
  const whom = meant(untold);
  const told = commandLine('told', { id, obligation, channel: 'phone', ...whom, by });
  return [told, commandLine('leave-untold', { id, obligation, ...whom, reason: ask('reason'), by })];
}

/** The options that mean the first of them, and of workspaces all that fit on a line. */
function meant(untold: Untold[]) {
  const workspaces = untold.flatMap((each) => (each.kind === 'workspace' ? [each.workspace] : []));
  if (workspaces.length > 0) return { workspaces: workspaces.slice(0, MOST).join(',') };
  const people = untold.find((each) => each.kind === 'people');
  if (!people) return { workspaces: ask('workspaces') };
  const { dataSet, country, count } = people;
  return { 'data-set': dataSet, country, count: count > 0 ? String(count) : ask('count') };
}
