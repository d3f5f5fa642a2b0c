/** Problems of a message by the flags that were typed, not by the fields that they fill. */
import type { Command } from 'commander';

/** Flags that stand for one item of a list, or for a part of a field. */
const FLAG_OF: Readonly<Record<string, string>> = { systems: 'system', controls: 'control', attachments: 'attach' };

/**
 * `awareAt: must not be in the future` as `--aware-at: must not be in the future`. A field that may stand in a file is named
 * as the file names it, unless its flag was given.
 */
export function byFlag(problem: string, command: Command): string {
  const [, field] = /^([A-Za-z]+)(?:\.\d+)?: /.exec(problem) ?? [];
  if (field === undefined || /; use --/.test(problem)) return problem;
  const attribute = FLAG_OF[field] ?? field;
  const option = command.options.find((each) => each.attributeName() === attribute && !each.negate);
  const readsFile =
    command.getOptionValue('file') !== undefined || command.registeredArguments.some((each) => each.name() === 'file');
  const isFromFile = readsFile && command.getOptionValue(attribute) === undefined;
  return option?.long && !isFromFile ? `${option.long}${problem.slice(problem.indexOf(': '))}` : problem;
}
