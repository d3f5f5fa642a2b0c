/** What is said of a command line that could not be understood: what was wrong with it, and what was likely meant. */
import type { CommanderError } from 'commander';

/** What people try first, and the line that does it here. */
const CALLED: Record<string, string> = {
  ack: 'acknowledge INC-…',
  new: 'declare',
  create: 'declare',
  incident: 'declare',
  open: 'list',
  ls: 'list',
  incidents: 'list',
  send: 'approve INC-… enterprise-notice',
  notify: 'approve INC-… enterprise-notice',
  notices: 'notice recipients INC-… enterprise-notice',
  file: 'filed --help',
  resolve: 'status INC-… resolved',
  resolved: 'status INC-… resolved',
  contained: 'status INC-… contained',
  block: 'contain --help',
  timeline: 'show INC-…',
  log: 'show INC-…',
  todo: 'next INC-…',
  steps: 'next INC-…',
  start: 'up',
  init: 'up',
  server: 'serve',
  verify: 'register verify',
  export: 'register export --help',
};

/** Their lines as they are typed. */
export const MEANT_LINES = Object.values(CALLED).map((line) => `npx tocsin ${line}`);

const UNKNOWN = /^error: unknown command '([^']*)'/;

/** The error of an unknown verb, with the command that does what it seems to be for. `argv`: the whole line. */
export function withMeantVerb(text: string, argv: readonly string[]): string {
  const word = UNKNOWN.exec(text)?.[1] ?? '';
  const isVerb = word === argv.find((each) => !each.startsWith('-'));
  if (!isVerb || !Object.hasOwn(CALLED, word.toLowerCase())) return text;
  // What is spelt alike is another thing: `resume` does not resolve an incident.
  return `${text.split('\n')[0]}\n(Did you mean: npx tocsin ${CALLED[word.toLowerCase()]})\n`;
}

/** The same for a script. */
export function notUnderstood(
  { message, code }: CommanderError,
  argv: readonly string[],
): { error: string; problems: string[]; exitCode: 2 } {
  const error =
    code === 'commander.help'
      ? 'it needs a subcommand: --help lists them'
      : withMeantVerb(message, argv)
          .replace(/^error: /, '')
          .replaceAll('\n', ' ')
          .trim();
  return { error, problems: [], exitCode: 2 };
}
