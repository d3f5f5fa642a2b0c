/**
 * Any JSON through a mapping: each ready one on what its vendor documents, and on thousands of mutated ones: each event is a
 * detection, refused with its reasons, or counted as unknown; never a crash, a 5xx or a lost one.
 */
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { loadSources } from '../../../detection/intake/config';
import { loadMapping, readyMappings } from '../../../detection/intake/mapping/load-mapping';
import { MAPPED_FORMAT, mappedAdapter } from '../../../detection/intake/mapping/mapped-adapter';
import { pathProblem } from '../../../detection/intake/mapping/path';
import { Refusal } from '../../../detection/intake/refusal';
import { createIntake } from '../../../detection/intake/server/create-intake';
import { Health } from '../../../detection/intake/server/health';
import type { Parsed } from '../../../detection/intake/sources/adapter';
import { loadRules } from '../../../detection/rules';
import { DetectionSchema } from '../../../domain/detection/detection';
import { packageRoot } from '../../../platform/package-root';
import { temporaryDir } from '../../setup/helpers';
import { inputs } from '../../setup/inputs';
import { placesIn } from '../../setup/places-in';
import { MAPPED } from './mapped-samples';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const dir = temporaryDir('mapping');
const read = (mapping: string, body: unknown): Parsed =>
  mappedAdapter(loadMapping(mapping)).parse(
    { headers: {}, body: Buffer.from(JSON.stringify(body)) },
    { source: 'field', scope: 'platform', now: NOW },
  );

test.each(MAPPED.map((each, n) => [each.mapping, n, each] as const))('%s, sample %i', (mapping, _n, sample) => {
  const { detections, untaken = [] } = read(mapping, sample.body);
  expect(detections).toMatchObject(sample.expected);
  expect(untaken.map(({ kind }) => kind)).toEqual(sample.unknown ?? []);
  // No account of a person, whether as a name or as an address.
  expect(JSON.stringify(detections)).not.toMatch(/dana/i);
});

test('each ready mapping has a sample and stands in the page', () => {
  expect([...new Set(MAPPED.map(({ mapping }) => mapping))].sort()).toEqual(readyMappings());
  const page = readFileSync(path.join(packageRoot(), 'docs', 'intake.md'), 'utf8');
  for (const name of readyMappings()) expect(page).toContain(`| \`${name}\` |`);
});

test.each(readyMappings().map((name) => [name]))('%s: whatever is sent, nothing is lost and nothing breaks', (name) => {
  const adapter = mappedAdapter(loadMapping(name));
  const bodies = MAPPED.filter(({ mapping }) => mapping === name).map(({ body }) => body);
  const odd = fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e308,
    '',
    ' ',
    '\u0000',
    '\ud800',
    'x'.repeat(5_000),
    [],
    {},
    [[[[]]]],
    ['a', 1],
    'dana@customer.example',
    '9999-99-99T99:99:99Z',
    '__proto__',
  );
  let taken = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies),
      fc.array(fc.tuple(fc.nat(), odd, fc.boolean()), { maxLength: 4 }),
      (body, changes) => {
        const copy = JSON.parse(JSON.stringify({ body })) as Record<string, unknown>;
        const places = placesIn(copy);
        for (const [at, value, drop] of changes) {
          const [parent, key] = places[at % places.length]!;
          if (drop && !Array.isArray(parent)) delete parent[key];
          else parent[key] = value;
        }
        const bytes = Buffer.from(JSON.stringify(copy.body ?? null));
        const parse = () =>
          adapter.parse({ headers: {}, body: bytes }, { source: 'field', scope: 'unknown', now: NOW });
        try {
          const { detections, untaken = [] } = parse();
          // Of a list each item is accounted for.
          const { each } = loadedOf(name);
          const events = each === '$[*]' ? Object.values(copy.body as object).length : undefined;
          if (events !== undefined) expect(detections.length + untaken.length).toBe(events);
          expect(detections.length + untaken.length).toBeGreaterThan(0);
          for (const detection of detections) {
            DetectionSchema.parse(detection);
            expect(detection.format).toBe(MAPPED_FORMAT);
          }
          // The same again is the same event.
          expect(parse().detections.map(({ eventId }) => eventId)).toEqual(detections.map(({ eventId }) => eventId));
          expect(JSON.stringify(detections)).not.toContain('customer.example');
          taken += detections.length;
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          expect(error.status).toBe(422);
          expect(error.errors.length).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: inputs(10_000) },
  );
  expect(taken).toBeGreaterThan(inputs(1_000));
});
const loaded = new Map<string, ReturnType<typeof loadMapping>>();
function loadedOf(name: string) {
  const known = loaded.get(name) ?? loadMapping(name);
  loaded.set(name, known);
  return known;
}

test('a bad event costs itself, and is told with its place', () => {
  const body = { alerts: [{ labels: {} }, (MAPPED[0]!.body as { alerts: unknown[] }).alerts[0]] };
  const { detections, untaken } = read('alertmanager', body);
  expect(detections).toHaveLength(1);
  expect(untaken).toMatchObject([{ kind: 'unnamed', problems: [{ field: '0.type' }, { field: '0.title' }] }]);
  expect(() => read('alertmanager', { alerts: [] })).toThrow(Refusal);
});

describe('a mapping of one’s own', () => {
  const write = (text: string) => {
    const file = path.join(dir, 'own.yaml');
    writeFileSync(file, text);
    return file;
  };
  const own = (path: string) => `about: Ours\nkind: $.kind\ndetection:\n  type: ours.{$.kind}\n  title: "${path}"\n`;

  test('is read; texts, tables, alternatives and lists', () => {
    const file = write(
      `${own("{$.what} at {$['the place']}")}  severity: { of: $.n, atLeast: { '10': sev1, '5': sev3 }, else: sev4 }\n  facts: { all: '$.list[?@.on == true].name', none: $.nothing }\n`,
    );
    const event = {
      kind: 'a b',
      what: 'Smoke',
      'the place': 'rack 7',
      n: '7',
      list: [{ on: true, name: 'x' }, { name: 'y' }, { on: true, name: 'z' }],
    };
    expect(read(file, event).detections).toMatchObject([
      {
        type: 'ours.a-b',
        title: 'Smoke at rack 7',
        severity: 'sev3',
        facts: { all: ['x', 'z'] },
        at: new Date(NOW).toISOString(),
      },
    ]);
  });

  test.each([
    ['$..a', /must not search all levels/],
    ["$.a[?search(@.b, '(a+)+$')]", /must not use match\(\) or search\(\)/],
    ['$.a[?@.b == $.c]', /must not begin at the body again/],
    ['$[*][*][*][*][*]', /more than four wildcards/],
    ['$.a[', /is no JSONPath/],
    [`$.${'a'.repeat(300)}`, /longer than 200/],
  ])('%s is refused', (given, problem) => {
    expect(pathProblem(given)).toMatch(problem);
    expect(() => loadMapping(write(own(given)))).toThrow(problem);
  });

  test('where its events are must be a path: a text would find none in any body', () => {
    for (const each of ['alerts', '{$.alerts}', 'alerts[*]'])
      expect(() => loadMapping(write(`${own('$.a')}each: "${each}"\n`))).toThrow(
        /each: must be a path \(JSONPath, RFC 9535\) that begins with \$, such as \$\.events\[\*\]/,
      );
    expect(() => loadMapping(write(`${own('$.a')}each: "$.a["\n`))).toThrow(/each: \$\.a\[ is no JSONPath/);
    expect(loadMapping(write(`${own('$.a')}each: "$.a[*]"\n`)).each).toBe('$.a[*]');
  });

  test('a body that is made to hurt ends quickly', () => {
    const file = write(own('$.a[*][*][?@.b][*]'));
    const wide = { kind: 'x', a: Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => ({ b: 1 }))) };
    const deep = JSON.parse(`${'{"a":['.repeat(2_000)}1${']}'.repeat(2_000)}`) as unknown;
    const before = process.cpuUsage();
    for (const body of [wide, deep, { kind: 'x', a: deep }]) {
      try {
        read(file, body);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    }
    expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
  });
});

describe('as a source', () => {
  const config = (text: string) => {
    const file = path.join(dir, 'sources.yaml');
    writeFileSync(file, text);
    return () => loadSources(file, { SECRET: 'a-secret-of-the-sender-0001' });
  };
  const secrets = 'secrets: [{ env: SECRET }]';

  test('names a ready mapping or a file; anything else is told with its source', () => {
    expect(config(`sources: { okta: { format: mapping, mapping: okta, ${secrets} } }`)()).toMatchObject([
      { name: 'okta', adapter: { format: 'mapping' } },
    ]);
    expect(config(`sources: { a: { format: mapping, mapping: nobody, ${secrets} } }`)).toThrow(
      /sources\.a\.mapping: nobody: is none of alertmanager, /,
    );
    expect(config(`sources: { a: { format: mapping, ${secrets} } }`)).toThrow(/must name a mapping/);
    expect(config(`sources: { a: { format: github, mapping: okta, ${secrets} } }`)).toThrow(/must name a mapping/);
  });

  test('rules may name the format', () => {
    const file = path.join(dir, 'rules.yaml');
    const text = readFileSync(path.join(packageRoot(), 'policy', 'detection.yaml'), 'utf8');
    writeFileSync(file, text.replace(/format: github/, 'format: mapping'));
    expect(() => loadRules(file)).not.toThrow();
  });

  test('signed as each vendor signs, it is taken; otherwise 401; and nothing gives 5xx', async () => {
    const sources = readyMappings().map((name) => ({
      name,
      adapter: mappedAdapter(loadMapping(name)),
      secrets: [{ value: 'a-secret-of-the-sender-0001' }],
      scope: 'platform' as const,
      perMinute: 1_000_000,
    }));
    const stored: string[] = [];
    const kept: string[] = [];
    const app = await createIntake({
      sources,
      store: async (detections) => void stored.push(...detections.map(({ source, eventId }) => `${source} ${eventId}`)),
      untaken: { keep: async (source, items) => void kept.push(...items.map(({ kind }) => `${source} ${kind}`)) },
      health: new Health({ postgres: async () => undefined, temporal: async () => undefined }),
      now: () => NOW,
    });
    for (const { mapping, body, expected, unknown = [] } of MAPPED) {
      const payload = JSON.stringify(body);
      const hmac = createHmac('sha256', 'a-secret-of-the-sender-0001').update(payload).digest('hex');
      const { signature } = loadMapping(mapping);
      const proof: Record<string, string> =
        signature?.scheme === 'hmac-sha256'
          ? { [signature.header]: hmac }
          : { authorization: 'Bearer a-secret-of-the-sender-0001' };
      const post = (headers: Record<string, string>) =>
        app.inject({
          method: 'POST',
          url: `/intake/${mapping}`,
          headers: { 'content-type': 'application/json', ...headers },
          payload,
        });
      const before = stored.length;
      const answers = await Promise.all(Array.from({ length: 10 }, () => post(proof)));
      for (const { statusCode } of answers) expect(statusCode).toBe(202);
      expect(new Set(stored.slice(before)).size).toBe(expected.length);
      expect(kept.length).toBe(unknown.length * answers.length);
      kept.length = 0;
      expect((await post({})).statusCode).toBe(401);
      expect((await post({ authorization: 'Bearer wrong', 'x-keycloak-signature': '00' })).statusCode).toBe(401);
    }
    await app.close();
  });
});
