/** The proof of a notice: it holds without a database, shows no recipient, and is refused once anything in it is altered. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { appendEntries } from '../../register/append/appender';
import { canonicalText } from '../../register/canonical';
import { ExportVerifier } from '../../register/verifier/export-verifier';
import { idsHash, MOST_IDS, type NoticeStatement, statementFault } from '../../register/verifier/notice';
import { reportLines } from '../../register/verifier/report';
import { verifyExport } from '../../register/verifier/verify-export';
import { inputs } from '../setup/inputs';
import { placesIn } from '../setup/places-in';
import { anExportedRegister, disclosures } from './exports.helpers';
import { anEvent } from './helpers';

const ID = 'INC-a';
const NOTICE = 'enterprise-notice';
const text = canonicalText({ subject: 'Security incident', html: '<p>Clé volée</p>', text: 'Clé volée' });
const sha256 = createHash('sha256').update(text).digest('hex');
const versions = { count: 2, sha256: 'b'.repeat(64) };
const rendering = { own: versions, language: 'en', sha256, template: 'notice', templateSha256: 'a'.repeat(64) };
const evidence = {
  channel: 'email',
  recipients: 3,
  sent: 3,
  failed: 0,
  firstSentAt: '2026-04-01T04:00:00.000Z',
  lastSentAt: '2026-04-01T04:00:07.000Z',
  renderings: [rendering],
};
const own = { obligation: NOTICE, round: 1 };
const EVENTS: Array<[kind: string, data: object]> = [
  ['notice-approved', { ...own, draft: 'f1' }],
  ['dispatch-started', { ...own, trigger: 'approved', covers: { workspaces: ['ws-delta', 'ws-echo'] } }],
  [
    'delivery-counted',
    {
      ...own,
      evidence: { ...evidence, note: 'ask dana' },
      counted: { of: 'workspaces', reached: ['ws-delta', 'ws-echo'], unreached: [], numbers: { told: 2, untold: 0 } },
      audience: { of: 'workspaces', ids: ['ws-delta', 'ws-echo'] },
    },
  ],
  [
    'obligation-fulfilled',
    { ...own, at: '2026-04-01T04:00:07.000Z', lateByMs: 0, evidence: { ...evidence, told: 2, of: 2 } },
  ],
  ['delivery-counted', { obligation: 'gdpr-art34', round: 1, evidence: { channel: 'email', sent: 9 } }],
  ['mails-came-back', own],
  ['delivery-recounted', { ...own, asOf: 9, workspaces: ['ws-echo'], cameBack: 1 }],
  ['told-outside', { ...own, at: '2026-04-02T04:00:00.000Z', channel: 'phone', workspaces: ['ws-echo'], note: 'dana' }],
];
const ids = ['0a1b', '49a3999c'];
const statement: NoticeStatement = {
  obligation: NOTICE,
  texts: [{ sha256, text }],
  ledger: { states: { delivered: 2, bounced: 1 }, messageIds: { count: 2, sha256: idsHash(ids), ids } },
};

let register: Awaited<ReturnType<typeof anExportedRegister>>;
let proof: Buffer;
const proved = async (notice: NoticeStatement = statement) =>
  (await register.exported({ kind: 'incident', incidentId: ID }, { audience: 'authority', notice })).bytes;
const verify = async (bytes: Buffer, trust: object = register.trust) => verifyExport(stream(bytes), trust);

beforeAll(async () => {
  register = await anExportedRegister();
  const events = EVENTS.map(([kind, data], n) => anEvent(ID, 4 + n, { kind, data: data as never, by: 'ada' }));
  await appendEntries(register.pool, events, disclosures.isPersonal.bind(disclosures));
  proof = await proved();
});

test('it holds offline, and says what was told, to how many, when, and what came back', async () => {
  const result = await verify(proof);
  expect(result).toMatchObject({ ok: true, complete: true, notice: { obligation: NOTICE } });
  const told = reportLines(result).join(' ').replace(/\s+/g, ' ');
  for (const said of [
    `this file holds the text in "en" that went out (SHA-256 ${sha256}): "Security incident"`,
    'the mail provider had accepted 3 of 3 mails, the first at 2026-04-01T04:00:00.000Z, the last at 2026-04-01T04:00:07.000Z; 0 failed; counted by workspaces: 2 told, 0 not',
    `of the text in "en" 2 versions had numbers of single workspaces: the hash of their list is ${'b'.repeat(64)}`,
    'counts as fulfilled at 2026-04-01T04:00:07.000Z, on time; 2 of 2 told',
    'mails to 1 recipient had come back by then',
    'some were told by phone at 2026-04-02T04:00:00.000Z',
    'commits to audience/ids: ',
    'as recorded in the register when this file was made: 1 bounced, 2 delivered; 2 message ids of the mail provider',
    'a commitment to an audience is not a list of it',
  ])
    expect(told).toContain(said);
  for (const line of reportLines(result))
    if (!/[0-9a-f]{64}/.test(line) && !line.includes('key ')) expect(line.length).toBeLessThanOrEqual(80);
});

test('it holds no recipient, no name, and nothing of another notice but what it is called', () => {
  const held = proof.toString('utf8');
  expect(held).not.toMatch(/ws-delta|ws-echo|dana|"ada"|@customer|"sent":9|clé exposée/);
  expect(held).toContain('gdpr-art34');
  expect(held).toContain(statement.texts[0]!.text.replaceAll('"', '\\"'));
});

describe('what the register says after it was fulfilled is told', () => {
  const proofOf = async (incident: string, events: typeof EVENTS) => {
    const stored = events.map(([kind, data], n) => anEvent(incident, 1 + n, { kind, data: data as never, by: 'ada' }));
    await appendEntries(register.pool, stored, disclosures.isPersonal.bind(disclosures));
    const { bytes } = await register.exported(
      { kind: 'incident', incidentId: incident },
      { audience: 'authority', notice: statement, mustProve: true },
    );
    const result = await verify(bytes);
    expect(result).toMatchObject({ ok: true, complete: true });
    return { told: reportLines(result).join(' ').replace(/\s+/g, ' '), held: bytes.toString('utf8'), result };
  };
  const at = '2026-04-01T06:00:00.000Z';
  const inexact = { stated: '2026-04-01', earliest: '2026-04-01T00:00:00.000Z', latest: at };
  const clock = { from: 'aware', anchorAt: '2026-04-01T00:00:00.000Z' };
  const fulfilled = (more: object = {}): (typeof EVENTS)[number] => [
    'obligation-fulfilled',
    { ...own, at, lateByMs: 0, evidence, ...more },
  ];

  test('that it was late by times that were corrected', async () => {
    const corrected = { obligation: NOTICE, clock, dueAt: '2026-04-01T05:00:00.000Z', lateByMs: 3_600_000 };
    const { told } = await proofOf('INC-corrected', [
      fulfilled(),
      ['lateness-corrected', { ...corrected, previousLateByMs: 0 }],
      [
        'act-timed',
        { obligation: NOTICE, at, lateByMs: 0, previous: { at, inexact, lateByMs: 0 }, reason: 'dana knew' },
      ],
    ]);
    const [first] = positions(told);
    expect(told).toContain(
      `counts as fulfilled at ${at}, on time; position ${first! + 2} states that time more exactly; this is as recorded then, and position ${first! + 1} is the verdict by the corrected times`,
    );
    expect(told).toContain(
      'by times that were corrected it was due at 2026-04-01T05:00:00.000Z: 3600000 ms late (before: on time)',
    );
    // A later statement of the time is by the deadline of then: it does not undo the correction.
    expect(told).toContain(
      `${at}, on time (before: some time between 2026-04-01T00:00:00.000Z and ${at}, on time); this is as recorded then, and position ${first! + 1} is the verdict`,
    );
    expect(told.match(/counts as fulfilled/g)).toHaveLength(1);
  });

  test('that it depends on the hour, and then that it was late', async () => {
    const inTimeUntil = '2026-04-01T05:00:00.000Z';
    const { told, held } = await proofOf('INC-timed', [
      fulfilled({ inexact, inTimeUntil, lateByMs: 3_600_000 }),
      [
        'act-timed',
        {
          ...{ obligation: NOTICE, at: '2026-04-01T05:30:00.000Z', lateByMs: 1_800_000, reason: 'dana knew' },
          previous: { at, inexact, lateByMs: 3_600_000, inTimeUntil },
        },
      ],
    ]);
    const hour = `some time between 2026-04-01T00:00:00.000Z and ${at}, on time if it was no later than ${inTimeUntil}, else up to 3600000 ms late`;
    expect(told).toContain(`counts as fulfilled at ${hour}; position`);
    expect(told).toContain(`stated more exactly: 2026-04-01T05:30:00.000Z, 1800000 ms late (before: ${hour})`);
    expect(held).not.toMatch(/dana/);
  });

  test('a further round that was late, with its texts', async () => {
    const later = { ...evidence, renderings: [rendering], reference: 'CASE-77', note: 'ask dana' };
    const { told, held, result } = await proofOf('INC-again', [
      fulfilled({ evidence: { channel: 'email' } }),
      [
        'obligation-reopened',
        { ...own, round: 2, purpose: 'follow-up', reason: 'dana', clock, dueAt: at, marginAt: at },
      ],
      [
        'obligation-supplemented',
        { ...own, round: 2, at: '2026-04-01T06:00:09.000Z', lateByMs: 9_000, dueAt: at, evidence: later },
      ],
      ['obligation-supplemented', { ...own, round: 3, at, evidence: { channel: 'email' } }],
    ]);
    expect(told).toContain(`a further round was opened (follow-up), due at ${at}`);
    expect(told).toContain('it was done again in round 2 at 2026-04-01T06:00:09.000Z, 9000 ms late');
    expect(told).toContain(`it was done again in round 3 at ${at}, without a deadline`);
    expect(result.notice?.texts).toMatchObject([{ sha256, text }]);
    expect(held).not.toMatch(/dana|CASE-77/);
  });

  test('a page that was published does not make it fulfilled', async () => {
    const { told, held } = await proofOf('INC-page', [
      [
        'page-published',
        { ...own, evidence: { channel: 'page', url: 'https://a.example/b', renderings: [rendering], note: 'dana' } },
      ],
      ['made-public', { ...own, at, inexact, channel: 'website', languages: ['en'], note: 'dana' }],
    ]);
    expect(told).toContain('a page with the notice was published; that alone does not fulfil it');
    expect(told).toContain(`made public by website at some time between 2026-04-01T00:00:00.000Z and ${at}`);
    expect(told).toContain(`this file holds the text in "en" that went out (SHA-256 ${sha256})`);
    expect(told).not.toMatch(/counts as fulfilled|on time/);
    expect(held).not.toMatch(/dana/);
  });

  const positions = (told: string) =>
    [...told.matchAll(/position (\d+), \d{4}-[^ ]+: it counts as fulfilled/g)].map(([, n]) => Number(n));
});

test('what its entries do not prove is neither recorded as handed over nor left as a file', async () => {
  const { rows: before } = await register.pool.query('SELECT max(position) FROM tocsin.register_entries');
  const files = readdirSync(register.dir);
  const other = canonicalText({ subject: 'All is well', html: 'x', text: 'x' });
  const texts = [{ sha256: createHash('sha256').update(other).digest('hex'), text: other }];
  const made = (notice: NoticeStatement) =>
    register.exported({ kind: 'incident', incidentId: ID }, { audience: 'authority', notice, mustProve: true });
  await expect(made({ ...statement, texts })).rejects.toThrow(
    /^the register does not prove enterprise-notice: the text [0-9a-f]{64} is none that an entry says went out$/,
  );
  await expect(made({ ...statement, obligation: 'none', texts: [] })).rejects.toThrow('no entry of the incident');
  const { rows: after } = await register.pool.query('SELECT max(position) FROM tocsin.register_entries');
  expect(after).toEqual(before);
  expect(readdirSync(register.dir)).toEqual(files);
});

test('a text that is gone costs itself, and is told', async () => {
  const result = await verify(await proved({ ...statement, texts: [] }));
  expect(result.notice?.texts).toEqual([{ language: 'en', sha256, own: versions }]);
  expect(reportLines(result).join(' ').replace(/\s+/g, ' ')).toContain(
    `the text in "en" (SHA-256 ${sha256}) went out and is NOT in this file`,
  );
});

describe('whoever makes it cannot', () => {
  const other = canonicalText({ subject: 'All is well', html: 'x', text: 'x' });
  const otherSha256 = createHash('sha256').update(other).digest('hex');

  test('put a text into it that did not go out', async () => {
    const texts = [...statement.texts, { sha256: otherSha256, text: other }].sort((a, b) =>
      a.sha256 < b.sha256 ? -1 : 1,
    );
    const result = await verify(await proved({ ...statement, texts }));
    expect(result).toMatchObject({
      ok: false,
      firstBad: { part: 'notice', reason: `the text ${otherSha256} is none that an entry says went out` },
    });
    expect(result.notice).toBeUndefined();
  });

  test('leave out that mails came back, or whose notice an entry is about', async () => {
    const withheld = async (kind: string, pointer: string) => {
      const without = { ...disclosures, isPersonal: disclosures.isPersonal.bind(disclosures) } as typeof disclosures;
      without.isShown = (of, at, audience, value) =>
        !(of === kind && at === pointer) && disclosures.isShown(of, at, audience, value);
      const made = await register.exported(
        { kind: 'incident', incidentId: ID },
        { audience: 'authority', notice: statement, disclosures: without },
      );
      return verify(made.bytes);
    };
    expect(await withheld('delivery-recounted', '/data/cameBack')).toMatchObject({
      ok: false,
      firstBad: { part: 'notice', reason: expect.stringContaining('/data/cameBack is withheld') },
    });
    expect(await withheld('mails-came-back', '/data/obligation')).toMatchObject({
      ok: false,
      firstBad: { part: 'notice', reason: 'it does not show which notice it is about' },
    });
  });

  test('name a notice of which there is nothing', async () => {
    const result = await verify(await proved({ ...statement, obligation: 'none', texts: [] }));
    expect(result.firstBad?.reason).toMatch(/no entry of the incident is about none/);
  });
});

test('a statement that is none is told by its field', () => {
  expect(statementFault(statement)).toBeUndefined();
  const bad: Array<[object, RegExp]> = [
    [{ ...statement, more: 1 }, /notice: is not a statement/],
    [{ ...statement, obligation: '' }, /notice\.obligation/],
    [{ ...statement, texts: [{ sha256, text: `${text} ` }] }, /notice\.texts\.0: does not match the hash beside it/],
    [{ ...statement, texts: [statement.texts[0], statement.texts[0]] }, /notice\.texts: are not in order/],
    [{ ...statement, ledger: { ...statement.ledger, states: { sent: -1 } } }, /notice\.ledger\.states/],
    [
      { ...statement, ledger: { ...statement.ledger, messageIds: { count: 3, sha256: idsHash(ids), ids } } },
      /not as many/,
    ],
    [
      {
        ...statement,
        ledger: { ...statement.ledger, messageIds: { count: 2, sha256: idsHash(ids), ids: ['0a1b', 'x'] } },
      },
      /not those of their hash/,
    ],
    [
      { ...statement, ledger: { ...statement.ledger, messageIds: { count: MOST_IDS, sha256: idsHash(ids) } } },
      /the ids are missing/,
    ],
  ];
  for (const [value, problem] of bad) expect(statementFault(value)).toMatch(problem);
  expect(
    statementFault({
      ...statement,
      ledger: { ...statement.ledger, messageIds: { count: MOST_IDS + 1, sha256: idsHash(ids) } },
    }),
  ).toBeUndefined();
});

describe('altered anywhere it is refused', () => {
  const isRefused = (bytes: Buffer): boolean => {
    const verifier = new ExportVerifier(register.trust);
    try {
      verifier.push(bytes);
      return !verifier.end().ok;
    } catch (error) {
      if ((error as Error).name !== 'UnreadableExportError') throw error;
      return true;
    }
  };

  test('in any byte', () => {
    expect(isRefused(Buffer.from(proof))).toBe(false);
    fc.assert(
      fc.property(fc.nat(proof.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bytes = Buffer.from(proof);
        bytes[at]! ^= flip;
        return isRefused(bytes);
      }),
      { numRuns: inputs(20_000) },
    );
  });

  test('in any field of its header, also where the header is well made', () => {
    const [first, ...rest] = proof.toString('utf8').split('\n');
    const header = JSON.parse(first!) as Record<string, unknown>;
    const places = placesIn(header);
    expect(places.length).toBeGreaterThan(20);
    for (const [parent, key] of places) {
      const before = parent[key];
      for (const value of [undefined, null, 0, 7, '', 'x', [], {}, `${String(before)}1`]) {
        if (JSON.stringify(value) === JSON.stringify(before)) continue;
        if (value === undefined && Array.isArray(parent)) continue;
        parent[key] = value;
        const line = canonicalText(JSON.parse(JSON.stringify(header)));
        expect([key, value, isRefused(Buffer.from([line, ...rest].join('\n')))]).toEqual([key, value, true]);
        parent[key] = before;
      }
    }
  });

  test('with a line left out, doubled or moved', () => {
    const lines = proof.toString('utf8').split('\n').slice(0, -1);
    const file = (changed: string[]) => Buffer.from(changed.map((line) => `${line}\n`).join(''));
    for (let n = 0; n < lines.length; n++) {
      expect(isRefused(file(lines.filter((_, at) => at !== n)))).toBe(true);
      expect(isRefused(file([...lines.slice(0, n), lines[n]!, ...lines.slice(n)]))).toBe(true);
      if (n > 0)
        expect(isRefused(file([...lines.slice(0, n - 1), lines[n]!, lines[n - 1]!, ...lines.slice(n + 1)]))).toBe(true);
    }
  });

  test('with another counting of what the ledger said, well hashed', async () => {
    const other = await proved({
      ...statement,
      ledger: { states: { delivered: 3 }, messageIds: { count: 0, sha256: idsHash([]), ids: [] } },
    });
    const header = other.toString('utf8').split('\n')[0]!;
    const swapped = [header, ...proof.toString('utf8').split('\n').slice(1)].join('\n');
    expect(isRefused(Buffer.from(swapped))).toBe(true);
  });
});

async function* stream(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
