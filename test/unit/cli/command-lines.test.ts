/** Every command line that Tocsin shows is one that the real command takes. */
import path from 'node:path';
import { type About, TODOS } from '../../../domain/case/alarm';
import { commandsFor, filedLine, showLine } from '../../../domain/case/alarm-commands';
import { todoOf } from '../../../domain/incident/alarms';
import { COMMAND_VERBS, commandText, fullestLine } from '../../../domain/kernel/command-lines';
import { type Emitted, filesOf, inCode, inHelp, inMarkdown, inYaml, problemOf, wordsOf } from './emitted-commands';
import { pack, root } from './helpers';

/** A case of the kind that a command of this group, or a thing to do, is about; the verb refuses any other. */
const caseOf = (verb: string) => (/^(triage|report|deps) /.exec(verb)?.[1] ?? 'incident') as keyof typeof CASES;
const CASES = {
  incident: 'INC-20260401-9f3a',
  triage: 'TRG-9f3a5c1e0b2d',
  report: 'VR-20260401-9f3a5c1e',
  deps: 'PATCH-1f6a3c90b2d4',
};
const OBLIGATIONS = [
  ...pack.obligations.map(({ id }) => id),
  ...pack.authorities.map(({ key }) => `gdpr-art33-authority:${key}`),
];
const ABOUT: About[] = [
  ...OBLIGATIONS.map((obligation) => ({ kind: 'obligation', obligation, title: 'x', onSilence: 'send' }) as const),
  { kind: 'incident' },
  { kind: 'measure', measure: 'block-source 203.0.113.7' },
  { kind: 'declared', incident: 'INC-9f3a', title: 'x', detectedAt: '2026-04-01T02:00:00.000Z' },
];

async function wrong(lines: Emitted[]): Promise<string[]> {
  const problems: string[] = [];
  for (const line of lines) {
    const problem = await problemOf(line);
    if (problem) problems.push(`${line.where}: ${line.text}: ${problem}`);
  }
  return problems;
}

/** Told at the end, so that a collection that finds nothing any more is seen. */
const parsed: Record<string, number> = {};
const count = (what: string, lines: Emitted[]) => {
  parsed[what] = lines.length;
  return lines;
};
afterAll(() => {
  const all = Object.values(parsed).reduce((sum, n) => sum + n, 0);
  process.stdout.write(`${all} command lines parsed: ${JSON.stringify(parsed)}\n`);
});

test('every verb of the table, with everything that it can be given', async () => {
  const lines = COMMAND_VERBS.map((verb) => {
    const choices: Record<string, string> = { id: CASES[caseOf(verb)], for: 'authority', as: 'caused-by' };
    const value = (name: string) => choices[name] ?? `a "${name}" of 'hers'`;
    return { where: verb, text: commandText(fullestLine(verb, value)) };
  });
  // Help is an answer of its own: each verb is parsed without it.
  const bare = lines.map(({ where, text }) => ({ where, text: text.replace(/ --help$/, '') }));
  expect(await wrong(count('of the table', bare))).toEqual([]);
  expect(lines.length).toBeGreaterThan(40);
});

test('every thing that an alarm asks for, about every obligation of the pack and everything else', async () => {
  const lines = TODOS.flatMap((todo) =>
    ABOUT.flatMap((about) => {
      const kind = caseOf(commandsFor(todo, 'INC-1', about)[0]!.verb);
      return commandsFor(todo, CASES[kind], about).map((line) => ({ where: todo, text: commandText(line) }));
    }),
  );
  const unique = [...new Map(lines.map((line) => [line.text, line])).values()];
  expect(await wrong(count('of alarms', unique))).toEqual([]);
  for (const todo of TODOS) expect(lines.some(({ where }) => where === todo)).toBe(true);
});

test('what an obligation waits for has its command first, by its channel', () => {
  for (const rule of pack.obligations) {
    const about: About = { kind: 'obligation', obligation: rule.id, title: rule.title, onSilence: rule.onSilence };
    const first = (hold: boolean) => {
      const todo = todoOf({ status: 'drafted', ...(hold ? { hold: { by: 'x', reason: 'x' } } : {}) }, rule);
      return commandText(commandsFor(todo, 'INC-7', about)[0]!);
    };
    const expected = {
      containment: 'npx tocsin status INC-7 contained --by you@example.com',
      email: `npx tocsin approve INC-7 ${rule.id} --by you@example.com`,
      'status-page': `npx tocsin approve INC-7 ${rule.id} --by you@example.com`,
      filing: `npx tocsin filed INC-7 ${rule.id} REFERENCE --by you@example.com`,
      review: 'npx tocsin review INC-7 --help',
      register: 'npx tocsin assess INC-7 --help',
      assessment: 'npx tocsin assess INC-7 --help',
      decision:
        rule.recipient.to === 'organisations'
          ? `npx tocsin told INC-7 ${rule.id} --channel phone --organisation ORGANISATION --by you@example.com --rest`
          : `npx tocsin waive INC-7 ${rule.id} --reason "…" --by you@example.com`,
    }[rule.channel];
    expect(first(false)).toBe(expected);
    if (rule.channel === 'email') expect(first(true)).toBe(`npx tocsin release INC-7 ${rule.id} --by you@example.com`);
  }
});

test('the filing task, and the command that shows each kind of case', async () => {
  const lines = [...OBLIGATIONS.map((each) => filedLine('INC-7', each)), ...Object.values(CASES).map(showLine)];
  const texts = lines.map((line) => ({ where: 'tasks', text: commandText(line) }));
  expect(await wrong(count('of filing tasks and pages', texts))).toEqual([]);
});

test('the examples in the help of every verb', async () => {
  const lines = count('in help', inHelp());
  expect(await wrong(lines)).toEqual([]);
  expect(lines.length).toBeGreaterThan(40);
});

test('what README, docs, templates and policies say', async () => {
  const markdown = ['docs', 'policy', 'examples', 'test'].flatMap((folder) => filesOf(path.join(root, folder), '.md'));
  const yaml = ['policy', 'examples'].flatMap((folder) => filesOf(path.join(root, folder), '.yaml'));
  const lines = [...[path.join(root, 'README.md'), ...markdown].flatMap(inMarkdown), ...yaml.flatMap(inYaml)];
  expect(await wrong(count('in documents', lines))).toEqual([]);
  expect(lines.length).toBeGreaterThan(40);
});

test('code holds no command line of its own: all are built from the table', async () => {
  const folders = [
    'activities',
    'client',
    'detection',
    'domain',
    'platform',
    'policy',
    'postgres',
    'register',
    'stack',
  ];
  const lines = inCode([...folders, 'worker', 'workflows']);
  // The stand-alone verifier is one file that imports nothing; what only holds Postgres imports nothing of the domain.
  const standAlone = /^(register\/verifier|postgres)\//;
  expect(lines.filter(({ where }) => !standAlone.test(where))).toEqual([]);
  expect(await wrong(count('of the verifier and in hints of the command', [...lines, ...inCode(['cli'])]))).toEqual([]);
});

test('a wrong line is found: the parser is the real one', async () => {
  const said = (text: string) => problemOf({ where: 'here', text });
  expect(await said('npx tocsin filed INC-7 x --reference REFERENCE')).toContain("unknown option '--reference'");
  expect(await said('npx tocsin filed INC-7')).toContain("missing required argument 'obligation'");
  expect(await said('npx tocsin deps patchd PATCH-1')).toContain("unknown command 'patchd'");
  expect(await said('npx tocsin hold INC-7 x')).toContain("required option '--reason");
  expect(await said('npx tocsin filed INC-7 x REFERENCE')).toBeUndefined();
});

test('a line is read as a shell reads it', () => {
  expect(wordsOf(`a 'b c' "d \\"e" f\\ g --x='1 2' # remark`)).toEqual(['a', 'b c', 'd "e', 'f g', '--x=1 2']);
  expect(wordsOf('verify log#1 | jq .')).toEqual(['verify', 'log#1']);
});
