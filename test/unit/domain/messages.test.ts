import { DeclarationSchema } from '../../../domain/incident/incident';
import type { MessageName } from '../../../domain/incident/messages';
import { problemsOf } from '../../../domain/kernel/problems';
import { parseMessage } from './helpers/commands';
import { assessment, declaration } from './helpers/facts';
import { NAMES } from './helpers/story';

const BY = { by: 'oncall@example.com' };
const SECRET = 'hunter2-s3cr3t';

const GOOD: Record<MessageName, Array<Record<string, unknown>>> = {
  assess: [
    { assessment: assessment() },
    { awareAt: '2026-04-01T04:00:00+02:00' },
    { assessment: { personalData: 'unknown' } },
    {},
  ],
  status: [{ status: 'contained' }, { status: 'resolved', at: '2026-04-01T02:00:00Z', note: 'done' }],
  correct: [
    { severity: 'sev2', reason: 'it is small' },
    { serviceAffecting: true, serviceAffectedFrom: '2026-04-01T02:00:00Z', reason: 'the API' },
  ],
  contain: [
    { measure: { action: 'block-source', source: '203.0.113.0/24' } },
    { measure: { action: 'block-source', source: '2001:db8::/32' } },
    { measure: { action: 'block-source', source: 'asn:64500' } },
    { measure: { action: 'rotate-credential', credential: { provider: 'postgres-role', ref: 'deploy' } } },
    { measure: { action: 'isolate-system', system: 'ci-runner' } },
    { undo: 'block-source 203.0.113.0/24' },
  ],
  measure: [
    { text: 'Sessions ended' },
    { text: 'Keys now expire', category: 'prevention', at: '2026-04-01T02:00:00Z' },
  ],
  translate: [{ language: 'fr', texts: [{ of: 'names', is: 'noms' }] }],
  'edit-draft': [{ obligation: 'x', draft: '0123456789abcdef', language: 'en', subject: 's', body: 'b' }],
  approve: [
    { obligation: 'enterprise-notice' },
    { obligation: 'x', draft: '0123456789abcdef', delayReasons: 'lost time' },
  ],
  told: [
    { obligation: 'x', channel: 'phone', workspaces: ['ws-1'] },
    {
      obligation: 'x',
      channel: 'letter',
      at: '2026-04-02T02:00:00Z',
      people: [{ dataSet: 'a', country: 'FR', count: 851 }],
      note: 'sent by the printer',
      evidence: { sha256: 'a'.repeat(64), bytes: 12 },
    },
    { obligation: 'x', channel: 'in-app', rest: true },
  ],
  'leave-untold': [
    { obligation: 'x', workspaces: ['ws-1'], reason: 'closed last year' },
    { obligation: 'x', people: [{ dataSet: 'a', country: 'FR' }], reason: 'the directory is right' },
    { obligation: 'x', rest: true, reason: 'as agreed' },
  ],
  settle: [
    { obligation: 'x', accepted: true, at: '2026-04-02T02:00:00Z', reason: 'its log lists them as delivered' },
    { obligation: 'x', accepted: false, batch: '3f2a90c1d2e4', reason: 'its log has none of them' },
  ],
  'stop-sending': [{ obligation: 'x', reason: 'the letter names the wrong product' }],
  sender: [
    { from: 'security@other.example', reason: 'the mailbox is read by others' },
    { from: 'Sécurité de l’équipe <security@other.example>', replyTo: 'answers@other.example', reason: 'r' },
    { configured: true, reason: 'it is ours again' },
  ],
  hold: [
    { obligation: 'x', reason: 'police asked' },
    { obligation: 'x', reason: 'r', until: '2026-04-02T02:00:00Z' },
  ],
  release: [{ obligation: 'x' }, { obligation: 'x', reason: 'done' }],
  waive: [
    { obligation: 'x', reason: 'encrypted', ground: 'gdpr-34-3-a' },
    { obligation: 'x', reason: 'not ours' },
  ],
  'not-owed': [
    { obligation: 'x', reason: 'the log shows that nobody read it' },
    { all: true, reason: 'the log shows that nobody read it' },
    { obligation: 'x', all: true, reason: 'the log shows that nobody read it' },
  ],
  'not-material': [{ obligation: 'x', reason: 'three more' }],
  filed: [
    { obligation: 'x', reference: 'DE-1' },
    { obligation: 'x', reference: 'DE-1', submittedAt: '2026-04-02T02:00:00Z' },
    { obligation: 'x', caseNumber: 'AZ 1' },
    { obligation: 'x', attachments: [{ name: 'receipt.pdf', sha256: 'a'.repeat(64), bytes: 9 }] },
  ],
  'decide-authority': [{ obligation: 'x', authority: 'ie-dpc', reason: 'most accounts are Irish' }],
  'acted-at': [
    { obligation: 'x', at: '2026-04-01T02:00:00Z', reason: 'the receipt' },
    { obligation: 'x', at: '2026-04-01', reason: 'the receipt' },
    { obligation: 'x', at: '2026-04-01', round: 2, reason: 'the receipt' },
  ],
  'cannot-establish': [{ obligation: 'x', field: 'records-count', reason: 'the log is gone' }],
  review: [
    { rootCause: 'a', controls: ['b'], shareSummary: false },
    { rootCause: 'a', controls: ['b'], shareSummary: true, summary: 's' },
  ],
  confirm: [{}, { change: 'awareness', reason: 'so it was' }, { decline: true }],
  'acknowledge-alarms': [{}, { alarms: 'all' }, { alarms: [12, 15] }],
  reopen: [{ reason: 'again' }, { reason: 'again', currentPolicy: true }],
  'follow-up': [{ text: 'a letter' }, { text: 'a letter', at: '2026-04-01T02:00:00Z' }],
  link: [{ to: 'INC-2', relation: 'caused-by' }],
  close: [{}, { note: 'all done' }],
};

/** Bad forms with the fields that the problems must name. */
const BAD: Record<MessageName, Array<[Record<string, unknown>, ...string[]]>> = {
  assess: [
    [{ assessment: { personalData: SECRET } }, 'assessment.personalData'],
    [
      { assessment: { personalData: 'yes', dataSets: [{ id: 'a', title: 'A', role: SECRET }] } },
      'assessment.dataSets.0.role',
    ],
    [
      { assessment: { personalData: 'yes', dataSets: [{ id: SECRET + ' x', title: 'A', role: 'processor' }] } },
      'assessment.dataSets.0.id',
    ],
    [{ assessment: { personalData: 'yes', workspaces: [`${SECRET}@example.com`] } }, 'assessment.workspaces.0'],
    [
      {
        assessment: {
          personalData: 'yes',
          dataSets: [{ id: 'a', title: 'A', role: 'processor', residence: { [SECRET]: 1 } }],
        },
      },
      'assessment.dataSets.0.residence',
    ],
    [
      { assessment: { personalData: 'yes', dataSets: [{ id: 'a', title: 'A', role: 'processor', records: -1 }] } },
      'assessment.dataSets.0.records',
    ],
    [
      { assessment: { personalData: 'yes', dataSets: [{ id: 'a', title: 'A', role: 'processor', individuals: 1.5 }] } },
      'assessment.dataSets.0.individuals',
    ],
    [{ awareAt: SECRET }, 'awareAt'],
    [{ awareAt: '2026-04-01T02:00:00' }, 'awareAt'],
    [{ awareAt: '2026-02-30T02:00:00Z' }, 'awareAt'],
    [{ awareAt: 1_775_000_000_000 }, 'awareAt'],
  ],
  translate: [
    [{ language: 'fr', texts: [] }, 'texts'],
    [{ language: 'en', texts: [{ of: 'a', is: 'b' }] }, 'language'],
    [{ language: SECRET, texts: [{ of: 'a', is: 'b' }] }, 'language'],
    [{ language: 'fr', texts: [{ of: 'a', is: ' ' }] }, 'texts.0.is'],
  ],
  'edit-draft': [
    [{ obligation: 'x', draft: SECRET, language: 'en', subject: 's', body: 'b' }, 'draft'],
    [{ obligation: 'x', draft: 'ab', language: SECRET, subject: 's', body: 'b' }, 'language'],
    [{ obligation: 'x', draft: 'ab', language: 'en', subject: 's', body: '' }, 'body'],
  ],
  status: [
    [{ status: SECRET }, 'status'],
    [{ status: 'declared' }, 'status'],
    [{}, 'status'],
    [{ status: 'contained', at: SECRET }, 'at'],
  ],
  correct: [
    [{ severity: 'sev2' }, 'reason'],
    [{ severity: SECRET, reason: 'r' }, 'severity'],
    [{ detectedAt: SECRET, reason: 'r' }, 'detectedAt'],
  ],
  contain: [
    [{}, 'message'],
    [{ undo: 'isolate-system x', measure: { action: 'isolate-system', system: 'x' } }, 'message'],
    [{ measure: { action: SECRET } }, 'measure.action'],
    [{ undo: SECRET }, 'undo'],
    [{ measure: { action: 'block-source', source: SECRET } }, 'measure.source'],
    [
      { measure: { action: 'rotate-credential', credential: { provider: 'webhook', ref: `${SECRET} value` } } },
      'measure.credential.ref',
    ],
    [
      { measure: { action: 'rotate-credential', credential: { provider: 'webhook', ref: 'a', value: SECRET } } },
      'measure.credential',
    ],
  ],
  measure: [
    [{ text: '   ' }, 'text'],
    [{ text: 'x', category: SECRET }, 'category'],
  ],
  approve: [
    [{}, 'obligation'],
    [{ obligation: 7 }, 'obligation'],
    [{ obligation: `${SECRET}@example.com` }, 'obligation'],
    [{ obligation: 'x', draft: SECRET }, 'draft'],
    [{ obligation: 'x', delayReasons: '' }, 'delayReasons'],
  ],
  told: [
    [{ obligation: 'x', channel: 'phone' }, 'message'],
    [{ obligation: 'x', workspaces: ['ws-1'] }, 'channel'],
    [{ obligation: 'x', channel: SECRET, workspaces: ['ws-1'] }, 'channel'],
    [{ obligation: 'x', channel: 'phone', workspaces: [`${SECRET}@example.com`] }, 'workspaces.0'],
    [{ obligation: 'x', channel: 'phone', people: [{ dataSet: 'a', country: 'FR' }] }, 'people.0.count'],
    [{ obligation: 'x', channel: 'phone', people: [{ dataSet: 'a', country: SECRET, count: 1 }] }, 'people.0.country'],
    [{ obligation: 'x', channel: 'phone', rest: true, evidence: { sha256: SECRET, bytes: 1 } }, 'evidence.sha256'],
  ],
  'leave-untold': [
    [{ obligation: 'x', rest: true }, 'reason'],
    [{ obligation: 'x', reason: 'r' }, 'message'],
    [{ obligation: 'x', reason: 'r', people: [] }, 'people'],
  ],
  settle: [
    [{ obligation: 'x', accepted: true, reason: 'r' }, 'at'],
    [{ obligation: 'x', accepted: false, at: '2026-04-02T02:00:00Z', reason: 'r' }, 'at'],
    [{ obligation: 'x', accepted: false }, 'reason'],
    [{ obligation: 'x', accepted: false, reason: 'r', batch: SECRET }, 'batch'],
  ],
  'stop-sending': [
    [{ obligation: 'x' }, 'reason'],
    [{ reason: 'r' }, 'obligation'],
  ],
  sender: [
    [{ reason: 'r' }, 'from'],
    [{ from: 'a@b.example' }, 'reason'],
    [{ from: 'a@b.example', configured: true, reason: 'r' }, 'from'],
    [{ configured: true, replyTo: 'a@b.example', reason: 'r' }, 'replyTo'],
    [{ from: SECRET, reason: 'r' }, 'from'],
    [{ from: `${SECRET} <a@b.example>\nBcc: c@d.example`, reason: 'r' }, 'from'],
    [{ from: `a@b.example, ${SECRET}@d.example`, reason: 'r' }, 'from'],
    [{ from: 'a@b.example', replyTo: `${SECRET} <a@b.example>`, reason: 'r' }, 'replyTo'],
  ],
  hold: [
    [{ obligation: 'x' }, 'reason'],
    [{ obligation: 'x', reason: 'r', until: SECRET }, 'until'],
  ],
  release: [
    [{}, 'obligation'],
    [{ obligation: 'x', reason: ' ' }, 'reason'],
  ],
  waive: [
    [{ obligation: 'x' }, 'reason'],
    [{ obligation: 'x', reason: 'r', ground: `${SECRET}!` }, 'ground'],
  ],
  'not-material': [[{ obligation: 'x' }, 'reason']],
  filed: [
    [{ obligation: 'x' }, 'reference'],
    [{ obligation: 'x', reference: ' ' }, 'reference'],
    [{ obligation: 'x', caseNumber: 'AZ 1', submittedAt: '2026-04-02T02:00:00Z' }, 'submittedAt'],
    [
      { obligation: 'x', reference: 'A', attachments: [{ name: 'a', sha256: SECRET, bytes: 9 }] },
      'attachments.0.sha256',
    ],
  ],
  'decide-authority': [
    [{ obligation: 'x', authority: 'ie-dpc' }, 'reason'],
    [{ obligation: 'x', authority: `${SECRET}!`, reason: 'r' }, 'authority'],
  ],
  'acted-at': [
    [{ obligation: 'x', at: SECRET, reason: 'r' }, 'at'],
    [{ obligation: 'x', at: '2026-04-01T02:00:00Z' }, 'reason'],
    [{ obligation: 'x', at: '2026-04-01T02:00:00Z', round: 0, reason: 'r' }, 'round'],
  ],
  'cannot-establish': [[{ obligation: 'x', field: 'records-count' }, 'reason']],
  review: [
    [{ controls: ['b'], shareSummary: false }, 'rootCause'],
    [{ rootCause: 'a', controls: [], shareSummary: false }, 'controls'],
    [{ rootCause: 'a', controls: ['b'], shareSummary: SECRET }, 'shareSummary'],
  ],
  'not-owed': [
    [{ reason: 'r' }, 'message'],
    [{ all: false, reason: 'r' }, 'message'],
    [{ all: true }, 'reason'],
    [{ all: SECRET, reason: 'r' }, 'all'],
  ],
  confirm: [
    [{ change: SECRET }, 'change'],
    [{ decline: SECRET }, 'decline'],
  ],
  'acknowledge-alarms': [
    [{ alarms: [] }, 'alarms'],
    [{ alarms: SECRET }, 'alarms'],
    [{ alarms: [0] }, 'alarms.0'],
  ],
  reopen: [[{}, 'reason']],
  'follow-up': [[{ text: ' ' }, 'text']],
  link: [[{ to: 'INC-2', relation: SECRET }, 'relation']],
  close: [
    [{ note: '' }, 'note'],
    [{ note: 7 }, 'note'],
  ],
};

describe.each(NAMES)('%s', (name) => {
  test.each(GOOD[name])('is understood: %j', (body) => {
    expect(parseMessage(name, { ...BY, ...body })).toMatchObject({ ok: true, message: { message: name, ...BY } });
    expect(parseMessage(name, { ...BY, ...body, commandId: 'c-1' })).toMatchObject({
      ok: true,
      message: { commandId: 'c-1' },
    });
  });

  test.each(BAD[name])('is refused, naming the field and never the value: %j', (body, ...fields) => {
    const parsed = parseMessage(name, { ...BY, ...body });
    expect(parsed.ok).toBe(false);
    if (parsed.ok) return;
    expect(parsed.problems.map((problem) => problem.split(':')[0])).toEqual(fields);
    expect(JSON.stringify(parsed)).not.toContain(SECRET);
    expect(parsed.by).toBe(BY.by);
  });

  test('is refused without a "by", and with an unknown field', () => {
    const nobody = parseMessage(name, GOOD[name][0]);
    expect(nobody).toMatchObject({ ok: false, by: 'unknown', problems: [expect.stringMatching(/^by: /)] });
    const typo = parseMessage(name, { ...BY, ...GOOD[name][0], resaon: 'x' });
    expect(typo).toMatchObject({ ok: false, problems: ['message: unknown field resaon'] });
  });

  test.each([undefined, null, 7, 'text', [], [{}], Number.NaN, true])(
    'is refused when it is not an object: %p',
    (raw) => {
      expect(parseMessage(name, raw)).toMatchObject({ ok: false, by: 'unknown' });
    },
  );
});

test('the name of an unknown field is given only when it looks like a field’s name: it may be a secret or an address', () => {
  for (const key of [SECRET, 'alice@example.com', 'sk_live_51H8', 'x'.repeat(200)]) {
    const parsed = parseMessage('close', { ...BY, [key]: 1 });
    expect(parsed.ok).toBe(false);
    expect(JSON.stringify(parsed)).not.toContain(key);
  }
});

test('a refused message keeps its command id, so that a repeat is recorded once', () => {
  expect(parseMessage('close', { ...BY, note: 7, commandId: 'c-9' })).toMatchObject({ ok: false, commandId: 'c-9' });
  expect(parseMessage('close', { ...BY, commandId: 7 })).not.toHaveProperty('commandId');
});

test('a thousand problems are cut to twenty', () => {
  const dataSets = Array.from({ length: 90 }, () => ({}));
  const parsed = parseMessage('assess', { ...BY, assessment: { personalData: 'yes', dataSets } });
  expect(parsed.ok ? [] : parsed.problems).toHaveLength(20);
});

describe('a declaration', () => {
  const problems = (over: Record<string, unknown>) => {
    const parsed = DeclarationSchema.safeParse({ ...declaration(), ...over });
    return parsed.success ? [] : problemsOf(parsed.error);
  };

  test('is good as the examples write it', () => {
    expect(problems({})).toEqual([]);
  });

  test.each([
    [
      'declared before it was detected',
      { declaredAt: '2026-04-01T01:59:59Z' },
      /^declaredAt: must not be before detectedAt$/,
    ],
    ['isolating a system that is not affected', { isolate: ['db'] }, /^isolate: must name only systems/],
    ['affecting nothing', { affects: [] }, /^affects: /],
    ['without an owner', { owner: ' ' }, /^owner: must name a person or a tool$/],
    ['a source that is no address', { maliciousSources: ['evil host'] }, /^maliciousSources\.0: must be an IP address/],
    [
      'a secret in place of a reference',
      { credentials: [{ provider: 'webhook', ref: `${SECRET}!` }] },
      /^credentials\.0\.ref: /,
    ],
  ])('is refused: %s', (_what, over, problem) => {
    expect(problems(over)).toEqual([expect.stringMatching(problem)]);
    expect(problems(over).join()).not.toContain(SECRET);
  });
});
