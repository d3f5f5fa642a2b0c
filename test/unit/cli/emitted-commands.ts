/** Collects the command lines that Tocsin shows to people, and runs them through the parser of the real command. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, CommanderError } from 'commander';
import ts from 'typescript';
import { createProgram } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { root, Screen } from './helpers';

/** A command line and where it stands. `isMention`: in running text, where the verb alone names the command. */
export interface Emitted {
  where: string;
  text: string;
  isMention?: boolean;
}

/** Parses a command line up to its action, which does not run. Answers what is wrong with it, else nothing. */
export async function problemOf({ text, isMention }: Emitted): Promise<string | undefined> {
  const words = wordsOf(text.replace(/^(\$ )?(npx )?tocsin /, ''));
  const program = stubbed();
  if (isMention && namesVerb(program, words)) return undefined;
  try {
    await program.parseAsync(words, { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) return String(error);
    // A help that was asked for is an answer; one that is shown for want of a verb is none.
    return error.code === 'commander.helpDisplayed' ? undefined : error.message;
  }
}

/** The real command with actions that do nothing. */
function stubbed(): Command {
  const program = createProgram(new Shell({ TOCSIN_BY: 'oncall' }, new Screen(), new Screen()));
  const silence = (command: Command): void => {
    if (command.commands.length === 0 || hasAction(command)) command.action(() => undefined);
    for (const each of command.commands) silence(each);
  };
  silence(program);
  return program;
}

function hasAction(command: Command): boolean {
  return Boolean((command as unknown as { _actionHandler: unknown })._actionHandler);
}

/** True when the words are a verb of the command and nothing else. */
function namesVerb(program: Command, words: string[]): boolean {
  let at: Command | undefined = program;
  for (const word of words) at = at?.commands.find((each) => each.name() === word || each.aliases().includes(word));
  return at !== undefined && at !== program;
}

/** The words of a shell line, up to a pipe, a redirection, a remark or another command. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  const token = /\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([|;>#&])|([^\s'"\\|;>#&]+)/gy;
  let word: string | undefined;
  for (let match = token.exec(line); match; match = token.exec(line)) {
    const [whole, single, double, escaped, end, plain] = match;
    if (end !== undefined && (word === undefined || end !== '#')) break;
    if (/^\s+$/.test(whole)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (single ?? double?.replace(/\\(.)/g, '$1') ?? escaped ?? plain ?? end ?? '');
    }
  }
  return word === undefined ? words : [...words, word];
}

const LINE = /^\s*(?:[#$] )?(?:[A-Z_]+=\S+ )*((?:npx )?tocsin [a-z].*)$/;

/** Command lines in Markdown: whole lines of code blocks, and what stands in backticks. */
export function inMarkdown(file: string): Emitted[] {
  const text = readFileSync(file, 'utf8');
  const where = path.relative(root, file);
  const found: Emitted[] = [];
  const prose = text.replace(/^```[^\n]*\n([\s\S]*?)^```/gm, (_all, block: string) => {
    for (const line of block.replace(/\\\n\s*/g, '').split('\n')) {
      const command = LINE.exec(line)?.[1];
      if (command) found.push({ where, text: command });
    }
    return '';
  });
  return [...found, ...inBackticks(prose, where)];
}

/** What stands in backticks and begins with the command. */
export function inBackticks(text: string, where: string): Emitted[] {
  // Each pair in turn, so that an end is never taken for a beginning.
  const spans = [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!.replace(/\s+/g, ' '));
  const commands = spans.filter((span) => /^(npx )?tocsin [a-z]/.test(span));
  // A synopsis puts what may be left out into brackets.
  return commands.map((span) => ({ where, text: span.replace(/[[\]]/g, ''), isMention: true }));
}

/** Command lines in remarks of YAML. */
export function inYaml(file: string): Emitted[] {
  const where = path.relative(root, file);
  const text = readFileSync(file, 'utf8');
  const lines = text.split('\n').flatMap((line) => {
    const command = /^#\s+(npx tocsin [a-z].*?)(?: {2,}.*)?$/.exec(line)?.[1];
    return command ? [{ where, text: command }] : [];
  });
  return [...lines, ...inBackticks(text, where)];
}

/** The examples in the help of every verb. */
export function inHelp(): Emitted[] {
  const screen = new Screen();
  const program = createProgram(new Shell({}, screen, screen));
  const found: Emitted[] = [];
  const visit = (command: Command): void => {
    screen.text = '';
    command.outputHelp();
    const help = screen.text.replace(/\\\n\s*/g, '');
    const where = `--help of ${command.name()}`;
    for (const line of help.split('\n')) {
      const example = /^\s*\$ (tocsin .*)$/.exec(line)?.[1];
      if (example) found.push({ where, text: example });
    }
    found.push(...inBackticks(help.replace(/\s+/g, ' '), where));
    for (const each of command.commands) visit(each);
  };
  visit(program);
  return found;
}

const VERBS = new Set(stubbed().commands.flatMap((each) => [each.name(), ...each.aliases()]));

/** Strings in the product's code that hold a command: `X` stands for what is filled in. */
export function inCode(folders: string[]): Emitted[] {
  return folders.flatMap((folder) => filesOf(path.join(root, folder), '.ts')).flatMap(stringsOf);
}

function stringsOf(file: string): Emitted[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const where = path.relative(root, file);
  const found: Emitted[] = [];
  const add = (text: string) => {
    for (const [, command, verb] of text.matchAll(/\b((?:npx )?tocsin ([a-z][a-z-]*)[^`"\n]*)/g)) {
      if (VERBS.has(verb!)) found.push({ where, text: command!.trim(), isMention: true });
    }
  };
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) add(node.text);
    else if (ts.isTemplateExpression(node)) {
      add([node.head.text, ...node.templateSpans.map((span) => `X${span.literal.text}`)].join(''));
      for (const span of node.templateSpans) visit(span.expression);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The files below a folder whose names end so. */
export function filesOf(folder: string, ending: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory())
      return ['node_modules', 'dist', 'histories'].includes(entry.name) ? [] : filesOf(name, ending);
    return entry.name.endsWith(ending) ? [name] : [];
  });
}
