// docs/policy-packs.md against the registry of facts: what a pack may ask is documented as it is read.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DATA_SET_FACTS } from '../../../domain/policy/data-set-facts';
import { FACTS } from '../../../domain/policy/facts';
import { PackSchema } from '../../../domain/policy/pack';
import { PackRuleSchema } from '../../../domain/policy/rule';
import { UNCOVERED_PACK } from '../../../domain/policy/uncovered';
import { DEFAULT_PACKS, loadPolicy } from '../../../policy/load-policy';

const text = readFileSync(path.join(__dirname, '../../../docs/policy-packs.md'), 'utf8');
const cell = (value: string) => value.replaceAll('|', '\\|');

test('the table of facts is the registry', () => {
  const rows = Object.entries(FACTS).map(
    ([name, { reads, example, establishedBy }]) =>
      `| \`${name}\` | ${cell(reads)} | ${establishedBy} | \`${cell(example)}\` |`,
  );
  for (const row of rows) expect(text).toContain(row);
});

test('the table of what can be asked of a data set is the registry', () => {
  const rows = DATA_SET_FACTS.map(
    ({ fields, reads, example }) =>
      `| ${fields.map((field) => `\`${field}\``).join(', ')} | ${cell(reads)} | \`${cell(example)}\` |`,
  );
  for (const row of rows) expect(text).toContain(row);
});

test('every field of a pack and of an obligation is explained', () => {
  const fields = [...Object.keys(PackSchema.shape), ...Object.keys(PackRuleSchema.shape)];
  expect(fields.filter((field) => !text.includes(`| \`${field}\` |`))).toEqual([]);
});

const packs = readdirSync(path.join(__dirname, '../../../policy/packs')).map((file) => path.parse(file).name);

test.each(packs)('the pack %s has a row, and can be in force beside the usual ones', (pack) => {
  expect(text).toContain(`| [\`${pack}\`](../policy/packs/${pack}.yaml) |`);
  if (pack === UNCOVERED_PACK) return; // always in force
  const { pack: policy } = loadPolicy([...new Set([...DEFAULT_PACKS.split(','), pack])].join(','));
  expect(policy.obligations.filter((rule) => rule.pack === pack)).not.toEqual([]);
});
