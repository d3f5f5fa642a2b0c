/**
 * The one table of command lines. Whatever Tocsin tells people to type (mails, pages, alarms, hints, errors) is built from
 * it, and a test runs each through the parser of the real command. Commands travel as data; their text comes last.
 */
import { z } from 'zod';
import { toTheSecond } from './time';

/** What only the reader can fill in. Its placeholder parses like the real thing. */
const PLACEHOLDERS = {
  by: 'you@example.com',
  reason: '"…"',
  text: '"…"',
  reference: 'REFERENCE',
  authority: 'AUTHORITY',
  version: 'VERSION',
  incident: 'INC-…',
  report: 'VR-…',
  url: 'https://…',
  workspaces: 'WORKSPACE',
  organisation: 'ORGANISATION',
  count: 'COUNT',
  languages: 'LANGUAGES',
  folder: 'DIR',
  file: 'FILE',
  language: 'LANGUAGE',
  time: 'TIME',
} as const;
export type Ask = { ask: keyof typeof PLACEHOLDERS };

/** Positional arguments in their order, options that take a value, and flags. `name?` may be left out. */
const TABLE = {
  up: { flags: ['live-providers'] },
  worker: {},
  serve: {},
  login: {},
  doctor: {},
  migrate: { options: ['logins'], flags: ['renew', 'temporal'] },
  'keys create': {},
  declare: { options: ['id', 'file'], flags: ['help'] },
  import: { args: ['file?'], options: ['by'] },
  board: {},
  list: { flags: ['all'] },
  next: { args: ['id'] },
  show: { args: ['id'], flags: ['watch'] },
  explain: { args: ['id', 'obligation?'] },
  assess: { args: ['id'], options: ['personal-data', 'by'], flags: ['help'] },
  confirm: { args: ['id', 'change?'], options: ['at', 'reason', 'by'], flags: ['decline'] },
  status: { args: ['id', 'status'], options: ['note', 'despite', 'by'] },
  correct: { args: ['id'], options: ['reason', 'by'], flags: ['help'] },
  handover: { args: ['id'], options: ['to', 'reason', 'by'] },
  contain: { args: ['id'], options: ['block-source', 'rotate', 'isolate', 'undo', 'by'] },
  measure: { args: ['id', 'text'], options: ['category', 'by'] },
  translate: { args: ['id'], options: ['language', 'file', 'by'], flags: ['template'] },
  draft: { args: ['id', 'obligation'], options: ['language'], flags: ['diff'] },
  'edit-draft': { args: ['id', 'obligation'], options: ['language', 'file', 'by'] },
  authorities: { options: ['country'] },
  approve: { args: ['id', 'obligation'], options: ['delay-reasons', 'by'] },
  told: {
    args: ['id', 'obligation'],
    options: ['channel', 'languages', 'workspaces', 'data-set', 'country', 'count', 'organisation', 'by'],
    flags: ['rest'],
  },
  'leave-untold': {
    args: ['id', 'obligation'],
    options: ['workspaces', 'data-set', 'country', 'count', 'reason', 'by'],
  },
  'notice recipients': { args: ['id', 'obligation'], options: ['state'], flags: ['addresses'] },
  'notice proof': { args: ['id', 'obligation'], options: ['output', 'reason', 'recipient', 'by'] },
  'notice settle': {
    args: ['id', 'obligation'],
    options: ['accepted', 'url', 'batch', 'reason', 'by'],
    flags: ['not-accepted'],
  },
  'notice stop': { args: ['id', 'obligation'], options: ['reason', 'by'] },
  'notice sender': { args: ['id'], options: ['from', 'reply-to', 'reason', 'by'], flags: ['configured'] },
  hold: { args: ['id', 'obligation'], options: ['reason', 'ground', 'until', 'by'] },
  release: { args: ['id', 'obligation'], options: ['reason', 'by'] },
  waive: { args: ['id', 'obligation'], options: ['reason', 'ground', 'by'] },
  'not-owed': { args: ['id', 'obligation?'], options: ['reason', 'by'], flags: ['all'] },
  'not-material': { args: ['id', 'obligation'], options: ['reason', 'by'] },
  filed: {
    args: ['id', 'obligation', 'reference?'],
    options: ['authority', 'case-number', 'attach', 'delay-reasons', 'by'],
  },
  'decide-authority': { args: ['id', 'obligation', 'authority'], options: ['reason', 'by'] },
  'acted-at': { args: ['id', 'obligation', 'instant'], options: ['reason', 'round', 'by'] },
  'cannot-establish': { args: ['id', 'obligation', 'field'], options: ['reason', 'by'] },
  review: { args: ['id'], options: ['by'], flags: ['help'] },
  close: { args: ['id'], options: ['by'] },
  reopen: { args: ['id'], options: ['reason', 'by'], flags: ['current-policy'] },
  resume: { args: ['incident-or-case?'], options: ['by'], flags: ['all', 'current-policy', 'replace-running'] },
  replay: { args: ['incident-or-case?'], flags: ['open'] },
  watchdog: { flags: ['once'] },
  'follow-up': { args: ['id', 'text'], options: ['by'] },
  link: { args: ['id', 'incident'], options: ['as', 'by'] },
  acknowledge: { args: ['id'], options: ['alarm', 'by'] },
  exercise: { args: ['file'] },
  'triage list': { flags: ['all'] },
  'triage show': { args: ['id'] },
  'triage declare': { args: ['id'], options: ['by'] },
  'triage dismiss': { args: ['id'], options: ['reason', 'by'] },
  'triage merge': { args: ['id', 'incident'], options: ['by'] },
  'triage unmerge': { args: ['id', 'incident?'], options: ['reason', 'by'] },
  'report list': { flags: ['all'] },
  'report show': { args: ['id'] },
  'report acknowledge': { args: ['id'], options: ['by'] },
  'report accept': { args: ['id'], options: ['severity', 'by'] },
  'report decline': { args: ['id'], options: ['reason', 'by'] },
  'report duplicate': { args: ['id', 'of'], options: ['by'] },
  'report fixed': { args: ['id', 'version'], options: ['by'] },
  'report disclose': { args: ['id'], options: ['on', 'url', 'by'] },
  'report close': { args: ['id'], options: ['by'] },
  'report erase': { args: ['id'] },
  'deps list': { flags: ['all'] },
  'deps show': { args: ['id'] },
  'deps check': { flags: ['no-tasks'] },
  'deps patched': { args: ['id'], options: ['by'] },
  'intake status': {},
  'intake retry': {},
  'intake unknown': {},
  'register show': { args: ['id'] },
  'register sign': {},
  'register verify': { args: ['file?'], options: ['key', 'checkpoint'] },
  'register verifier': { options: ['output'] },
  'register export': { options: ['incident', 'from', 'to', 'for', 'output'] },
  'register prove': { args: ['entry'], options: ['output'] },
  'register consistency': { args: ['old', 'new'], options: ['output'] },
  'register backup': { args: ['dir'], flags: ['keys-only', 'no-log'] },
  'register keys create': {},
  'register keys rotate': { options: ['reason', 'by'] },
  'audit verify': { args: ['file'] },
} as const satisfies Record<string, Spec>;

export interface Spec {
  args?: readonly string[];
  options?: readonly string[];
  flags?: readonly string[];
}

export type CommandVerb = keyof typeof TABLE;
type Names<V extends CommandVerb, K extends keyof Spec> = (typeof TABLE)[V] extends {
  [P in K]: readonly (infer N extends string)[];
}
  ? N
  : never;
type Left<N extends string> = N extends `${infer Name}?` ? Name : never;
type Needed<N extends string> = N extends `${string}?` ? never : N;

/** What a verb is given: its arguments, and those of its options that are wanted. */
export type GivenFor<V extends CommandVerb> = { [N in Needed<Names<V, 'args'>>]: string | Ask } & {
  [N in Left<Names<V, 'args'>> | Names<V, 'options'>]?: string | Ask | undefined;
} & { [N in Names<V, 'flags'>]?: boolean };

const AskSchema = z.strictObject({ ask: z.enum(Object.keys(PLACEHOLDERS) as [Ask['ask'], ...Ask['ask'][]]) });

/** A command line as data: a verb of the table, and what it is given by name. */
export const CommandLineSchema = z.strictObject({
  verb: z.enum(Object.keys(TABLE) as [CommandVerb, ...CommandVerb[]]),
  given: z.record(z.string(), z.union([z.string(), z.boolean(), AskSchema])),
});
export type CommandLine = z.infer<typeof CommandLineSchema>;

/** A command line of the table. Types refuse a verb, an argument or an option that the table has not. */
export function commandLine<V extends CommandVerb>(verb: V, given: GivenFor<V>): CommandLine {
  const stated = Object.entries(given as Record<string, CommandLine['given'][string] | undefined>);
  return { verb, given: Object.fromEntries(stated.filter(([, value]) => value !== undefined)) as CommandLine['given'] };
}

/** What the reader fills in. */
export function ask(what: Ask['ask']): Ask {
  return { ask: what };
}

/** Whether a word of a typed command is a placeholder that nobody has filled in. */
export function isPlaceholder(typed: string): boolean {
  return Object.values(PLACEHOLDERS).some((placeholder) => placeholder.replaceAll('"', '') === typed);
}

/** What a placeholder stands for, as `commandText` writes it; undefined for any other word. */
export function placeholderOf(typed: string): Ask | undefined {
  const found = Object.entries(PLACEHOLDERS).find(([, placeholder]) => placeholder === typed);
  return found && { ask: found[0] as Ask['ask'] };
}

/** As it is typed: `npx tocsin filed INC-7 gdpr-art33-authority:ie-dpc REFERENCE --by you@example.com`. */
export function commandText({ verb, given }: CommandLine): string {
  const { args = [], options = [], flags = [] }: Spec = TABLE[verb];
  const words = [
    ...args.flatMap((name) => word(given[name.replace('?', '')])),
    ...options.flatMap((name) => word(given[name]).map((value) => `--${name} ${value}`)),
    ...flags.flatMap((name) => (given[name] === true ? [`--${name}`] : [])),
  ];
  return ['npx tocsin', verb, ...words].join(' ');
}

/** The command without who sends it, where that is known by other means (TOCSIN_BY). */
export function withoutActor({ verb, given }: CommandLine): CommandLine {
  const { by: _, ...others } = given;
  return { verb, given: others };
}

/** The text of a command of the table, for hints: `tocsin('show', { id })`. */
export function tocsin<V extends CommandVerb>(verb: V, given: GivenFor<V>): string {
  return commandText(commandLine(verb, given));
}

/** The verbs of the table, for the test that parses each. */
export const COMMAND_VERBS = Object.keys(TABLE) as CommandVerb[];

/** What a verb takes. */
export function specOf(verb: CommandVerb): Spec {
  return TABLE[verb];
}

/** A line of each verb with everything that it can be given, for the test that parses each. */
export function fullestLine(verb: CommandVerb, value: (name: string) => string): CommandLine {
  const { args = [], options = [], flags = [] }: Spec = TABLE[verb];
  const named = [...args.map((name) => name.replace('?', '')), ...options].map((name) => [name, value(name)]);
  return { verb, given: Object.fromEntries([...named, ...flags.map((name) => [name, true])]) };
}

function word(value: CommandLine['given'][string] | undefined): string[] {
  if (value === undefined || typeof value === 'boolean') return [];
  return [typeof value === 'string' ? quoted(toTheSecond(value)) : PLACEHOLDERS[value.ask]];
}

/** One word for a POSIX shell, whatever the text holds. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
