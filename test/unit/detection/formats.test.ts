/** The lines of docs/formats.md: what each reader takes, refuses and leaves out. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { readLog } from '../../../detection/audit/sources';
import { verifyAuditLog } from '../../../detection/audit/verify';
import { readAdvisories } from '../../../detection/dependencies/advisories';
import { DependencyCheck } from '../../../detection/dependencies/check';
import { parseInventory } from '../../../detection/dependencies/inventory';
import { cvssScore } from '../../../detection/dependencies/severity';
import { readyMappings } from '../../../detection/intake/mapping/load-mapping';
import { MAPPED_FORMAT } from '../../../detection/intake/mapping/mapped-adapter';
import { Refusal } from '../../../detection/intake/refusal';
import { ADAPTERS, adapterOf, INTAKE_FORMATS } from '../../../detection/intake/sources';
import { asIndicators } from '../../../detection/intake/sources/reading';
import { InstantSchema } from '../../../domain/kernel/time';
import { AUTH_ACTIONS } from '../../../domain/sessions/auth-event';
import { packageRoot } from '../../../platform/package-root';
import { canonicalText } from '../../../register/canonical';
import { aLog, bytesOf } from '../../detection/audit/helpers';
import { resendEvent } from '../../detection/intake/samples';
import { temporaryDir } from '../../setup/helpers';
import { lock, record } from './dependencies/records';

/** Where the row of each file that reads a format stands. */
const READERS: Record<string, [section: string, row: string]> = {
  'package-lock.ts': ['What is installed', 'npm `package-lock.json`'],
  'pnpm-lock.ts': ['What is installed', 'pnpm `pnpm-lock.yaml`'],
  'yarn-lock.ts': ['What is installed', 'Yarn `yarn.lock`'],
  'bun-lock.ts': ['What is installed', 'Bun `bun.lock`'],
  'cyclonedx.ts': ['What is installed', 'CycloneDX, JSON'],
  'spdx.ts': ['What is installed', 'SPDX, JSON'],
  'openvex.ts': ['What is known to be vulnerable', 'OpenVEX, JSON'],
  'cyclonedx-vex.ts': ['What is known to be vulnerable', 'CycloneDX VEX, JSON'],
};

const page = readFileSync(path.join(packageRoot(), 'docs', 'formats.md'), 'utf8');

test('each reader of lock files, SBOMs and VEX stands in the page', () => {
  const section = (title: string) => page.split('\n## ').find((part) => part.startsWith(title))!;
  const folder = path.join(packageRoot(), 'detection', 'dependencies');
  const readers = readdirSync(folder).filter((file) => /-lock\.ts$|^(cyclonedx|spdx|openvex|.*-vex)\.ts$/.test(file));
  expect(readers.sort()).toEqual(Object.keys(READERS).sort());
  for (const [title, row] of Object.values(READERS)) expect(section(title)).toContain(`\n| ${row}`);
});

describe('what is installed', () => {
  const cyclonedx = (over: object = {}) =>
    JSON.stringify({
      bomFormat: 'CycloneDX',
      specVersion: '1.6',
      components: [{ type: 'library', name: 'a', purl: 'pkg:npm/a@1.0.0' }],
      ...over,
    });
  const components = (text: string) => parseInventory(text).components.map(({ name, version }) => `${name}@${version}`);

  test.each([
    ['npm 1', JSON.stringify({ lockfileVersion: 1, dependencies: { a: { version: '1.0.0' } } })],
    ['npm 2', lock({ a: '1.0.0' }).replace('"lockfileVersion":3', '"lockfileVersion":2')],
    ['npm 3', lock({ a: '1.0.0' })],
    ...['1.4', '1.5', '1.6', '1.7'].map((specVersion) => [`CycloneDX ${specVersion}`, cyclonedx({ specVersion })]),
    ...['2.2', '2.3'].map((version) => [
      `SPDX ${version}`,
      JSON.stringify({
        spdxVersion: `SPDX-${version}`,
        packages: [{ name: 'a', externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:npm/a@1.0.0' }] }],
      }),
    ]),
    ['pnpm 6', "lockfileVersion: '6.0'\npackages:\n  /a@1.0.0:\n    dev: false\n"],
    ['pnpm 9', "lockfileVersion: '9.0'\npackages:\n  a@1.0.0:\n    engines: {}\n"],
    ['Yarn 1', '# yarn lockfile v1\n\na@^1.0.0:\n  version "1.0.0"\n'],
    ...[4, 8].map((version) => [
      `Yarn, ${version}`,
      `__metadata:\n  version: ${version}\n\n"a@npm:^1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n`,
    ]),
    ...[0, 1, 2].map((version) => [
      `Bun ${version}`,
      `{"lockfileVersion":${version},"workspaces":{"":{}},"packages":{"a":["a@1.0.0","",{},"sha512-"],},}`,
    ]),
  ])('%s is read', (_what, text) => expect(components(text!)).toEqual(['a@1.0.0']));

  test.each([
    ['npm 4', lock({}).replace('"lockfileVersion":3', '"lockfileVersion":4'), /versions 1, 2 and 3 can be read/],
    ['npm 3 without packages', '{"lockfileVersion":3}', /packages: is missing/],
    ['CycloneDX 1.3', cyclonedx({ specVersion: '1.3' }), /1\.4, 1\.5, 1\.6, 1\.7 can be read/],
    ['CycloneDX in XML', '<bom/>', /it is XML/],
    ['SPDX 3', '{"spdxVersion":"SPDX-3.0","packages":[]}', /SPDX-2\.2 and SPDX-2\.3 can be read/],
    ['SPDX as tags', 'SPDXVersion: SPDX-2.3\n', /tags and values/],
    ['Yarn 5', '__metadata:\n  version: 9\n', /4 to 8 can be read/],
    ['pnpm 5', 'lockfileVersion: 5.4\n', /versions 6 and 9 can be read/],
    ['Bun 3', '{"lockfileVersion":3,"workspaces":{}}', /0, 1 and 2 can be read/],
    ['Bun, binary', '#!/usr/bin/env bun\nbun-lockfile-format-v0\n', /binary/],
  ])('%s is refused', (_what, text, problem) => expect(() => parseInventory(text)).toThrow(problem));

  test('what is left out of an SBOM is counted with its names; one with nothing is a problem', () => {
    const nameless = cyclonedx({ components: [{ type: 'library', name: 'odd' }] });
    expect(parseInventory(nameless).problems.join()).toMatch(/lists no package.*1 component .*: odd/);
  });
});

describe('what is known to be vulnerable', () => {
  const dir = temporaryDir('formats');
  async function read(name: string, content: string | Buffer) {
    const file = path.join(dir, name);
    writeFileSync(file, content);
    const check = new DependencyCheck('2026-11-29T00:00:00.000Z');
    check.addInventory(() => ({ ...parseInventory(lock({ a: '1.0.0' })), name: 'shop' }));
    await readAdvisories(file, {
      cacheDir: dir,
      take: (each, where) => check.addRecord(each, where),
      problem: (text) => check.problem(text),
    });
    const { findings, undecided } = check.conclude();
    return { findings: findings.length, undecided: undecided.length, problems: check.summary().problems };
  }
  const one = {
    ...record('GHSA-aaaa-bbbb-cccc', 'a', [{ introduced: '0' }]),
    schema_version: '1.9.0',
    later: { x: 1 },
  };
  const found = { findings: 1, undecided: 0, problems: [] };

  test('a record, a list, an answer of the API, lines; fields of later versions are passed over', async () => {
    expect(await read('one.json', JSON.stringify(one, undefined, 2))).toEqual(found);
    expect(await read('list.json', JSON.stringify([one]))).toEqual(found);
    expect(await read('api.json', JSON.stringify({ vulns: [one] }))).toEqual(found);
    expect(await read('lines.jsonl', `${JSON.stringify(one)}\n`)).toEqual(found);
  });

  test.each<[string, object, RegExp]>([
    ['no id', { ...one, id: undefined }, /no "id"/],
    ['no modified', { ...one, modified: undefined }, /is not a valid OSV record: modified/],
    ['a modified that is none', { ...one, modified: 'yesterday' }, /is not a valid OSV record: modified/],
  ])('%s is a problem', async (_what, each, problem) => {
    expect((await read('bad.json', JSON.stringify(each))).problems).toEqual([expect.stringMatching(problem)]);
  });

  test('a line that is no JSON is told with its number; ranges of commits and of other orders are undecided', async () => {
    const { problems } = await read('bad.jsonl', `${JSON.stringify(one)}\n{\n`);
    expect(problems).toEqual(['bad.jsonl:2: is not valid JSON']);
    const range = (type: string) => ({
      ...one,
      affected: [{ ...one.affected[0], ranges: [{ type, events: [{ introduced: '0' }] }] }],
    });
    expect(await read('git.json', JSON.stringify(range('GIT')))).toMatchObject({ findings: 0, undecided: 1 });
    expect(await read('ecosystem.json', JSON.stringify(range('ECOSYSTEM')))).toMatchObject({
      findings: 1,
      undecided: 0,
    });
  });

  test('CVSS 3.0, 3.1 and 4.0 rate; others do not', () => {
    for (const version of ['3.0', '3.1'])
      expect(cvssScore(`CVSS:${version}/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H`)).toBe(9.8);
    expect(cvssScore('CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N')).toBe(9.3);
    expect(cvssScore('AV:N/AC:L/Au:N/C:C/I:C/A:C')).toBeUndefined();
  });
});

describe('audit logs', () => {
  const log = aLog(3);
  const file = path.join(temporaryDir('formats-audit'), 'a.gz');

  test('packed or plain; what is no log, or damaged gzip, is unreadable', async () => {
    writeFileSync(file, gzipSync(bytesOf(log)));
    expect(await verifyAuditLog(readLog(file))).toMatchObject({ ok: true, entries: 3 });
    writeFileSync(file, gzipSync(bytesOf(log)).subarray(0, 60));
    await expect(verifyAuditLog(readLog(file))).rejects.toThrow(/gzip data/);
    await expect(verifyAuditLog([Buffer.from('a text\n')])).rejects.toThrow(/not an audit log/);
    await expect(verifyAuditLog([Buffer.from('{"a":1}\n')])).rejects.toThrow(/not an audit log/);
  });

  test('of another form of hashing, or numbered from 0, it is another format, and not damaged', async () => {
    const rules = (of: (entry: object) => string, first = 1) => {
      let prev = '0'.repeat(64);
      return bytesOf(
        [0, 1, 2].map((n) => {
          const entry = { seq: n + first, at: '2026-04-01T02:00:00Z', actor: 'a', action: 'b', data: { n }, prev };
          prev = createHash('sha256').update(of(entry)).digest('hex');
          return JSON.stringify({ ...entry, hash: prev });
        }),
      );
    };
    // Python's json.dumps(entry, sort_keys=True) has spaces.
    const sorted = rules((entry) => canonicalText(entry).replaceAll('":', '": ').replaceAll(',"', ', "'));
    await expect(verifyAuditLog([sorted])).rejects.toThrow(/in another format: .*the hash of none/);
    for (const lines of [rules(canonicalText, 0), bytesOf([rules(canonicalText, 0).toString().split('\n')[0]!])])
      await expect(verifyAuditLog([lines])).rejects.toThrow(/in another format: .*numbered from 0/);
    expect(await verifyAuditLog([rules(canonicalText)])).toMatchObject({ ok: true, entries: 3 });
  });

  test('what was changed in a log is damage: one entry, its number, all but one, or the only one', async () => {
    const other = (line: string) => line.replace(/"hash":"./, '"hash":"g');
    for (const changed of [
      log.map((line, n) => (n === 0 ? other(line) : line)),
      log.map((line, n) => (n < 2 ? other(line) : line)),
      log.map((line, n) => (n === 0 ? line.replace(/"seq":1/, '"seq":0') : line)),
      [other(log[0]!)],
    ])
      expect(await verifyAuditLog([bytesOf(changed)])).toMatchObject({ ok: false, entries: 0 });
    // One that Tocsin wrote is no other format, also where every entry was changed; nor is one in its own database.
    const edited = log.map((line) => line.replace(/"actor":"[^"]*"/, '"actor":"nobody"'));
    const other0 = (line: string) => line.replace(/"seq":(\d)/, (_, n) => `"seq":${n - 1}`);
    for (const changed of [log.map(other), edited, edited.slice(1), edited.map(other0)])
      expect(await verifyAuditLog([bytesOf(changed)])).toMatchObject({ ok: false, entries: 0 });
    const short = ['{"hash":"H","prev":"0","seq":1}', '{"hash":"H","prev":"H","seq":2}'].map((line) =>
      line.replaceAll('H', 'a'.repeat(64)).replace('"0"', `"${'0'.repeat(64)}"`),
    );
    expect(await verifyAuditLog([bytesOf(short)], { canonical: true })).toMatchObject({ ok: false, entries: 0 });
    // One that is known is what it was: whatever does not hold is damage.
    const whole = await verifyAuditLog([bytesOf(log)]);
    const head = { seq: 3, hash: whole.ok ? whole.head.hash : '' };
    expect(await verifyAuditLog([bytesOf(log.map(other))], { head })).toMatchObject({ ok: false });
  });
});

describe('what sources send', () => {
  const context = { source: 'field', scope: 'platform', now: Date.parse('2026-11-28T12:00:00Z') } as const;
  function parse(format: string, body: unknown, headers: Record<string, string> = {}) {
    const request = {
      headers: { 'content-type': 'application/json', ...headers },
      body: Buffer.from(JSON.stringify(body)),
    };
    return adapterOf(format)!.parse(request, context);
  }
  const problems = (...given: Parameters<typeof parse>) => {
    try {
      return parse(...given).untaken?.flatMap((each) => each.problems) ?? [];
    } catch (error) {
      if (error instanceof Refusal) return error.errors;
      throw error;
    }
  };
  const without = (whole: Record<string, unknown>, field: string) => ({ ...whole, [field]: undefined });

  const structured = { 'content-type': 'application/cloudevents+json' };
  const WHOLE: Record<string, [Record<string, unknown>, Record<string, string>, string[]]> = {
    'standard-webhooks': [
      { type: 'a.b', title: 'A' },
      { 'webhook-id': 'm', 'webhook-timestamp': '1796000000' },
      ['type', 'title'],
    ],
    cloudevents: [
      { specversion: '1.0', id: '1', source: '/a', type: 'a.b' },
      structured,
      ['specversion', 'id', 'source', 'type'],
    ],
    ftagent: [
      { id: '1', host: 'h', scope: 'platform', kind: 'scan', at: '2026-11-28T11:00:00Z' },
      {},
      ['id', 'host', 'scope', 'kind', 'at'],
    ],
    github: [{ action: 'created', alert: {} }, { 'x-github-event': 'secret_scanning_alert' }, ['action', 'alert']],
    osv: [{ id: 'GHSA-aaaa-bbbb-cccc', modified: '2026-01-01T00:00:00Z' }, {}, ['id', 'modified']],
    authentication: [
      { eventId: 'e', at: '2026-11-28T11:00:00Z', actor: 'a', action: AUTH_ACTIONS[0] },
      {},
      ['eventId', 'at', 'actor', 'action'],
    ],
    resend: [
      resendEvent('email.delivered', 'm-1') as Record<string, unknown>,
      { 'svix-id': 'msg_1', 'svix-timestamp': '1796000000' },
      ['type', 'data'],
    ],
    cloudflare: [{ name: 'n', ts: 'yesterday' }, {}, ['name']],
  };

  test('each format stands in the page, and is tried here', () => {
    expect(Object.keys(WHOLE).sort()).toEqual(ADAPTERS.map(({ format }) => format).sort());
    for (const format of [...INTAKE_FORMATS, MAPPED_FORMAT, ...readyMappings()])
      expect(page).toContain(`\n| \`${format}\` |`);
  });

  test.each(Object.entries(WHOLE).flatMap(([format, [, , needed]]) => needed.map((field) => [format, field] as const)))(
    '%s: without %s it is refused, with it taken',
    (format, field) => {
      const [whole, headers] = WHOLE[format]!;
      expect(problems(format, whole, headers)).toEqual([]);
      const told = problems(format, without(whole, field), headers).map((each) => each.field.split('.').at(-1));
      expect(told).toEqual([format === 'cloudflare' ? 'alert_type' : field]);
    },
  );

  test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'a mail event of the type %s is an unknown one',
    (type) => {
      const [event, headers] = WHOLE.resend!;
      expect(parse('resend', { ...event, type }, headers)).toMatchObject({ detections: [], untaken: [{ kind: type }] });
    },
  );

  test('another version of CloudEvents is refused', () => {
    const [event, headers] = WHOLE.cloudevents!;
    expect(problems('cloudevents', { ...event, specversion: '0.3' }, headers)).toMatchObject([
      { field: 'specversion' },
    ]);
  });
});

test('values: sources of attacks and times', () => {
  expect(
    asIndicators(['203.0.113.9:443', '198.51.100.0/24', 'asn:64500', 'country:el', 'country:EU', 'a.example']),
  ).toEqual(['203.0.113.9', '198.51.100.0/24', 'asn:64500', 'country:GR']);
  expect(InstantSchema.safeParse('2026-04-01T00:00:00').success).toBe(false);
  expect(InstantSchema.safeParse('2026-04-01T00:00:00+02:00').success).toBe(true);
});
