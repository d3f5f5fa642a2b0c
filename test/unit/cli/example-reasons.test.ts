// What the README, the documents and `--help` show as a reason would be taken as one.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { reasonProblem } from '../../../domain/incident/reason';
import { REASONS } from '../../../domain/incident/reasons-given';

const root = path.resolve(__dirname, '..', '..', '..');
const texts = [
  'README.md',
  ...readdirSync(path.join(root, 'docs')).map((name) => path.join('docs', name)),
  ...readdirSync(path.join(root, 'cli', 'commands', 'incident')).map((name) =>
    path.join('cli/commands/incident', name),
  ),
].filter((file) => /\.(md|ts)$/.test(file));

/** Of messages whose reason may end a duty of law. */
const DECIDING = Object.entries(REASONS).flatMap(([name, fields]) =>
  Object.values(fields).some((takes) => takes !== 'free') ? [name] : [],
);

const examples = texts.flatMap((file) =>
  readFileSync(path.join(root, file), 'utf8')
    .split(/\n|\\n/)
    .flatMap((line) => {
      const verb = DECIDING.find((name) => new RegExp(`(^|[\\s'"\`])${name} INC-`).test(line));
      const given = /--(?:reason|despite|delay-reasons|incomplete-because) "([^"]+)"/.exec(line)?.[1];
      return verb && given && given !== '…' ? [[`${file}: ${verb}`, given] as const] : [];
    }),
);

test('there are such examples', () => {
  expect(examples.length).toBeGreaterThan(10);
});

test.each(examples)('%s --reason "%s"', (_where, reason) => {
  expect(reasonProblem(reason, [], 'reason')).toBeUndefined();
});
