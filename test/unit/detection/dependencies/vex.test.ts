// VEX: a named person's statement takes a finding away, is shown, and nothing else does; KEV and EPSS order what is left.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { DependencyCheck, patchFinding } from '../../../../detection/dependencies/check';
import { Exploitation, readExploitation } from '../../../../detection/dependencies/exploitation';
import { parseInventory } from '../../../../detection/dependencies/inventory';
import { planTasks } from '../../../../detection/dependencies/plan';
import { readVex } from '../../../../detection/dependencies/vex-documents';
import { loadDependencyPolicy } from '../../../../policy/load-dependencies';
import { temporaryDir } from '../../../setup/helpers';
import { inputs } from '../../../setup/inputs';
import { LODASH, LOG4J, lock, MINIMIST } from './records';

const AT = '2026-11-29T00:00:00.000Z';
const dir = temporaryDir('vex');
const file = (name: string, content: unknown) => {
  const at = path.join(dir, name);
  writeFileSync(at, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return at;
};

const statement = (over: object = {}) => ({
  vulnerability: { name: 'CVE-2021-23337', aliases: ['GHSA-other'] },
  products: [{ '@id': 'pkg:npm/lodash@4.17.20' }],
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
  ...over,
});
const openVex = (statements: object[], over: object = {}) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/1',
  author: 'Dana Weiss',
  timestamp: '2026-10-01T00:00:00Z',
  version: 1,
  statements,
  ...over,
});
const cycloneDx = (analysis: object, affects: object[], over: object = {}) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  metadata: { timestamp: '2026-10-01T00:00:00Z', authors: [{ name: 'Dana Weiss' }] },
  components: [{ type: 'library', name: 'lodash', 'bom-ref': 'r', purl: 'pkg:npm/lodash@4.17.20' }],
  vulnerabilities: [{ id: 'CVE-2021-23337', analysis, affects }],
  ...over,
});

function check(sources: string[], installed: Record<string, string> = { lodash: '4.17.20', minimist: '1.2.5' }) {
  const run = new DependencyCheck(AT);
  run.addInventory(() => ({ ...parseInventory(lock(installed)), name: 'shop' }));
  for (const source of sources) readVex(source, run.vex, (text) => run.problem(text));
  for (const each of [MINIMIST, LODASH, LOG4J]) run.addRecord(each, 'a test');
  run.conclude();
  return {
    run,
    found: run.findings.map((each) => each.package),
    excused: run.excused.map((each) => `${each.package}@${each.version} by ${each.author}: ${each.reason}`),
    problems: run.summary().problems,
  };
}
/** Rows of one length: of a shorter one jest would hand over its own callback. */
function inFull(rows: Array<[string, unknown, string?]>): Array<[string, unknown, string]> {
  return rows.map(([name, document, inventory = '']) => [name, document, inventory]);
}
const NOT_REACHED = 'lodash@4.17.20 by Dana Weiss: vulnerable_code_not_in_execute_path';

describe('a statement', () => {
  test.each<[string, unknown, string]>(
    inFull([
      ['OpenVEX, by alias and package URL', openVex([statement()])],
      ['OpenVEX, of any version', openVex([statement({ products: [{ '@id': 'pkg:npm/lodash' }] })])],
      [
        'OpenVEX, in the form of 0.0',
        openVex([statement({ vulnerability: 'CVE-2021-23337', products: ['pkg:npm/lodash'] })]),
      ],
      [
        'OpenVEX, by identifiers',
        openVex([statement({ products: [{ '@id': 'x', identifiers: { purl: 'pkg:npm/lodash@4.17.20' } }] })]),
      ],
      [
        'OpenVEX, as part of a product, for its inventory',
        openVex([
          statement({ products: [{ '@id': 'pkg:oci/shop', subcomponents: [{ '@id': 'pkg:npm/lodash@4.17.20' }] }] }),
        ]),
        'shop',
      ],
      ['OpenVEX, of the whole product', openVex([statement({ products: [{ '@id': 'pkg:oci/shop' }] })]), 'shop'],
    ]),
  )('%s, takes its finding away and is shown with author and reason', (_name, document, inventory) => {
    const source = file('a.json', document);
    const result = check([inventory ? `${inventory}=${source}` : source]);
    expect(result).toMatchObject({ found: ['minimist'], excused: [NOT_REACHED], problems: [] });
    expect(result.run.summary()).toMatchObject({ excused: 1, findings: { critical: 1, high: 0 } });
  });

  test('of CycloneDX too, by reference or package URL', () => {
    const analysis = { state: 'not_affected', justification: 'code_not_reachable', detail: 'templates are not used' };
    for (const ref of ['r', 'pkg:npm/lodash@4.17.20', 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#r'])
      expect(check([file('a.json', cycloneDx(analysis, [{ ref }]))])).toMatchObject({
        found: ['minimist'],
        excused: ['lodash@4.17.20 by Dana Weiss: code_not_reachable: templates are not used'],
      });
  });

  test.each<[string, unknown, RegExp]>([
    ['without an author', openVex([statement()], { author: undefined }), /names no author/],
    ['without a reason', openVex([statement({ justification: undefined })]), /not_affected without a justification/],
    ['without a time', openVex([statement()], { timestamp: undefined }), /timestamp: is missing/],
    ['of an unknown status', openVex([statement({ status: 'fine' })]), /status: is none of VEX/],
    [
      'about a product, for no inventory',
      openVex([statement({ products: [{ '@id': 'pkg:oci/shop' }] })]),
      /write NAME=PATH/,
    ],
    [
      'about a part of a product, for no inventory',
      openVex([statement({ products: [{ '@id': 'pkg:oci/x', subcomponents: [{ '@id': 'pkg:npm/lodash' }] }] })]),
      /write NAME=PATH/,
    ],
    ['of another form', { a: 1 }, /neither OpenVEX .* nor CycloneDX/],
    ['that is no JSON', '{', /not valid JSON/],
    [
      'of CycloneDX with a range of versions',
      cycloneDx({ state: 'not_affected', detail: 'x' }, [
        { ref: 'r', versions: [{ range: 'vers:npm/>=4', status: 'unaffected' }] },
      ]),
      /a range is not read/,
    ],
    [
      'of CycloneDX without an author',
      { ...cycloneDx({ state: 'not_affected', detail: 'x' }, [{ ref: 'r' }]), metadata: {} },
      /no author/,
    ],
  ])('%s takes nothing away and is told', (_name, document, problem) => {
    const { found, excused, problems } = check([file('bad.json', document)]);
    expect(found).toEqual(['minimist', 'lodash']);
    expect(excused).toEqual([]);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  test.each<[string, unknown, string]>(
    inFull([
      ['about another version', openVex([statement({ products: [{ '@id': 'pkg:npm/lodash@4.17.19' }] })])],
      ['about another vulnerability', openVex([statement({ vulnerability: { name: 'CVE-2020-1' } })])],
      ['about another inventory', openVex([statement()]), 'web'],
      ['that it is affected', openVex([statement({ status: 'affected', action_statement: 'update' })])],
      [
        'taken back later',
        openVex([statement(), statement({ status: 'under_investigation', timestamp: '2026-10-02T00:00:00Z' })]),
      ],
      ['contradicted at once', openVex([statement(), statement({ status: 'affected' })])],
    ]),
  )('%s takes nothing away', (_name, document, inventory) => {
    const source = file('b.json', document);
    expect(check([inventory ? `${inventory}=${source}` : source])).toMatchObject({
      found: ['minimist', 'lodash'],
      excused: [],
    });
  });

  /** An older statement that takes lodash away, beside what is given. */
  const beside = (name: string, document: object, inventory = '') => {
    const source = file(name, document);
    return [file('older.json', openVex([statement()])), inventory ? `${inventory}=${source}` : source];
  };
  const later = { timestamp: '2026-11-01T00:00:00Z' };
  const affected = { status: 'affected', ...later };
  const shop = { '@id': 'pkg:oci/shop' };
  const exploitable = { state: 'exploitable', lastUpdated: '2026-11-01T00:00:00Z' };
  const root = {
    metadata: {
      timestamp: '2026-10-01T00:00:00Z',
      authors: [{ name: 'Dana Weiss' }],
      component: { name: 'shop', 'bom-ref': 'shop', version: '1.0' },
    },
  };

  test.each<[string, object]>([
    ['of OpenVEX, about a product, for no inventory', openVex([statement({ ...affected, products: [shop] })])],
    [
      'of OpenVEX, about a part of a product, for no inventory',
      openVex([statement({ ...affected, products: [{ ...shop, subcomponents: [{ '@id': 'pkg:npm/lodash' }] }] })]),
    ],
    ['of OpenVEX, under investigation', openVex([statement({ ...affected, status: 'under_investigation' })])],
    ['of OpenVEX, of all versions', openVex([statement({ ...affected, products: ['pkg:npm/lodash'] })])],
    [
      'of OpenVEX, of a version that cannot be read',
      openVex([statement({ ...affected, products: ['pkg:npm/lodash@%E0%A4%A'] })]),
    ],
    [
      'of OpenVEX, about something unknown',
      openVex([statement({ ...affected, products: ['pkg:unheard-of/lodash@1'] })]),
    ],
    ['of OpenVEX, about nothing', openVex([statement({ ...affected, products: [] })])],
    [
      'of OpenVEX, of an architecture',
      openVex([statement({ ...affected, products: ['pkg:npm/lodash@4.17.20?arch=arm64'] })]),
    ],
    [
      'of OpenVEX, updated later',
      openVex([
        statement({ status: 'affected', timestamp: '2026-01-01T00:00:00Z', last_updated: '2026-11-01T00:00:00Z' }),
      ]),
    ],
    [
      'of OpenVEX, in a document updated later',
      openVex([statement({ status: 'affected' })], {
        timestamp: '2026-01-01T00:00:00Z',
        last_updated: '2026-11-01T00:00:00Z',
      }),
    ],
    ['of OpenVEX, by nobody', openVex([statement(affected)], { author: undefined })],
    ['of OpenVEX, without a time', openVex([statement({ status: 'affected' })], { timestamp: undefined })],
    ['of OpenVEX, of a time that is none', openVex([statement({ status: 'affected', timestamp: 'yesterday' })])],
    ['of OpenVEX, of a status that is none', openVex([statement({ ...later, status: 'vulnerable' })])],
    [
      'of OpenVEX, beside a product that cannot be read',
      openVex([statement({ ...affected, products: [7, 'pkg:npm/lodash'] })]),
    ],
    ['of CycloneDX, exploitable', cycloneDx(exploitable, [{ ref: 'r' }])],
    [
      'of CycloneDX, exploitable in versions',
      cycloneDx(exploitable, [{ ref: 'r', versions: [{ version: '4.17.20', status: 'affected' }] }]),
    ],
    [
      'of CycloneDX, exploitable in versions that are affected unless it is said',
      cycloneDx(exploitable, [{ ref: 'r', versions: [{ version: '4.17.20' }] }]),
    ],
    [
      'of CycloneDX, exploitable in a range',
      cycloneDx(exploitable, [{ ref: 'r', versions: [{ range: 'vers:npm/<5' }] }]),
    ],
    [
      'of CycloneDX, not affected but for this version',
      cycloneDx({ ...exploitable, state: 'not_affected', detail: 'x' }, [
        {
          ref: 'r',
          versions: [
            { version: '4.17.20', status: 'affected' },
            { version: '4.17.21', status: 'unaffected' },
          ],
        },
      ]),
    ],
    ['of CycloneDX, exploitable in the product', cycloneDx(exploitable, [{ ref: 'shop' }], root)],
    ['of CycloneDX, exploitable in what cannot be read', cycloneDx(exploitable, [{ ref: 'gone' }])],
    ['of CycloneDX, exploitable in nothing', cycloneDx(exploitable, [])],
    ['of CycloneDX, of a state that is none', cycloneDx({ ...exploitable, state: 'maybe' }, [{ ref: 'r' }])],
    ['of CycloneDX, by nobody', { ...cycloneDx(exploitable, [{ ref: 'r' }]), metadata: {} }],
    [
      'of CycloneDX, of the whole of another document',
      cycloneDx(exploitable, [{ ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1' }]),
    ],
  ])('that it is affected, %s, takes an older one back', (_name, document) => {
    expect(check(beside('later.json', document))).toMatchObject({
      found: ['minimist', 'lodash'],
      excused: [],
    });
  });

  test('that it is affected, of another version, another package or another inventory, takes nothing back', () => {
    const others = [
      check(beside('later.json', openVex([statement({ ...affected, products: ['pkg:npm/lodash@4.17.19'] })]))),
      check(beside('later.json', openVex([statement({ ...affected, products: ['pkg:npm/lodash-es'] })]))),
      check(beside('later.json', openVex([statement({ ...affected, products: [shop] })]), 'web')),
      check(beside('later.json', openVex([statement({ ...affected, timestamp: '2026-01-01T00:00:00Z' })]))),
      check(beside('later.json', cycloneDx(exploitable, [{ ref: 'r', versions: [{ version: '4.17.19' }] }]))),
    ];
    for (const each of others)
      expect(each).toMatchObject({ found: ['minimist'], excused: [NOT_REACHED], problems: [] });
  });

  test('later changes of a document make no statement newer that takes something away', () => {
    const document = openVex([statement(), statement({ status: 'affected', timestamp: '2026-10-15T00:00:00Z' })], {
      last_updated: '2026-11-01T00:00:00Z',
    });
    expect(check([file('updated.json', document)])).toMatchObject({ found: ['minimist', 'lodash'], problems: [] });
    const renewed = openVex([
      statement({ last_updated: '2026-11-01T00:00:00Z' }),
      statement({ status: 'affected', timestamp: '2026-10-15T00:00:00Z' }),
    ]);
    expect(check([file('renewed.json', renewed)])).toMatchObject({ found: ['minimist'], problems: [] });
  });

  test('one in the future takes nothing away, and does not win for ever', () => {
    const future = { timestamp: '2099-01-01T00:00:00Z' };
    const late = check([file('2099.json', openVex([statement(future)]))]);
    expect(late).toMatchObject({
      found: ['minimist', 'lodash'],
      problems: [expect.stringMatching(/lies in the future \(2099/)],
    });
    expect(check([file('2099.json', openVex([statement(future), statement(affected)]))]).found).toContain('lodash');
    // A clock that is a little ahead.
    expect(check([file('ahead.json', openVex([statement({ timestamp: '2026-11-29T00:04:00Z' })]))]).found).toEqual([
      'minimist',
    ]);
  });

  test.each<[string, object, string, RegExp]>([
    [
      'a product that is a package of an unknown kind',
      openVex([statement({ products: ['pkg:unheard-of/a@1'] })]),
      'shop',
      /not a package URL of a known kind/,
    ],
    [
      'a version that cannot be read',
      openVex([statement({ products: ['pkg:npm/lodash@%E0%A4%A'] })]),
      '',
      /its version cannot be read/,
    ],
    [
      'a version that is empty',
      openVex([statement({ products: ['pkg:npm/lodash@'] })]),
      '',
      /its version cannot be read/,
    ],
    [
      'a name that cannot be read',
      openVex([statement({ products: ['pkg:npm/%E0%A4%A'] })]),
      'shop',
      /not a package URL of a known kind/,
    ],
    [
      'a CPE',
      openVex([statement({ products: ['cpe:2.3:a:lodash:lodash:4.17.20'] })]),
      'shop',
      /not a package URL of a known kind/,
    ],
    [
      'a product that is named by nothing',
      openVex([statement({ products: [{}] })]),
      'shop',
      /neither a package URL nor an @id/,
    ],
    ['a product that is a number', openVex([statement({ products: [7] })]), 'shop', /neither a package URL nor an @id/],
    [
      'a part that is no package',
      openVex([statement({ products: [{ ...shop, subcomponents: ['lodash'] }] })]),
      'shop',
      /not a package URL of a known kind/,
    ],
    [
      'fixed without a version',
      openVex([statement({ status: 'fixed', products: ['pkg:npm/lodash'] })]),
      '',
      /says fixed without a version/,
    ],
    [
      'fixed without a version of the product',
      openVex([statement({ status: 'fixed', products: [shop] })]),
      'shop',
      /says fixed without a version/,
    ],
    [
      'CycloneDX: resolved without a version',
      cycloneDx({ state: 'resolved' }, [{ ref: 'pkg:npm/lodash' }]),
      '',
      /says fixed without a version/,
    ],
    [
      'CycloneDX: a part of a product without a reference, for no inventory',
      cycloneDx({ state: 'not_affected', detail: 'x' }, [{ ref: 'r' }], {
        metadata: { ...root.metadata, component: { name: 'shop' } },
      }),
      '',
      /write NAME=PATH/,
    ],
    [
      'CycloneDX: a part of another document, for no inventory',
      cycloneDx({ state: 'not_affected', detail: 'x' }, [
        { ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:npm/lodash@4.17.20' },
      ]),
      '',
      /write NAME=PATH/,
    ],
    [
      'CycloneDX: a component of another document',
      cycloneDx({ state: 'not_affected', detail: 'x' }, [{ ref: 'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#r' }], {
        serialNumber: 'urn:uuid:11111111-395b-41f5-a30f-a58921a69b79',
      }),
      'shop',
      /names neither the product nor a component/,
    ],
    [
      'CycloneDX: another version of the product',
      cycloneDx(
        { state: 'not_affected', detail: 'x' },
        [{ ref: 'shop', versions: [{ version: '2.0', status: 'unaffected' }] }],
        root,
      ),
      'shop',
      /2\.0 is not the version of the product/,
    ],
    ['CycloneDX: nothing', cycloneDx({ state: 'not_affected', detail: 'x' }, []), 'shop', /affects: is missing/],
  ])('about %s takes nothing away and is told', (_name, document, inventory, problem) => {
    const source = file('unsure.json', document);
    expect(check([inventory ? `${inventory}=${source}` : source])).toMatchObject({
      found: ['minimist', 'lodash'],
      excused: [],
      problems: [expect.stringMatching(problem)],
    });
  });

  test('CycloneDX: of the product, in its version', () => {
    const versions = [
      { version: '1.0', status: 'unaffected' },
      { version: '0.9', status: 'affected' },
    ];
    const document = cycloneDx({ state: 'not_affected', detail: 'x' }, [{ ref: 'shop', versions }], root);
    expect(check([`shop=${file('root.json', document)}`])).toMatchObject({ found: ['minimist'], problems: [] });
    const reversed = [
      { version: '1.0', status: 'affected' },
      { version: '0.9', status: 'unaffected' },
    ];
    const other = cycloneDx({ state: 'not_affected', detail: 'x' }, [{ ref: 'shop', versions: reversed }], root);
    expect(check([`shop=${file('root.json', other)}`])).toMatchObject({ found: ['minimist', 'lodash'] });
  });

  test('CycloneDX: the version that stands beside a package URL, and components within components', () => {
    const inner = { type: 'library', name: 'lodash', 'bom-ref': 'r', purl: 'pkg:npm/lodash', version: '4.17.20' };
    const document = cycloneDx({ state: 'not_affected', detail: 'x' }, [{ ref: 'r' }], {
      components: [{ type: 'application', name: 'x', components: [inner] }],
    });
    const source = file('nested.json', document);
    expect(check([source])).toMatchObject({ found: ['minimist'], problems: [] });
    expect(check([source], { lodash: '4.17.19', minimist: '1.2.5' })).toMatchObject({ found: ['minimist', 'lodash'] });
  });

  test('a bad product costs itself, not the others of its statement', () => {
    const source = file('products.json', openVex([statement({ products: [7, shop, 'pkg:npm/lodash@4.17.20'] })]));
    expect(check([source])).toMatchObject({
      found: ['minimist'],
      problems: [expect.stringMatching(/neither a package URL nor an @id; is about a product; write NAME=PATH/)],
    });
  });

  test('counts for the version as it is written: another build is another version', () => {
    const of = (version: string, installed: string) =>
      check([file('build.json', openVex([statement({ products: [`pkg:npm/lodash@${version}`] })]))], {
        lodash: installed,
      }).found;
    expect(of('4.17.20%2Ba', '4.17.20+a')).toEqual([]);
    for (const [stated, installed] of [
      ['4.17.20%2Ba', '4.17.20+b'],
      ['4.17.20%2Ba', '4.17.20'],
      ['4.17.20', '4.17.20+b'],
    ] as const)
      expect([stated, installed, of(stated, installed)]).toEqual([stated, installed, ['lodash']]);
  });

  test.each<[string, string, string, boolean]>([
    ['of its release', 'distro=debian-12', 'distro=debian-12.5&arch=amd64', true],
    ['of any release', '', 'distro=debian-12', true],
    ['of its architecture', 'arch=amd64&distro=bookworm', 'arch=amd64&distro=debian-12', true],
    ['of another release', 'distro=debian-11', 'distro=debian-12', false],
    ['of a release, where the inventory names none', 'distro=debian-12', '', false],
    ['of a release that nobody knows', 'distro=sid', 'distro=debian-12', false],
    ['of that release, which nobody knows', 'distro=sid', 'distro=sid', true],
    ['of another architecture', 'arch=arm64', 'arch=amd64', false],
    ['of a repository', 'repository_url=example.com', 'arch=amd64', false],
  ])('of a distribution, %s', (_name, stated, installed, isTaken) => {
    const purl = (qualifiers: string) => `pkg:deb/debian/curl@7.0-1${qualifiers ? `?${qualifiers}` : ''}`;
    const run = new DependencyCheck(AT);
    const components = [{ type: 'library', name: 'curl', purl: purl(installed) }];
    const sbom = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
    run.addInventory(() => ({ ...parseInventory(sbom), name: 'image' }));
    const document = openVex([statement({ vulnerability: 'CVE-1', products: [purl(stated)] })]);
    readVex(file('distro.json', document), run.vex, (text) => run.problem(text));
    const entry = { package: { ecosystem: 'Debian', name: 'curl' }, versions: ['7.0-1'] };
    run.addRecord({ id: 'CVE-1', modified: '2026-01-01T00:00:00Z', affected: [entry] }, 'a test');
    run.conclude();
    expect([run.findings.length, run.excused.length]).toEqual(isTaken ? [0, 1] : [1, 0]);
  });

  test('a package that is installed for two architectures is excused by a statement about both alone', () => {
    const run = new DependencyCheck(AT);
    const components = ['amd64', 'arm64'].map((arch) => ({ purl: `pkg:deb/debian/curl@7.0-1?arch=${arch}` }));
    const sbom = JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
    run.addInventory(() => ({ ...parseInventory(sbom), name: 'image' }));
    const document = openVex([
      statement({ vulnerability: 'CVE-1', products: ['pkg:deb/debian/curl@7.0-1?arch=amd64'] }),
    ]);
    readVex(file('arch.json', document), run.vex, (text) => run.problem(text));
    const entry = { package: { ecosystem: 'Debian', name: 'curl' }, versions: ['7.0-1'] };
    run.addRecord({ id: 'CVE-1', modified: '2026-01-01T00:00:00Z', affected: [entry] }, 'a test');
    expect(run.conclude().findings).toHaveLength(1);
  });

  test('closes no task while another document cannot be read', () => {
    const open = patchFinding(check([]).run.findings.find((each) => each.package === 'lodash')!);
    const good = file('good.json', openVex([statement()]));
    expect(check([good]).run.standingOf(open)).toMatchObject({ outcome: 'stated' });
    for (const bad of [
      '{',
      JSON.stringify(openVex([7 as never])),
      JSON.stringify(openVex([{ ...statement(), vulnerability: {} }])),
    ])
      expect(check([good, file('damaged.json', bad)]).run.standingOf(open)).toEqual({
        outcome: 'unknown',
        reason: 'not all statements (VEX) can be read now, and one may say otherwise',
      });
    // One that takes nothing away for want of a reason says nothing to the contrary.
    const refused = file('refused.json', openVex([statement({ justification: undefined })]));
    expect(check([good, refused]).run.standingOf(open)).toMatchObject({ outcome: 'stated' });
  });

  test('a bad statement costs itself, not its file', () => {
    const source = file('c.json', openVex([{}, statement()]));
    expect(check([source])).toMatchObject({
      found: ['minimist'],
      problems: [expect.stringMatching(/statements\.0: vulnerability: has no name/)],
    });
  });

  test('closes a task with its author and reason; without it the finding is new again', () => {
    const source = file('d.json', openVex([statement()]));
    const policy = loadDependencyPolicy();
    const rows = planTasks([], check([]).run, policy).changed.map((row) => ({ ...row, pending: undefined }));
    const { changed, fresh } = planTasks(rows, check([source]).run, policy);
    expect(fresh).toEqual([]);
    expect(changed).toMatchObject([
      {
        finding: { package: 'lodash' },
        pending: {
          do: 'tell',
          checked: {
            outcome: 'stated',
            reason: expect.stringMatching(/^Dana Weiss states not affected \(d\.json, 2026-10-01.*not_in_execute_path/),
          },
        },
      },
    ]);
    const settled = rows.map((row) => (row.finding.package === 'lodash' ? { ...row, settledAt: AT } : row));
    expect(planTasks(settled, check([]).run, policy).fresh).toMatchObject([
      { finding: { package: 'lodash' }, round: 2 },
    ]);
  });

  test('whatever the document: read or told, and a finding that is gone has its author', () => {
    const texts = [openVex([statement()]), cycloneDx({ state: 'not_affected', detail: 'x' }, [{ ref: 'r' }])].map(
      (each) => JSON.stringify(each),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.nat(12),
        fc.constantFrom('', '"', '{}', 'null', '[]', '1', 'pkg:'),
        (text, at, length, put) => {
          const from = at % text.length;
          const { found, excused, run } = check([
            file('m.json', text.slice(0, from) + put + text.slice(from + length)),
          ]);
          expect(found.length + excused.length).toBe(2);
          for (const each of run.excused)
            expect([each.author.length > 0, each.reason.length > 0]).toEqual([true, true]);
        },
      ),
      { numRuns: inputs(3_000) },
    );
  });
});

describe('exploitation', () => {
  const kev = {
    title: 'CISA Catalog',
    vulnerabilities: [{ cveID: 'CVE-2021-23337', dateAdded: '2026-01-01' }, { cveID: 'x' }],
  };
  const epss =
    '#model_version:v2026.03.16,score_date:2026-11-28T00:00:00+0000\ncve,epss,percentile\nCVE-2021-23337,0.02,0.8\nCVE-2021-44906,0.9,0.99\nCVE-2020-1,2,1\n';
  async function order(sources: string[]) {
    const problems: string[] = [];
    const run = new DependencyCheck(AT);
    run.addInventory(() => ({ ...parseInventory(lock({ lodash: '4.17.20', minimist: '1.2.5' })), name: 'shop' }));
    for (const source of sources)
      await readExploitation(source, run.exploitation, { cacheDir: dir, problem: (text) => problems.push(text) });
    for (const each of [MINIMIST, LODASH]) run.addRecord(each, 'a test');
    run.conclude();
    return {
      problems,
      run,
      shown: run.findings.map((each) => [each.package, each.severity, each.exploited ?? false, each.epss]),
    };
  }

  test('what is exploited is critical and comes first; of one severity the likelier first', async () => {
    expect((await order([])).shown).toEqual([
      ['minimist', 'critical', false, undefined],
      ['lodash', 'high', false, undefined],
    ]);
    const both = await order([file('kev.json', kev), file('epss.csv.gz', gzipSync(epss))]);
    expect(both).toMatchObject({
      problems: [],
      shown: [
        ['lodash', 'critical', true, 0.02],
        ['minimist', 'critical', false, 0.9],
      ],
    });
    // What changes every day does not change a task.
    expect(Object.keys(patchFinding(both.run.findings[0]!))).not.toEqual(expect.arrayContaining(['epss']));
  });

  test.each<[string, string, RegExp]>([
    ['nothing of either', 'a,b\n', /neither KEV \(JSON\) nor EPSS \(CSV\)/],
    ['damaged JSON', '{"vulnerabilities":', /not valid JSON/],
    ['an empty catalogue', '{"vulnerabilities":[]}', /neither KEV/],
  ])('%s is told', async (_name, text, problem) => {
    expect((await order([file('x', text)])).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('while the catalogue cannot be read, a running task is rated no lower', async () => {
    const policy = loadDependencyPolicy();
    const readable = await order([file('kev.json', kev)]);
    const rows = planTasks([], readable.run, policy).changed.map((row) => ({ ...row, pending: undefined }));
    const task = rows.find((row) => row.finding.package === 'lodash')!;
    expect(task.finding.severity).toBe('critical');
    for (const source of [
      path.join(dir, 'none'),
      file('damaged.json', '{"vulnerabilities":'),
      file('e.csv', 'a,b\n'),
    ]) {
      const { run } = await order([source]);
      expect(run.findings.find((each) => each.package === 'lodash')!.severity).toBe('high');
      expect(planTasks(rows, run, policy)).toEqual({ changed: [], fresh: [] });
      expect(run.standingOf(task.finding)).toEqual({ outcome: 'found', finding: task.finding });
    }
    // A catalogue that is read and does not list it lowers the rating; so does one that is not configured any more.
    const other = file('other.json', { vulnerabilities: [{ cveID: 'CVE-2020-1234' }] });
    for (const sources of [[other], []])
      expect(planTasks(rows, (await order(sources)).run, policy).changed).toMatchObject([
        { finding: { package: 'lodash', severity: 'high' } },
      ]);
  });

  test('a catalogue that was cut off is told', async () => {
    const { problems, run } = await order([file('cut.json', { ...kev, count: 3 })]);
    expect(problems).toEqual([expect.stringMatching(/cut\.json: says that it lists 3 vulnerabilities, and lists 2/)]);
    expect(run.findings[0]).toMatchObject({ package: 'lodash', severity: 'critical' });
  });

  test('a file that is not there is told', async () => {
    expect((await order([path.join(dir, 'none')])).problems).toEqual([
      expect.stringMatching(/none: cannot be read \(ENOENT\)/),
    ]);
  });

  test('a score that is none counts for nothing', () => {
    const each = new Exploitation();
    expect(each.take(epss)).toBe(2);
    expect(each.scoreOf(['CVE-2020-1'])).toBeUndefined();
  });
});

test('the page says what of VEX, KEV and EPSS is read', () => {
  const page = readFileSync(path.join(__dirname, '../../../../docs/formats.md'), 'utf8');
  for (const name of ['OpenVEX', 'CycloneDX VEX', 'KEV', 'EPSS']) expect(page).toContain(`| ${name}`);
});
