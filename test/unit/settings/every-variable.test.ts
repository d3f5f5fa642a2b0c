/** What the code reads from the environment, what is declared, and what stands in the documentation are the same. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';
import { variableNames } from '../../../settings/groups';

/** Of the operating system, for finding programs. */
const OF_THE_SYSTEM = ['PATH'];
/** Set by a script for the tests that it runs. */
const OF_THE_TESTS = [
  'TOCSIN_RECORD_HISTORIES',
  'TOCSIN_FAULTS_REPORT',
  'TOCSIN_FAULTS_PREVIOUS',
  'TOCSIN_FAULTS_SLEEPING',
  'TOCSIN_TEST_WORKFLOW_BUNDLE',
  'SCHEMATHESIS',
  'TOCSIN_TEST_OBJECT_STORE',
  'TOCSIN_FAULTS_FAKETIME',
  'TOCSIN_PICTURES',
  'TOCSIN_SOURCE_CLOUDFLARE',
];
/** Given to an example of tooling by whoever runs it. */
const OF_THE_EXAMPLES: string[] = [];
/** Headers by any name: told as a pattern. */
const PATTERN = 'TEMPORAL_GRPC_META_…';

const root = packageRoot();
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.js'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && !file.startsWith('test/') && existsSync(path.join(root, file)));

/** Names of variables in a text, but for the place where one is declared. */
function namesIn(text: string): string[] {
  const used = text.replace(/^\s*(?:export const )?'?[A-Z][A-Z0-9_…]*'?(?::| =) variable\(/gm, '');
  const ours =
    used.match(
      /\b(?:TOCSIN|TEMPORAL|RESEND|CLOUDFLARE|OTEL)_[A-Z0-9_]*[A-Z0-9]\b|\bDATABASE_URL\b|\bXDG_STATE_HOME\b/g,
    ) ?? [];
  const read = [...used.matchAll(/\benv(?:\.|\[['"])([A-Z][A-Z0-9_]+)/g)].map(([, name]) => name!);
  return [...ours, ...read];
}

const library = readFileSync(require.resolve('@temporalio/envconfig/lib/envconfig-toml.js'), 'utf8');
const ofTheLibrary = [...library.matchAll(/'(TEMPORAL_[A-Z_]*[A-Z])'/g)].map(([, name]) => name!);

test('every variable that any code reads is declared, and every one that is declared is read', () => {
  const inCode = files.flatMap((file) => namesIn(readFileSync(path.join(root, file), 'utf8')));
  const exempt = new Set([...OF_THE_SYSTEM, ...OF_THE_TESTS, ...OF_THE_EXAMPLES]);
  const read = [...new Set([...inCode, ...ofTheLibrary])].filter((name) => !exempt.has(name));
  expect(read.sort()).toEqual(
    variableNames()
      .filter((name) => name !== PATTERN)
      .sort(),
  );
  expect(library).toContain(`'${PATTERN.slice(0, -1)}'`);
});

test('each stands in docs/configuration.md, and the documentation is as new as the declarations', () => {
  const page = readFileSync(path.join(root, 'docs', 'configuration.md'), 'utf8');
  expect(variableNames().filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
  execFileSync(process.execPath, [path.join(root, 'tools', 'docs-configuration.js'), '--check'], { stdio: 'pipe' });
});
