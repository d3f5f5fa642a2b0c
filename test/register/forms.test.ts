// The register as a document, as CSV and as HTML, from entries as each reader is shown them.
import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { AUDIENCES, type Audience } from '../../domain/policy/disclosure';
import { findOnPath } from '../../platform/find-on-path';
import { runCommand } from '../../platform/run-command';
import { loadDisclosures } from '../../policy/load-disclosure';
import { MalformedEntryError } from '../../register/errors';
import { documentOf, FORMS, type RegisterDocument } from '../../register/forms';
import { CSV_COLUMNS } from '../../register/forms/csv';
import { groundName, reasonNamed, ruleNamed } from '../../register/forms/named';
import { eventsOfHistories } from '../replay/events';
import { TRUST_CENTER } from '../unit/domain/helpers/pack';
import { aYearOfEvents, logOf, shownTo } from './readers';

const table = loadDisclosures();
const year = aYearOfEvents();
const GROUPS = ['R1', 'R2', 'R3', 'R4', 'R5', 'R6'];
const LOG = {
  origin: 'example.com/register',
  verifierKey: 'example.com/register+0a1b2c3d+AbCd',
  checkpoint: 'example.com/register\n281\nAAAA\n',
  verifyWith: ['node tocsin-verify.js register.jsonl'],
};

function documentFor(
  audience: Audience,
  { events = year, erased, log = true }: { events?: RecordedEvent[]; erased?: Set<string>; log?: boolean } = {},
): RegisterDocument {
  return documentOf({
    ...{ audience, madeAt: '2026-05-01T08:00:00.000Z', scope: 'the whole register', pack: TRUST_CENTER },
    organisation: { name: 'Example Cloud Ltd', contactPoint: 'privacy@example.com' },
    entries: shownTo(audience, logOf(events, table, erased), table),
    erasures: new Map([['INC-2026-002', '2026-04-21T23:00:00.000Z']]),
    ...(log && { log: LOG }),
  });
}

/** An incident whose texts are all this. */
function hostile(text: string): RecordedEvent[] {
  return year
    .filter(({ incidentId }) => incidentId === 'INC-2026-002')
    .map((event) =>
      event.kind === 'declared'
        ? {
            ...event,
            by: text,
            data: {
              ...event.data,
              declaration: { ...(event.data as { declaration: object }).declaration, title: text, source: text },
            },
          }
        : event,
    );
}

describe('the document', () => {
  test.each(AUDIENCES)('for %s holds R1 to R6 of each incident with their citations', (audience) => {
    const { incidents } = documentFor(audience);
    const order = [1, 2, 3, 9, 10, 7, 4, 5, 6, 8];
    expect(incidents.map(({ id }) => id)).toEqual(order.map((n) => `INC-2026-${String(n).padStart(3, '0')}`));
    for (const { groups } of incidents) {
      expect(groups.map(({ id }) => id)).toEqual(GROUPS);
      const cited = JSON.stringify(groups);
      for (const article of ['33(3)(a)', '33(3)(b)', '33(3)(c)', '33(3)(d)', '33(5)']) expect(cited).toContain(article);
    }
  });

  test('duties are told by their names; an id stands behind, in brackets', () => {
    const { incidents } = documentFor('authority');
    const ids = TRUST_CENTER.obligations.map(({ id }) => id);
    const named = (text: string) => text.replaceAll(/\[[^\]]*\]|\([^()]*\)/g, '');
    const told = incidents.flatMap(({ entries }) => entries.map(({ account }) => account));
    expect(told.some((text) => /^[A-Z][^[]*: due .* \[[a-z0-9-]+(:[a-z0-9-]+)?\]$/.test(text))).toBe(true);
    for (const text of told) {
      expect(text).not.toMatch(/^([^:]+): \1:/);
      expect(ids.filter((id) => named(text).startsWith(`${id}:`))).toEqual([]);
    }
    const cells = incidents.flatMap(({ groups }) =>
      groups.flatMap(({ tables }) => tables.flatMap(({ rows }) => rows.flat().map((cell) => JSON.stringify(cell)))),
    );
    for (const word of ['"drafted"', '"proposed-not-owed"', '"filing"', '"the rule '])
      expect(cells.join()).not.toContain(word);
  });

  test('a reason that a rule gave names duties and grounds, whose ids stand behind; the law stands before the rule', () => {
    const pack = {
      obligations: [
        { id: 'gdpr-art34-individuals', title: 'Notice to affected individuals', citation: 'GDPR Art. 34(1)' },
      ],
      grounds: [{ id: 'gdpr-34-3-c', title: 'Disproportionate effort', citation: 'GDPR Art. 34(3)(c)' }],
    } as never;
    expect(reasonNamed('gdpr-art34-individuals was not waived on the ground gdpr-34-3-c; well-known', pack)).toBe(
      '“Notice to affected individuals” (gdpr-art34-individuals) was not waived on the ground GDPR Art. 34(3)(c) (gdpr-34-3-c); well-known',
    );
    expect(groundName('gdpr-34-3-c', pack)).toBe('GDPR Art. 34(3)(c): Disproportionate effort (gdpr-34-3-c)');
    expect(ruleNamed('ada', 'gdpr-art34-individuals', pack)).toBe(
      'Tocsin, under GDPR Art. 34(1) (rule gdpr-art34-individuals), on what ada stated',
    );
  });

  test('not yet established, withheld and erased are told apart, with the day of the erasure', () => {
    const title = (document: RegisterDocument, n: number) => document.incidents[n]!.title;
    const consequences = (document: RegisterDocument, n: number) => document.incidents[n]!.groups[3]!.facts[0]!.value;
    const systems = (document: RegisterDocument) => document.incidents[0]!.groups[1]!.facts[3]!.value;
    const erased = new Set(['INC-2026-001', 'INC-2026-002']);
    expect(systems(documentFor('authority'))).toEqual({ is: 'known', text: 'api, ci-runner-7, build-host-3' });
    expect(systems(documentFor('customer'))).toEqual({ is: 'withheld' });
    expect(consequences(documentFor('customer'), 1)).toEqual({ is: 'unknown' });
    const after = documentFor('internal', { erased });
    // It is told only of the second one when it was erased.
    expect([title(after, 0), title(after, 1)]).toEqual([{ is: 'erased' }, { is: 'erased', on: '2026-04-21' }]);
  });

  test('an authority is shown cases and the register’s own entries; a customer no case', () => {
    const authority = documentFor('authority');
    expect(authority.cases.map(({ what, status }) => [what, status]).sort()).toEqual(
      [
        ['Detection in triage', 'declared'],
        ['Detection in triage', 'dismissed'],
        ['Detection in triage', 'merged'],
        ['Patch task', 'fixed'],
        ['Vulnerability report', 'closed'],
        ['Vulnerability report', 'declined'],
      ].sort(),
    );
    expect(authority.own.map(({ kind }) => kind)).toContain('register-exported');
    const customer = documentFor('customer');
    expect(customer.cases).toEqual([]);
    expect(customer.own.map(({ kind }) => kind)).not.toContain('register-exported');
  });

  test.each(AUDIENCES)('for %s every entry is shown once or counted among those left out', (audience) => {
    const { incidents, cases, own, leftOut } = documentFor(audience);
    const shown = [...incidents, ...cases].flatMap(({ entries }) => entries).concat(own);
    const out = leftOut.positions.split(', ').flatMap((range) => {
      const [from, to = from] = range.split('–').map(Number);
      return range === '' ? [] : Array.from({ length: to! - from! + 1 }, (_, i) => from! + i);
    });
    expect([...shown.map(({ position }) => position), ...out].sort((a, b) => a - b)).toEqual(year.map((_, i) => i + 1));
    expect(leftOut.entries).toBe(out.length);
    expect(audience === 'customer' ? leftOut.entries > 0 : leftOut.entries === 0).toBe(true);
  });

  test.each(AUDIENCES)('for %s every recorded history gives one, and a form of each kind', async (audience) => {
    const recorded = eventsOfHistories();
    const begun = new Set(recorded.filter(({ seq }) => seq === 1).map(({ incidentId }) => incidentId));
    const events = recorded.filter(({ incidentId }) => begun.has(incidentId));
    const document = documentFor(audience, { events });
    const declared = recorded.filter(({ kind, seq }) => kind === 'declared' && seq === 1);
    expect(document.incidents.map(({ id }) => id).sort()).toEqual(declared.map(({ incidentId }) => incidentId).sort());
    expect(declared.length).toBeGreaterThan(2);
    for (const form of Object.values(FORMS)) expect((await form(document)).length).toBeGreaterThan(10_000);
  });

  test('a part of an incident without its declaration is an error, not half a record', () => {
    const events = year.filter(({ incidentId }) => incidentId === 'INC-2026-001').slice(1);
    expect(() => documentFor('authority', { events })).toThrow(MalformedEntryError);
  });
});

describe('CSV', () => {
  const rowsOf = (bytes: Buffer) => parse(bytes, { bom: true, columns: true }) as Record<string, string>[];

  test('a parser that nobody here wrote reads it: all rows with all columns, R1 to R6 first', async () => {
    const bytes = await FORMS.csv(documentFor('authority'));
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    expect(bytes.toString().endsWith('\r\n')).toBe(true);
    const rows = rowsOf(bytes);
    expect(Object.keys(rows[0]!)).toEqual([...CSV_COLUMNS]);
    const first = rows.slice(
      0,
      rows.findIndex(({ part }) => part !== 'record'),
    );
    const groups = (incident: string) => [
      ...new Set(first.filter((row) => row.incident === incident && row.group).map(({ group }) => group)),
    ];
    expect(groups('INC-2026-001')).toEqual(GROUPS);
    expect(groups('INC-2026-002')).toEqual(GROUPS);
    const entries = rows.filter(({ part }) => /entry$/.test(part!));
    expect(entries.map(({ position }) => Number(position)).sort((a, b) => a - b)).toEqual(year.map((_, i) => i + 1));
    for (const { hash } of entries) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test('the values are those of the document, line feeds and quotes included', async () => {
    const title = 'A "quoted", title\nover two lines; ümlaut, Ελληνικά, Кириллица';
    const rows = rowsOf(await FORMS.csv(documentFor('authority', { events: hostile(title) })));
    expect(rows.find(({ part, item }) => part === 'record' && item === 'Title')).toMatchObject({
      value: title,
      state: 'known',
    });
  });

  const FORMULAS = [
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    ' =1',
    '\u200b=1',
    '＝1',
    '\u0001x',
    "=cmd|' /C calc'!A0",
    '"=1"\t',
  ];
  test.each(FORMULAS)('no cell is taken for a formula: %j', async (text) => {
    const rows = rowsOf(await FORMS.csv(documentFor('internal', { events: hostile(text) })));
    const title = rows.find(({ item }) => item === 'Title')!.value!;
    expect(title).not.toMatch(/^[\s\p{Cf}]*[=+\-@＝＋－＠]|^\p{Cc}/u);
  });

  test('for any text: no formula, no control character, as many rows and columns as before', async () => {
    const plain = rowsOf(await FORMS.csv(documentFor('internal', { events: hostile('x') }))).length;
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), async (text) => {
        fc.pre(!/\p{Surrogate}/u.test(text) && text.trim() !== '');
        const rows = rowsOf(await FORMS.csv(documentFor('internal', { events: hostile(text) })));
        expect(rows.length).toBe(plain);
        const cells = rows.flatMap((row) => Object.values(row));
        expect(cells.filter((cell) => /^[\s\p{Cf}]*[=+\-@＝＋－＠]|[^\P{Cc}\n]|\p{Cf}/u.test(cell))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  const python = findOnPath('python3');
  (python ? test : test.skip)('Python’s reader finds the same cells', async () => {
    const bytes = await FORMS.csv(documentFor('authority', { events: hostile('A "b", c\nd') }));
    const script =
      'import csv,io,json,sys; sys.stdout.write(json.dumps(list(csv.DictReader(io.StringIO(bytes.fromhex(sys.argv[1]).decode("utf-8-sig"), newline="")))))';
    const answer = await runCommand(python!, ['-c', script, bytes.toString('hex')], { timeoutMs: 30_000 });
    expect(JSON.parse(answer)).toEqual(rowsOf(bytes));
  });
});

describe('HTML', () => {
  const BEFORE = /^<!doctype html>\n<html lang="en">/;

  test.each(AUDIENCES)('for %s is one file that loads nothing, with a policy that forbids it', async (audience) => {
    const html = (await FORMS.html(documentFor(audience))).toString();
    expect(html).toMatch(BEFORE);
    const style = /<style>([\s\S]*)<\/style>/.exec(html)![1]!;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(
      `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
    );
    expect(style).not.toMatch(/url\(|@import|expression/);
    expect(
      tagsOf(html).filter(([name]) => ['script', 'img', 'link', 'iframe', 'object', 'form', 'svg'].includes(name!)),
    ).toEqual([]);
    const addresses = [...html.matchAll(/\s(?:href|src|action|data|style|on\w+)="([^"]*)"/g)].map(
      ([, value]) => value!,
    );
    expect(addresses.length).toBeGreaterThan(0);
    for (const address of addresses) expect(address).toMatch(/^#[a-z0-9-]+$/);
    for (const address of addresses) expect(html).toContain(`id="${address.slice(1)}"`);
  });

  test('R1 to R6 stand before the entries, headings are in order, and how to verify it is said at the end', async () => {
    const html = (await FORMS.html(documentFor('authority'))).toString();
    const incident = html.slice(html.indexOf('id="incident-1"'), html.indexOf('id="incident-2"'));
    const places = [...GROUPS.map((group) => incident.indexOf(`<h3>${group} `)), incident.indexOf('<caption>Entries')];
    expect(places).not.toContain(-1);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, i) => {
      if (i > 0) expect(level - levels[i - 1]!).toBeLessThanOrEqual(1);
    });
    const end = html.slice(html.indexOf('id="verify"'));
    for (const told of [LOG.verifierKey, 'example.com/register\n281', LOG.verifyWith[0]!]) expect(end).toContain(told);
    expect(html.indexOf('id="verify"')).toBeGreaterThan(html.indexOf('id="register"'));
  });

  test('it prints: a page for each incident, heads of tables repeated, black on white', async () => {
    const html = (await FORMS.html(documentFor('authority'))).toString();
    const print = html.slice(html.indexOf('@media print'), html.indexOf('</style>'));
    for (const rule of ['section { break-before: page', 'thead { display: table-header-group', '--paper: #fff'])
      expect(print).toContain(rule);
    expect(html).toContain('prefers-color-scheme: dark');
  });

  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '<a href="javascript:alert(1)">x</a>',
    '</bdi></td></table></style><style>*{display:none}</style>',
    '<!-- x --> ]]> &lt;b&gt; &#60;',
  ];
  test.each(HOSTILE)('hostile text is text: %s', async (text) => {
    const tags = (html: Buffer) => tagsOf(html.toString());
    const [given, plain] = [hostile(text), hostile('plain')].map((events) => documentFor('internal', { events }));
    const html = await FORMS.html(given!);
    const harmless = await FORMS.html(plain!);
    expect(tags(html)).toEqual(tags(harmless));
    // Half a tag is one too.
    for (const sign of ['<', '>', '"', "'"]) {
      expect([sign, html.toString().split(sign).length]).toEqual([sign, harmless.toString().split(sign).length]);
    }
    expect(html.toString()).not.toContain(text);
  });

  test('what cannot be seen is shown by its code', async () => {
    const html = (
      await FORMS.html(documentFor('internal', { events: hostile('a\u202etxt.exe\u2066\u200b\u0007') }))
    ).toString();
    expect(html).toContain('a&lt;U+202E&gt;txt.exe&lt;U+2066&gt;&lt;U+200B&gt;&lt;U+0007&gt;');
    expect(html).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
  });

  test('an exercise is marked, and without a published log it is said what to ask for', async () => {
    const events = hostile('x').map((event) => ({ ...event, exercise: true }));
    const html = (await FORMS.html(documentFor('authority', { events, log: false }))).toString();
    expect(html).toContain('EXERCISE');
    expect(html).toContain('ask the organisation for its checkpoint and verifier key');
  });
});

/** Name and attributes of every tag, in order. */
function tagsOf(html: string): [name: string, attributes: string][] {
  return [...html.matchAll(/<([a-z][a-z0-9]*)((?:\s[^<>]*)?)>/gi)].map(([, name, attributes]) => [name!, attributes!]);
}

test('the same document gives the same bytes in every form', async () => {
  const document = documentFor('authority');
  for (const form of Object.values(FORMS)) expect((await form(document)).equals(await form(document))).toBe(true);
});
