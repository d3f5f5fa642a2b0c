/** Each small input of a public report stands in a test that says what is right. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../../../platform/package-root';

const tests = path.join(packageRoot(), 'test');
const texts = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts') && !file.startsWith('replay'))
  .map((file) => readFileSync(path.join(tests, file), 'utf8'));

const cases = ['audit', 'dependencies', 'intake'].flatMap((folder) =>
  readdirSync(path.join(tests, 'cases', folder)).map((file) => [folder, file]),
);

test.each(cases)('%s/%s', (folder, file) => {
  const using = texts.filter((text) => text.includes(`cases/${folder}'`) && text.includes(`'${file}'`));
  expect(using).not.toEqual([]);
});
