// A check: real facts against real-shaped inventories; aliases, withdrawals, severities, and what cannot be known.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DependencyCheck, patchFinding } from '../../../../detection/dependencies/check';
import { parseInventory, readInventory } from '../../../../detection/dependencies/inventory';
import { InventoryError } from '../../../../detection/dependencies/inventory-error';
import { runCheck } from '../../../../detection/dependencies/run-check';
import { cvssScore, ratingOf } from '../../../../detection/dependencies/severity';
import { packageRoot } from '../../../../platform/package-root';
import { temporaryDir } from '../../../setup/helpers';
import { LODASH, LOG4J, lock, MINIMIST, record } from './records';

const AT = '2026-04-01T02:00:00.000Z';

function check(inventories: Record<string, string | undefined>, records: object[]): DependencyCheck {
  const run = new DependencyCheck(AT);
  for (const [name, content] of Object.entries(inventories)) {
    run.addInventory(() => {
      if (content === undefined) throw new InventoryError(`inventory ${name}: it does not exist`);
      return { ...parseInventory(content), name };
    });
  }
  for (const each of records) run.addRecord(each, 'a test');
  return run.conclude();
}

const sbom = (component: object) =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: [
      { type: 'library', purl: 'pkg:npm/other@1.0.0' },
      { type: 'library', ...component },
    ],
  });

test('vulnerable versions, their severity and their fix', () => {
  const web = lock({
    minimist: '1.2.5',
    'x/node_modules/minimist': '0.0.8',
    lodash: '4.17.21',
    'lodash-es': '4.17.20',
  });
  const { findings, undecided } = check({ web }, [MINIMIST, LODASH, LOG4J]);
  expect(undecided).toEqual([]);
  expect(findings).toEqual([
    expect.objectContaining({
      package: 'minimist',
      versions: ['0.0.8', '1.2.5'],
      fixedIn: ['0.2.4', '1.2.6'],
      advisory: 'GHSA-xvch-5gv4-984h',
      aliases: ['CVE-2021-44906'],
      severity: 'critical',
      score: 9.8,
      malicious: false,
    }),
    expect.objectContaining({
      package: 'lodash-es',
      versions: ['4.17.20'],
      fixedIn: ['4.17.21'],
      severity: 'high',
      score: 7.2,
    }),
  ]);
});

test('this repository’s own lock file has none of them', () => {
  const run = new DependencyCheck(AT);
  run.addInventory(() => readInventory({ file: path.join(packageRoot(), 'package-lock.json') }));
  for (const each of [MINIMIST, LODASH, LOG4J, record('TEST-1', 'zod', [{ introduced: '0' }])])
    run.addRecord(each, 'a test');
  expect(run.conclude().findings.map(({ package: name }) => name)).toEqual(['zod']);
});

test('a version that cannot be judged is told, and is neither safe nor vulnerable', () => {
  const components = [
    { type: 'library', name: 'log4j-core', purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1' },
  ];
  const sbom = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', components });
  expect(check({ sbom }, [LOG4J]).findings).toMatchObject([{ versions: ['2.14.1'], fixedIn: ['2.15.0'] }]);
  const run = check({ sbom: sbom.replace('2.14.1', 'ü') }, [LOG4J]);
  expect(run.findings).toEqual([]);
  expect(run.undecided).toEqual([
    expect.objectContaining({
      package: 'org.apache.logging.log4j:log4j-core',
      version: 'ü',
      advisory: 'GHSA-jfh8-c2jp-5v3q',
      reason: expect.stringMatching(/Maven/),
    }),
  ]);
  expect(run.summary().undecided).toBe(1);
});

test('records of one vulnerability are one finding, over aliases of aliases; the newest record of an id counts', () => {
  const all = [{ introduced: '0' }];
  const records = [
    record('CVE-2026-1', 'a', all, { aliases: ['XX-7'] }),
    record('GHSA-aaaa-bbbb-cccc', 'a', [{ introduced: '0' }, { fixed: '2.0.0' }], {
      aliases: ['CVE-2026-1'],
      severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N' }],
    }),
    record('XX-7', 'a', all),
    record('OTHER-1', 'a', all, { modified: '2026-03-01T00:00:00Z' }),
    record('OTHER-1', 'a', [{ introduced: '5.0.0' }]),
  ];
  const { findings } = check({ web: lock({ a: '1.0.0' }) }, records);
  expect(findings.map(({ advisory, aliases, severity, score }) => [advisory, aliases, severity, score])).toEqual([
    ['GHSA-aaaa-bbbb-cccc', ['CVE-2026-1', 'XX-7'], 'critical', 9.3],
    ['OTHER-1', [], 'unknown', undefined],
  ]);
});

test('a withdrawn record says nothing; another live one of the same vulnerability still does', () => {
  const withdrawn = record('GHSA-aaaa-bbbb-cccc', 'a', [{ introduced: '0' }], {
    withdrawn: '2026-02-01T00:00:00Z',
    aliases: ['CVE-2026-1'],
  });
  expect(check({ web: lock({ a: '1.0.0' }) }, [withdrawn]).findings).toEqual([]);
  const both = check({ web: lock({ a: '1.0.0' }) }, [withdrawn, record('CVE-2026-1', 'a', [{ introduced: '0' }])]);
  expect(both.findings).toHaveLength(1);
});

test('the same package in two inventories is two findings with keys of their own; the same check again gives the same keys', () => {
  const inventories = { web: lock({ minimist: '1.2.5' }), api: lock({ minimist: '1.2.5' }) };
  const keys = check(inventories, [MINIMIST]).findings.map(({ key }) => key);
  expect(new Set(keys).size).toBe(2);
  expect(check(inventories, [MINIMIST]).findings.map(({ key }) => key)).toEqual(keys);
});

test('malicious packages are critical, whatever else is known', () => {
  const versions = { affected: [{ package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] }] };
  const { findings } = check({ web: lock({ a: '1.0.0' }) }, [record('MAL-2026-1', 'a', [], versions)]);
  expect(findings).toEqual([expect.objectContaining({ malicious: true, severity: 'critical' })]);
});

test('severity: vectors before words, the package’s own before the record’s, unknown when there is nothing', () => {
  const low = { type: 'CVSS_V3', score: 'CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N' };
  const of = (over: object, affected: object = {}) => {
    const base = record('X-1', 'a', [{ introduced: '0' }], over);
    const records = [{ ...base, affected: [{ ...base.affected[0], ...affected }] }];
    return check({ web: lock({ a: '1.0.0' }) }, records).findings[0]!.severity;
  };
  expect(of({})).toBe('unknown');
  expect(of({ database_specific: { severity: 'MODERATE' } })).toBe('medium');
  expect(of({ database_specific: { severity: 'made up' } })).toBe('unknown');
  expect(of({ database_specific: 7 })).toBe('unknown');
  expect(of({ severity: [low], database_specific: { severity: 'CRITICAL' } })).toBe('low');
  expect(of({ severity: [low] }, { database_specific: { severity: 'HIGH' } })).toBe('high');
  expect(of({ severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N' }] })).toBe('unknown');
  expect(of({ severity: [{ type: 'Ubuntu', score: 'high' }] })).toBe('unknown');
});

test.each([
  ['CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
  ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H', 6.5],
  ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N', 0],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H', undefined],
  ['CVSS:3.1/AV:N/AC:Q/PR:N/UI:N/S:U/C:H/I:H/A:H', undefined],
  ['CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P', undefined],
  ['9.8', undefined],
])('%s scores %s', (vector, score) => {
  expect(cvssScore(vector)).toBe(score);
});

test('the bands of CVSS', () => {
  expect([9, 8.9, 7, 6.9, 4, 3.9, 0].map(ratingOf)).toEqual([
    'critical',
    'high',
    'high',
    'medium',
    'medium',
    'low',
    'low',
  ]);
});

test('what cannot be read is a problem of the check: an inventory, a name that stands twice, a broken record', () => {
  const run = check({ web: lock({ a: '1.0.0' }), gone: undefined }, [
    { id: 'BAD-1', modified: 'yesterday', affected: [{ package: { ecosystem: 'npm', name: 'a' } }] },
    { no: 'id' },
    record('GOOD-1', 'a', [{ introduced: '0' }]),
  ]);
  run.addInventory(() => ({ ...parseInventory(lock({})), name: 'web' }));
  expect(run.findings).toHaveLength(1);
  expect(run.summary()).toEqual({
    at: AT,
    inventories: [{ name: 'web', components: 1 }],
    advisories: 2,
    findings: { critical: 0, high: 0, medium: 0, low: 0, unknown: 1 },
    undecided: 0,
    excused: 0,
    problems: [
      'inventory gone: it does not exist',
      expect.stringMatching(/^a test: BAD-1 is not a valid OSV record: modified: must be a date/),
      'a test: contains something that is not an OSV record (no "id")',
      'inventory web: the name stands twice; write NAME=PATH to tell them apart',
    ],
  });
});

describe('a record that cannot be read is told, and is not passed over', () => {
  const a = { package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] };
  it.each<[string, object, RegExp]>([
    ['affected is not a list', { affected: { 0: a } }, /X-1 is not a valid OSV record: affected is not a list/],
    ['a package without an ecosystem', { affected: [{ ...a, package: { name: 'a' } }] }, /X-1 .*affected\.0\.package/],
    ['a package that is a text', { affected: [{ ...a, package: 'npm/a' }] }, /X-1 .*affected\.0\.package/],
    ['an entry that is none', { affected: [7, a] }, /X-1 .*affected\.0/],
  ])('%s', (_name, over, problem) => {
    const run = check({ web: lock({ a: '1.0.0' }) }, [{ id: 'X-1', modified: AT, ...over }]);
    expect(run.summary().problems).toEqual([expect.stringMatching(problem)]);
  });

  it('a record of commits only names no package, and that is no fault', () => {
    const run = check({ web: lock({ a: '1.0.0' }) }, [
      { id: 'X-1', modified: AT, affected: [{ ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] }] },
    ]);
    expect(run.summary().problems).toEqual([]);
  });

  it('one that was modified in the future is told, and hides none that was modified before', () => {
    const fresh = record('X-1', 'a', [{ introduced: '0' }], { modified: '2026-03-01T00:00:00Z' });
    const late = record('X-1', 'a', [{ introduced: '9.0.0' }], { modified: '2099-01-01T00:00:00Z' });
    for (const records of [
      [late, fresh],
      [fresh, late],
    ]) {
      const run = check({ web: lock({ a: '1.0.0' }) }, records);
      expect(run.findings).toHaveLength(1);
      expect(run.summary().problems).toEqual([expect.stringMatching(/X-1 was modified in the future \(2099-01-01/)]);
    }
    expect(check({ web: lock({ a: '9.0.0' }) }, [late]).findings).toHaveLength(1);
  });

  it('one that is to be withdrawn in the future still counts', () => {
    const soon = record('X-1', 'a', [{ introduced: '0' }], { withdrawn: '2099-01-01T00:00:00Z' });
    expect(check({ web: lock({ a: '1.0.0' }) }, [soon]).findings).toHaveLength(1);
  });
});

describe('how it stands with what was found earlier', () => {
  const found = check({ web: lock({ minimist: '1.2.5' }) }, [MINIMIST]).findings[0]!;
  it.each<[string, Record<string, string | undefined>, object[], object]>([
    [
      'still there',
      { web: lock({ minimist: '1.2.4' }) },
      [MINIMIST],
      { outcome: 'found', finding: expect.objectContaining({ versions: ['1.2.4'] }) },
    ],
    [
      'replaced',
      { web: lock({ minimist: '1.2.8' }) },
      [MINIMIST],
      { outcome: 'fixed', reason: 'fixed version 1.2.8 installed' },
    ],
    [
      'removed, even when the advisory cannot be had',
      { web: lock({ other: '1.0.0' }) },
      [],
      { outcome: 'fixed', reason: 'minimist is not in web any more' },
    ],
    [
      'an inventory that lists nothing',
      { web: lock({}) },
      [MINIMIST],
      { outcome: 'unknown', reason: 'web lists no package now: that does not show that minimist is gone' },
    ],
    [
      'an SBOM that lists nothing',
      { web: '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[]}' },
      [MINIMIST],
      { outcome: 'unknown', reason: expect.stringMatching(/lists no package now/) },
    ],
    [
      'a lock file with an entry that cannot be read',
      { web: lock({ other: '1.0.0' }).replace('"packages":{', '"packages":{"node_modules/x":7,') },
      [MINIMIST],
      { outcome: 'unknown', reason: 'web has entries that cannot be read now, and minimist may be one of them' },
    ],
    [
      'an SBOM that names it without a package URL',
      { web: sbom({ name: 'minimist' }) },
      [MINIMIST],
      { outcome: 'unknown', reason: 'web names minimist without saying which package it is' },
    ],
    [
      'an SBOM with a damaged package URL under another name',
      { web: sbom({ name: 'Args', purl: 'pkg:npm/minimist%' }) },
      [MINIMIST],
      { outcome: 'unknown', reason: expect.stringMatching(/has entries that cannot be read/) },
    ],
    [
      'an SPDX document with a damaged package URL under another name',
      {
        web: JSON.stringify({
          spdxVersion: 'SPDX-2.3',
          packages: [
            { name: 'x', externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/other@1.0.0' }] },
            { name: 'Args', externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/minimist%' }] },
          ],
        }),
      },
      [MINIMIST],
      { outcome: 'unknown', reason: expect.stringMatching(/has entries that cannot be read/) },
    ],
    [
      'an SBOM with something nameless',
      { web: sbom({}) },
      [MINIMIST],
      { outcome: 'unknown', reason: expect.stringMatching(/has entries that cannot be read/) },
    ],
    [
      'an SBOM that names something else without a package URL',
      { web: sbom({ name: 'mystery' }) },
      [MINIMIST],
      { outcome: 'fixed', reason: 'minimist is not in web any more' },
    ],
    [
      'the same version, which nothing calls affected any more',
      { web: lock({ minimist: '1.2.5' }) },
      [record(MINIMIST.id, 'minimist', [{ introduced: '2.0.0' }, { fixed: '2.1.0' }])],
      { outcome: 'fixed', reason: 'installed: 1.2.5, which GHSA-xvch-5gv4-984h does not call affected' },
    ],
    [
      'its record cannot be read any more',
      { web: lock({ minimist: '1.2.8' }) },
      [MINIMIST, { ...MINIMIST, id: 'CVE-2021-44906', modified: 'x' }],
      { outcome: 'unknown', reason: 'the record CVE-2021-44906 cannot be read now' },
    ],
    [
      'another record alone is withdrawn',
      { web: lock({ minimist: '1.2.5' }) },
      [{ ...MINIMIST, id: 'CVE-2021-44906', aliases: ['GHSA-xvch-5gv4-984h'], withdrawn: '2026-03-01T00:00:00Z' }],
      { outcome: 'unknown', reason: expect.stringMatching(/in none of the sources/) },
    ],
    [
      'another record alone says that it is not affected',
      { web: lock({ minimist: '1.2.8' }) },
      [{ ...MINIMIST, id: 'CVE-2021-44906', aliases: [] }],
      { outcome: 'unknown', reason: expect.stringMatching(/in none of the sources/) },
    ],
    [
      'withdrawn, as something says that is not a date',
      { web: lock({ minimist: '1.2.8' }) },
      [{ id: MINIMIST.id, modified: AT, withdrawn: true }],
      { outcome: 'unknown', reason: expect.stringMatching(/in none of the sources/) },
    ],
    [
      'undecided under another of its ids',
      { web: lock({ minimist: 'main' }) },
      [MINIMIST, { ...MINIMIST, id: 'GHSA-aaaa-bbbb-cccc', aliases: ['CVE-2021-44906'] }],
      { outcome: 'unknown', reason: expect.stringMatching(/names no version/) },
    ],
    [
      'withdrawn',
      { web: lock({ minimist: '1.2.5' }) },
      [{ ...MINIMIST, withdrawn: '2026-03-01T00:00:00Z' }],
      { outcome: 'withdrawn', reason: 'the advisory GHSA-xvch-5gv4-984h was withdrawn' },
    ],
    [
      'withdrawn, and emptied',
      { web: lock({ minimist: '1.2.5' }) },
      [{ id: MINIMIST.id, modified: AT, withdrawn: AT }],
      { outcome: 'withdrawn', reason: expect.any(String) },
    ],
    [
      'the advisory cannot be had',
      { web: lock({ minimist: '1.2.8' }) },
      [],
      { outcome: 'unknown', reason: expect.stringMatching(/in none of the sources/) },
    ],
    [
      'cannot be judged any more',
      { web: lock({ minimist: 'main' }) },
      [MINIMIST],
      { outcome: 'unknown', reason: expect.any(String) },
    ],
    [
      'the inventory cannot be read',
      { web: undefined },
      [MINIMIST],
      { outcome: 'unknown', reason: expect.stringMatching(/cannot be read/) },
    ],
    [
      'the inventory is not checked any more',
      { api: lock({}) },
      [MINIMIST],
      { outcome: 'unlisted', reason: expect.any(String) },
    ],
    [
      'no inventory is configured',
      {},
      [MINIMIST],
      { outcome: 'unknown', reason: 'no inventory is checked now: is TOCSIN_INVENTORIES set for this worker?' },
    ],
    [
      'found under its other name',
      { web: lock({ minimist: '1.2.5' }) },
      [{ ...MINIMIST, id: 'CVE-2021-44906', aliases: [] }],
      { outcome: 'found', finding: expect.anything() },
    ],
  ])('%s', (_name, inventories, records, expected) => {
    expect(check(inventories, records).standingOf(patchFinding(found))).toEqual(expected);
  });

  it('undecided under another way of writing its name', () => {
    const pypi = (name: string, version: string) => sbom({ purl: `pkg:pypi/${name}@${version}` });
    const affected = [{ package: { ecosystem: 'PyPI', name: 'flask-admin' }, versions: ['1.0'] }];
    const advisory = {
      id: 'PYSEC-1',
      modified: AT,
      affected: [{ ...affected[0], ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0' }] }] }],
    };
    const open = patchFinding(check({ web: pypi('Flask-Admin', '1.0') }, [advisory]).findings[0]!);
    const later = check({ web: pypi('flask_admin', 'main') }, [advisory]);
    expect(later.standingOf(open)).toMatchObject({ outcome: 'unknown', reason: expect.stringMatching(/"main"/) });
  });

  it('an inventory whose name stands twice does not show that it is gone', () => {
    const run = check({ web: lock({ other: '1.0.0' }) }, [MINIMIST]);
    run.addInventory(() => ({ ...parseInventory(lock({ minimist: '1.2.5' })), name: 'web' }));
    expect(run.standingOf(patchFinding(found))).toEqual({
      outcome: 'unknown',
      reason: 'several inventories are called web; write NAME=PATH to tell them apart',
    });
  });

  it('a source of advisories that cannot be read may say otherwise', async () => {
    const dir = temporaryDir('sources');
    const [inventory, good, empty] = ['lock.json', 'good.json', 'empty'].map((name) => path.join(dir, name));
    writeFileSync(inventory!, lock({ minimist: '1.2.8' }));
    writeFileSync(good!, JSON.stringify(MINIMIST));
    mkdirSync(empty!);
    const standing = async (...advisories: string[]) => {
      const run = await runCheck({ inventories: [`web=${inventory}`], advisories, cacheDir: dir }, new Date(AT));
      return run.standingOf(patchFinding(found));
    };
    expect(await standing(good!)).toMatchObject({ outcome: 'fixed' });
    const inPart = Object.entries({
      'object.json': '{}',
      'error.json': '{"error":"over quota"}',
      'list.json': JSON.stringify([MINIMIST, 7]),
      'page.json': JSON.stringify({ vulns: [MINIMIST], next_page_token: 'x' }),
      'none.json': '{"vulns":[]}',
      'lines.jsonl': `${JSON.stringify(MINIMIST)}\n{broken`,
    }).map(([name, text]) => {
      writeFileSync(path.join(dir, name), text);
      return path.join(dir, name);
    });
    const folder = path.join(dir, 'folder');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'a.json'), JSON.stringify(MINIMIST));
    expect(await standing(folder)).toMatchObject({ outcome: 'fixed' });
    writeFileSync(path.join(folder, 'b.json'), '{');
    for (const unread of [empty!, path.join(dir, 'none'), 'http://127.0.0.1:1/all', ...inPart, folder])
      expect(await standing(good!, unread)).toEqual({
        outcome: 'unknown',
        reason: 'a source of advisories cannot be read in whole now, and may say otherwise',
      });
  });
});
