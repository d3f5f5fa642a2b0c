/** What to do next about an incident, as numbered steps with their commands. */
import type { NextStep } from '../../domain/incident/next-steps';
import { type CommandLine, commandText, withoutActor } from '../../domain/kernel/command-lines';
import { upperFirst } from '../../domain/kernel/first-letter';
import { type Instant, leftText } from '../../domain/kernel/time';
import { shortInstant } from './format';
import { visibleLine } from './hostile-text';
import type { Output } from './output';
import { hanging } from './table';

/** How many commands a step shows: the usual ones. */
const MOST_COMMANDS = 3;

/** The text of a command as it is typed here: without who acts, where that is set. */
export function typedHere(actorIsSet: boolean): (line: CommandLine) => string {
  return (line) => commandText(actorIsSet ? withoutActor(line) : line);
}

/** The lines of some steps, numbered from `from` on. Commands stay on one line each, to be copied. */
export function nextLines(
  steps: readonly NextStep[],
  now: Instant,
  out: Output,
  text: (line: CommandLine) => string,
  from = 1,
): string[] {
  return steps.flatMap(({ what, todo, onSilence = '', dueAt, commands }, index) => {
    const number = `${from + index}.`.padEnd(4);
    const due = dueAt ? `${shortInstant(now, dueAt)} UTC, ${leftText(dueAt, now)}` : '';
    const late = dueAt !== undefined && dueAt < now;
    // Why a duty applies can be asked of each: it is said once, below.
    const doing = commands.filter(({ verb }) => verb !== 'explain');
    const [first, ...rest] = hanging(number, visibleLine(what), out.width);
    return [
      out.style(first!, 'bold'),
      ...rest.map((line) => out.style(line, 'bold')),
      ...(due ? [`    ${out.style(due, late ? 'red' : 'yellow')}`] : []),
      ...(todo ? hanging('    ', `${sentence(visibleLine(todo, 2000))} ${onSilence}`.trimEnd(), out.width) : []),
      ...(doing.length > 0 ? doing : commands)
        .slice(0, MOST_COMMANDS)
        .map((line) => out.style(`    ${text(line)}`, 'dim')),
    ];
  });
}

function sentence(text: string): string {
  return `${upperFirst(text)}.`;
}
