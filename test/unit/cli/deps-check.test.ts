/** `tocsin deps check` with files: what it prints, and the exit codes that CI goes by. No server is asked. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../../cli/program';
import { Shell } from '../../../cli/shell';
import { temporaryDir } from '../../setup/helpers';
import { LODASH, LOG4J, lock, MINIMIST } from '../detection/dependencies/records';

const dir = temporaryDir('deps-check');
const advisories = path.join(dir, 'osv');
mkdirSync(advisories);
for (const record of [MINIMIST, LODASH, LOG4J]) {
  writeFileSync(path.join(advisories, `${record.id}.json`), JSON.stringify(record));
}

function file(name: string, text: string): string {
  const at = path.join(dir, name);
  writeFileSync(at, text);
  return at;
}

async function tocsin(argv: string[], env: NodeJS.ProcessEnv = {}) {
  const output = { out: '', err: '' };
  const sink = (to: 'out' | 'err') => ({ write: (text: string) => (output[to] += text) });
  // Port 1 answers nobody: a command that asked a server would fail.
  const shell = new Shell({ TEMPORAL_ADDRESS: '127.0.0.1:1', TOCSIN_DATA_DIR: dir, ...env }, sink('out'), sink('err'));
  return { code: await runCommand(['deps', 'check', ...argv], shell), ...output };
}

const clean = file('clean.json', lock({ minimist: '1.2.6', lodash: '4.17.21' }));
const high = file('high.json', lock({ lodash: '4.17.20' }));
const critical = file('critical.json', lock({ minimist: '1.2.5' }));
const sbom = file(
  'bom.cdx.json',
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    components: [
      {
        type: 'library',
        name: 'log4j-core',
        version: '@project.version@',
        purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@%40project.version%40',
      },
    ],
  }),
);
const from = ['--advisories', advisories];

test.each<[string, string[], number, RegExp]>([
  [
    'nothing found',
    [clean, ...from, '--fail-on', 'low'],
    0,
    /✓ 2 packages in 1 inventory, 3 advisories: nothing found/,
  ],
  [
    'found, and only told',
    [`shop=${critical}`, ...from],
    0,
    /✗ 1 package .*: 1 critical[\s\S]*minimist +1\.2\.5 +1\.2\.6 +GHSA-xvch/,
  ],
  ['found, as severe as the limit', [critical, ...from, '--fail-on', 'critical'], 1, /found 1 rated critical or worse/],
  ['found, less severe than the limit', [high, ...from, '--fail-on', 'critical'], 0, /1 high/],
  ['found in one of two', [`a=${clean}`, `b=${high}`, ...from, '--fail-on', 'high'], 1, /found 1 rated high or worse/],
  ['two of one name', [clean, high, ...from], 1, /inventory web: the name stands twice/],
  [
    'what nobody can judge',
    [sbom, ...from],
    0,
    /✗ .*: 1 undecided[\s\S]*undecided: org\.apache\.logging\.log4j:log4j-core @project\.version@/,
  ],
  ['what nobody can judge, under a limit', [sbom, ...from, '--fail-on', 'critical'], 1, /1 could not be assessed/],
  ['an inventory that is not there', [path.join(dir, 'none.json'), ...from], 1, /none\.json[\s\S]*incomplete/],
  [
    'advisories that are not there',
    [clean, '--advisories', path.join(dir, 'none')],
    1,
    /none: cannot be read[\s\S]*incomplete/,
  ],
  ['no inventory', from, 2, /nothing to check: name a lock file/],
  ['no advisories', [clean], 2, /no advisories: give --advisories/],
  ['a severity that is none', [clean, ...from, '--fail-on', 'bad'], 2, /critical, high, medium, low, unknown/],
])('%s', async (_, argv, code, says) => {
  const result = await tocsin(argv);
  expect({ code: result.code, text: result.out + result.err }).toEqual({ code, text: expect.stringMatching(says) });
});

test('files and advisories of the environment, as JSON for scripts', async () => {
  const env = { TOCSIN_INVENTORIES: `shop=${critical}, web=${high}`, TOCSIN_ADVISORIES: advisories };
  const { code, out } = await tocsin(['--no-tasks', '--json', '--fail-on', 'critical'], env);
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    inventories: [{ name: 'shop' }, { name: 'web' }],
    findings: { critical: 1, high: 1, medium: 0, low: 0, unknown: 0 },
    found: [
      { package: 'minimist', inventory: 'shop', severity: 'critical', fixedIn: ['1.2.6'] },
      { package: 'lodash', inventory: 'web', severity: 'high' },
    ],
    problems: [],
  });
});
