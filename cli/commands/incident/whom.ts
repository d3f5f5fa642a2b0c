/** The options that say whom a message means of those who are still untold. */
import type { Command } from 'commander';
import { usage } from '../../../client/errors';
import { collect } from '../../input';

export interface WhomOptions {
  workspaces?: string[];
  dataSet?: string;
  country?: string;
  count?: string;
  rest?: boolean;
}

/** Adds the options to a verb. */
export function whomOptions(command: Command): Command {
  return command
    .option('--workspaces <ids>', 'workspaces by id, separated by commas', collect)
    .option('--data-set <id>', 'people in this data set')
    .option('--country <code>', 'only those in this country, or "unknown"')
    .option('--count <n>', 'how many people')
    .option('--rest', 'everybody who is still untold');
}

/** What the options mean, as the fields of a message. */
export function whomOf({ workspaces, dataSet, country, count, rest }: WhomOptions): Record<string, unknown> {
  const ofPeople = dataSet !== undefined || country !== undefined || count !== undefined;
  if (!workspaces && !ofPeople && !rest)
    throw usage(
      'say who: --workspaces for customers; --count with --data-set and --country for individuals; or --rest',
    );
  return {
    workspaces,
    people: ofPeople ? [{ dataSet, country, count: count === undefined ? undefined : numberFlag(count) }] : undefined,
    rest,
  };
}

function numberFlag(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw usage(`--count: "${text}" is not a number of people. Write it like 851`);
}
