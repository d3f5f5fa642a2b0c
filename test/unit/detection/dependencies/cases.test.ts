/** What real lock files, images and advisories hold: found, not affected or undecided, and never clean for want of reading. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import semver from 'semver';
import { runCommand } from '../../../../cli/program';
import { Shell } from '../../../../cli/shell';
import { readAdvisories } from '../../../../detection/dependencies/advisories';
import { DependencyCheck, patchFinding } from '../../../../detection/dependencies/check';
import { parseInventory } from '../../../../detection/dependencies/inventory';
import { parsePurl } from '../../../../detection/dependencies/purl';
import { tarballVersion } from '../../../../detection/dependencies/tarball';
import { AdvisoryRecordSchema } from '../../../../domain/patch/advisory';
import { temporaryDir } from '../../../setup/helpers';
import { inputs } from '../../../setup/inputs';
import { record } from './records';

const caseFile = (name: string) => path.join(__dirname, '../../../cases/dependencies', name);
const caseOf = (name: string) => readFileSync(caseFile(name), 'utf8');

function check(inventory: string, ...records: unknown[]): DependencyCheck {
  const run = new DependencyCheck('2026-11-29T00:00:00.000Z');
  run.addInventory(() => ({ ...parseInventory(inventory), name: 'shop' }));
  for (const each of records) run.addRecord(each, 'a test');
  return run.conclude();
}

async function depsCheck(...argv: string[]) {
  let text = '';
  const sink = { write: (part: string) => (text += part) };
  const shell = new Shell({ TEMPORAL_ADDRESS: '127.0.0.1:1', TOCSIN_DATA_DIR: temporaryDir('deps-cases') }, sink, sink);
  return { code: await runCommand(['deps', 'check', ...argv], shell), text };
}

describe('a tarball beside the project is a package', () => {
  const xlsx = JSON.parse(caseOf('GHSA-xlsx.json')) as object;

  test('found, with the version that its file says', () => {
    const { findings, undecided } = check(caseOf('vendored-tarball.lock1.json'), xlsx);
    expect(findings).toMatchObject([{ package: 'xlsx', versions: ['0.18.5'], advisory: 'GHSA-4r6h-8v6p-xvw6' }]);
    expect(undecided).toEqual([]);
  });

  test('an open patch task does not close because the version is not known', () => {
    const open = patchFinding(check(caseOf('vendored-tarball.lock1.json'), xlsx).findings[0]!);
    const renamed = caseOf('vendored-tarball.lock1.json').replace('xlsx-0.18.5.tgz', 'sheets.tgz');
    const later = check(renamed, xlsx);
    expect(later.undecided).toMatchObject([{ package: 'xlsx', version: undefined }]);
    expect(later.standingOf(open)).toMatchObject({ outcome: 'unknown' });
  });

  test.each([
    ['@scope/name', 'file:../scope-name-1.2.3.tgz', '1.2.3'],
    ['@scope/name', 'file:name-1.2.3-rc.1.tar.gz', '1.2.3-rc.1'],
    ['xlsx', 'https://cdn.sheetjs.com/xlsx-0.20.3/xlsx-0.20.3.tgz', '0.20.3'],
    ['xlsx', 'https://cdn.sheetjs.com/xlsx-0.20.3.tgz?x=1#y', '0.20.3'],
    ['xlsx', 'file:xlsx-latest.tgz', undefined],
    ['xlsx', 'file:other-1.2.3.tgz', undefined],
    ['xlsx', 'file:xlsx-style-1.2.3.tgz', undefined],
    ['xlsx', 'file:../xlsx', undefined],
    ['xlsx', 'git+ssh://git@example.com/xlsx-1.2.3.tgz', undefined],
  ])('%s from %s is of version %s', (name, text, version) => expect(tarballVersion(name, text)).toBe(version));
});

const odd = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '',
    'latest',
    '1',
    '1.2',
    'v1.2.3',
    '1.2.3.4',
    'npm:x@',
    'file:x.tgz',
    'file:x-1.0.0.tgz',
    '^1.0.0',
    '01.2.3',
  ),
  fc.constantFrom(
    'https://example.com/x.tar.gz',
    'git+https://example.com/x.git#v1',
    'github:a/x',
    '*',
    '1.0.0 || 2.0.0',
  ),
  fc.constantFrom<unknown>(null, undefined, 1, true, {}, []),
);
const places = fc.constantFrom(1, 2, 3);

test('a lock file with whatever version is a finding, undecided or told as a problem, and never clean', () => {
  const everything = record('GHSA-aaaa-bbbb-cccc', 'x', [{ introduced: '0' }]);
  fc.assert(
    fc.property(odd, places, (version, lockfileVersion) => {
      // A folder or a link beside the project is its own code, and an alias is another package.
      fc.pre(typeof version !== 'string' || !/^(link:|file:(?!.*\.(tgz|tar|tar\.gz)$)|npm:.+@)/is.test(version));
      const entry = { version, resolved: 'https://registry.example/x' };
      const lock =
        lockfileVersion === 1
          ? { lockfileVersion, dependencies: { x: entry } }
          : { lockfileVersion, packages: { '': {}, 'node_modules/x': entry } };
      const { findings, undecided } = check(JSON.stringify(lock), everything);
      expect(findings.length + undecided.length).toBe(1);
    }),
    { numRuns: inputs(5_000) },
  );
});

describe('a check that read nothing found nothing, and says so', () => {
  const inventory = caseFile('next2.json');

  test('an empty folder of advisories is a problem, and the exit code is not 0', async () => {
    const { code, text } = await depsCheck(inventory, '--advisories', temporaryDir('nothing'));
    expect(code).not.toBe(0);
    expect(text).toMatch(/no OSV record is there/);
    expect(text).not.toMatch(/✓/);
  });

  test('whatever lies in a folder: records, or a problem', async () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/);
    const ending = fc.constantFrom('', '.json', '.jsonl', '.ndjson', '.md', '.zip', '.json.gz', '.JSON');
    const content = fc.constantFrom('', ' \n', '[]', '{}', '{"vulns":[]}', 'null', '{', JSON.stringify({ id: 'V-1' }));
    const file = fc.record({ folder: fc.boolean(), name, ending, content });
    await fc.assert(
      fc.asyncProperty(fc.array(file, { maxLength: 4 }), async (files) => {
        const dir = temporaryDir('osv-folder');
        mkdirSync(path.join(dir, 'sub'));
        for (const each of files) {
          writeFileSync(path.join(dir, each.folder ? 'sub' : '', each.name + each.ending), each.content);
        }
        let taken = 0;
        const problems: string[] = [];
        await readAdvisories(dir, { cacheDir: dir, take: () => taken++, problem: (text) => problems.push(text) });
        expect(taken + problems.length).toBeGreaterThan(0);
        for (const problem of problems) expect(problem).not.toContain(path.dirname(dir));
      }),
      { numRuns: 60 },
    );
  });

  test('a folder whose records are links, as Kubernetes mounts them, is read', async () => {
    const dir = temporaryDir('links');
    mkdirSync(path.join(dir, '..data'));
    writeFileSync(path.join(dir, '..data', 'a.json'), JSON.stringify({ id: 'V-1' }));
    symlinkSync(path.join('..data', 'a.json'), path.join(dir, 'a.json'));
    const ids: unknown[] = [];
    const take = (each: unknown) => ids.push((each as { id: string }).id);
    await readAdvisories(dir, { cacheDir: dir, take, problem: (text) => ids.push(text) });
    expect(ids).toEqual(['V-1']);
  });

  test('an SBOM that lists no package is a problem', () => {
    const { problems } = parseInventory('{"bomFormat":"CycloneDX","specVersion":"1.7","components":[]}');
    expect(problems).toEqual([expect.stringMatching(/lists no package/)]);
  });
});

describe('a package of a distribution is known by its source package', () => {
  const perl = JSON.parse(caseOf('advperl.json')) as object;

  test('found by the qualifier upstream', () => {
    expect(check(caseOf('perl.cdx.json'), perl).findings).toMatchObject([
      { package: 'perl', versions: ['5.40.1-6'], advisory: 'DEBIAN-CVE-2026-8376' },
    ]);
    const other = caseOf('perl.cdx.json').replaceAll('5.40.1-6', '5.40.1-7');
    // Debian names no fix: what comes later is affected too.
    expect(check(other, perl).findings).toMatchObject([{ package: 'perl', versions: ['5.40.1-7'] }]);
  });

  test('found by the properties of Trivy', () => {
    const sbom = JSON.parse(caseOf('perl.cdx.json')) as { components: Array<Record<string, unknown>> };
    const [component] = sbom.components;
    component!.purl = 'pkg:deb/debian/perl-base@5.40.1-6?arch=arm64';
    const property = (name: string, value: string) => ({ name: `aquasecurity:trivy:${name}`, value });
    component!.properties = [
      property('SrcName', 'perl'),
      property('SrcVersion', '5.40.1'),
      property('SrcRelease', '6'),
    ];
    expect(check(JSON.stringify(sbom), perl).findings).toMatchObject([{ package: 'perl', versions: ['5.40.1-6'] }]);
  });

  test('whatever the names: an advisory of the source package concerns each package built from it', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9+.-]{1,20}$/);
    const version = fc.stringMatching(/^([1-9]:)?[0-9][A-Za-z0-9.+~-]{0,15}$/);
    fc.assert(
      fc.property(name, name, version, fc.option(version), (binary, source, installed, built) => {
        const upstream = encodeURIComponent(built === null ? source : `${source}@${built}`);
        const purl = `pkg:deb/debian/${encodeURIComponent(binary)}@${encodeURIComponent(installed)}?arch=amd64&upstream=${upstream}`;
        const sbom = {
          bomFormat: 'CycloneDX',
          specVersion: '1.6',
          components: [{ type: 'library', name: binary, purl }],
        };
        const affected = [{ package: { ecosystem: 'Debian:13', name: source }, versions: [built ?? installed] }];
        const advisory = { id: 'DEBIAN-CVE-1', modified: '2026-08-01T00:00:00Z', affected };
        const { findings } = check(JSON.stringify(sbom), advisory);
        // One of another version than its source counts as both.
        expect(findings).toMatchObject([{ package: source }]);
        expect(findings[0]!.versions).toContain(built ?? installed);
      }),
      { numRuns: inputs(2_000) },
    );
  });

  test('of RPM by the name of the source file', () => {
    expect(
      parsePurl('pkg:rpm/redhat/openssl-libs@3.0.7-24.el9?arch=x86_64&upstream=openssl-3.0.7-24.el9.src.rpm'),
    ).toMatchObject({
      ecosystem: 'Red Hat',
      name: 'openssl-libs',
      version: '3.0.7-24.el9',
      upstream: { name: 'openssl', version: '3.0.7-24.el9' },
    });
  });
});

describe('a range whose end stands in last_known_affected_version_range', () => {
  const next = JSON.parse(caseOf('adv2.json')) as object;
  const installed = (version: string) =>
    JSON.stringify({ lockfileVersion: 3, packages: { '': {}, 'node_modules/next': { version } } });

  test('ends there: what comes after is not affected', () => {
    expect(check(caseOf('next2.json'), next)).toMatchObject({ findings: [], undecided: [] });
    expect(check(installed('15.5.1-canary.3'), next).findings).toHaveLength(1);
    expect(check(installed('15.5.1'), next).findings).toEqual([]);
    expect(check(installed('16.1.4'), next).findings).toHaveLength(1);
  });

  test('ends there for a record that came by webhook too, of which fields are kept only', () => {
    const kept = JSON.parse(JSON.stringify(AdvisoryRecordSchema.parse(next))) as object;
    expect(check(caseOf('next2.json'), kept)).toMatchObject({ findings: [], undecided: [] });
  });

  const versions = fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3)).map((parts) => parts.join('.'));
  test('exactly the versions up to the end are affected, and an end of another form ends nothing', () => {
    fc.assert(
      fc.property(versions, versions, fc.constantFrom('<', '<=', '< ', '<= ', '= ', '~> '), (version, end, sign) => {
        const affected = {
          package: { ecosystem: 'npm', name: 'next' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }] }],
          database_specific: { last_known_affected_version_range: `${sign}${end}` },
        };
        const advisory = { id: 'GHSA-aaaa-bbbb-cccc', modified: '2026-01-01T00:00:00Z', affected: [affected] };
        const { findings } = check(installed(version), advisory);
        const order = semver.compare(version, end);
        const isAffected = sign.startsWith('<=') ? order <= 0 : sign.startsWith('<') ? order < 0 : true;
        expect(findings.length > 0).toBe(isAffected);
      }),
      { numRuns: inputs(5_000) },
    );
  });
});
