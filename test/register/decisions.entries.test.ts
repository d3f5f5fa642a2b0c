// Every incident and every decision is an entry: played through the real domain, and read back from the register.
import type pg from 'pg';
import { advance, open } from '../../domain/case/advance';
import { onCaseMessage } from '../../domain/case/messages';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { patchDue, patchTaskLifecycle } from '../../domain/patch/patch-task';
import { PatchTaskInputSchema } from '../../domain/patch/state';
import { vulnerabilityReportLifecycle } from '../../domain/report/vulnerability-report';
import { openingOf } from '../../domain/triage/opening';
import { triageLifecycle } from '../../domain/triage/triage';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { readIncidentEvents } from '../../register/read-incident';
import { groupEntry } from '../../register/show';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase } from '../setup/helpers';
import { triageInput } from '../unit/domain/helpers/detections';
import { accounts, assessment, at, COUNSEL } from '../unit/domain/helpers/facts';
import { NOT_OWED_REASON, Story } from '../unit/domain/helpers/story';
import { disclosures } from './closed-incident';

let pool: pg.Pool;
beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
});
afterAll(() => pool?.end());

/** Appends as the workers do, and reads back what the register then holds. */
async function recorded(events: readonly object[]): Promise<RecordedEvent[]> {
  const given = events as RecordedEvent[];
  await appendEntries(pool, given, (...field) => disclosures.isPersonal(...field));
  const held = await readIncidentEvents(pool, given[0]!.incidentId);
  expect(held).toEqual(JSON.parse(JSON.stringify(given)));
  return held as unknown as RecordedEvent[];
}

const GERMAN = assessment({ dataSets: [accounts({ residence: { DE: 200 }, significantHarm: 'no' })] });
const WHO = COUNSEL;

/** An incident of which the given messages are sent, one after the other, two hours after its declaration. */
function incident(id: string, ...messages: Array<[string, Record<string, unknown>]>): Story {
  const story = new Story({ id }).to(1);
  story.send('measure', { text: 'All sessions ended' });
  story.send('assess', { assessment: GERMAN, awareAt: at(1) });
  story.to(2);
  for (const [name, body] of messages) story.send(name as never, { by: WHO, ...body });
  if (story.problems().length > 0) throw new Error(story.problems().join('; '));
  return story;
}

interface Decision {
  what: string;
  story: (id: string) => Story;
  kind: string;
  /** Of the event's data. */
  says: Record<string, unknown>;
}

const OBLIGATION = 'gdpr-art34-individuals';
const DECISIONS: Decision[] = [
  {
    what: 'a waiver',
    story: (id) =>
      incident(id, [
        'waive',
        { obligation: OBLIGATION, ground: 'gdpr-34-3-b', reason: 'Every key was replaced before anybody could use it' },
      ]),
    kind: 'obligation-waived',
    says: {
      obligation: OBLIGATION,
      ground: 'gdpr-34-3-b',
      reason: 'Every key was replaced before anybody could use it',
    },
  },
  {
    what: 'a hold',
    story: (id) =>
      incident(id, [
        'hold',
        { obligation: OBLIGATION, ground: 'law-enforcement', reason: 'The police asked for two days, file 26-1187' },
      ]),
    kind: 'obligation-held',
    says: { obligation: OBLIGATION, reason: 'The police asked for two days, file 26-1187' },
  },
  {
    what: 'the release of a hold',
    story: (id) =>
      incident(
        id,
        [
          'hold',
          { obligation: OBLIGATION, ground: 'law-enforcement', reason: 'The police asked for two days, file 26-1187' },
        ],
        ['release', { obligation: OBLIGATION, reason: 'They are done' }],
      ),
    kind: 'obligation-released',
    says: { obligation: OBLIGATION, reason: 'They are done' },
  },
  {
    what: 'an approval',
    story: (id) => incident(id, ['approve', { obligation: OBLIGATION }]),
    kind: 'notice-approved',
    says: { obligation: OBLIGATION },
  },
  {
    what: 'a correction of the awareness',
    story: (id) => incident(id, ['assess', { awareAt: at(0.5), reason: 'The ticket said so before' }]),
    kind: 'awareness-recorded',
    says: { awareAt: at(0.5), previousAt: at(1), reason: 'The ticket said so before' },
  },
  {
    what: 'a corrected assessment',
    story: (id) =>
      incident(id, ['assess', { assessment: { ...GERMAN, likelyConsequences: 'None' }, reason: 'The logs show less' }]),
    kind: 'assessed',
    says: { revision: 2, reason: 'The logs show less' },
  },
  {
    what: 'that containment is undone',
    story: (id) =>
      incident(
        id,
        ['contain', { measure: { action: 'isolate-system', system: 'api' } }],
        ['contain', { undo: 'isolate-system api' }],
      ),
    kind: 'containment-undo-requested',
    says: { id: 'isolate-system api' },
  },
];

test.each(DECISIONS)('$what is an entry, with person, time and reason', async ({ what, story, kind, says }) => {
  const { events, now } = story(`INC-${what.replaceAll(' ', '-')}`);
  const entries = await recorded(events);
  const found = entries.filter((entry) => entry.kind === kind && entry.by === WHO);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ by: WHO, at: now, data: says });
});

test('a duty that the facts do not call for is "not required": by whom, when and why', async () => {
  const riskJudgement = { reasoning: 'The keys of the export were wiped within a minute, and nobody asked for it' };
  const story = incident(
    'INC-not-required',
    [
      'assess',
      {
        assessment: assessment({ dataSets: [accounts({ risk: 'unlikely', significantHarm: 'no', riskJudgement })] }),
        reason: 'All of it was encrypted',
      },
    ],
    ['not-owed', { obligation: 'gdpr-art33-authority:de-bfdi', reason: NOT_OWED_REASON }],
  );
  const entries = await recorded(story.events);
  const decided = entries.filter(({ kind, at: when }) => kind === 'obligation-not-required' && when === story.now);
  expect(decided.length).toBeGreaterThan(0);
  for (const { by, data } of decided) {
    expect(data).toMatchObject({ decidedBy: WHO, reason: expect.stringMatching(/\w/), rule: expect.any(String) });
    expect(by).toBe(WHO);
  }
  const { notRequired } = groupEntry(entries as never);
  expect(notRequired.map(({ obligation }) => obligation)).toContain('gdpr-art33-authority:de-bfdi');
});

test('an incident of which nobody need be told is in the register from its declaration to its close', async () => {
  const story = new Story({ id: 'INC-not-notifiable', serviceAffecting: false }).to(1);
  story.send('assess', { by: WHO, assessment: assessment({ personalData: 'no', dataSets: [], workspaces: [] }) });
  story.confirmNotOwed();
  story.send('status', { status: 'contained' });
  story.send('status', { status: 'resolved' });
  story.send('review', { by: WHO, rootCause: 'A test key', controls: ['None needed'], shareSummary: false });
  story.send('close', { by: WHO, note: 'No personal data' });
  expect(story.state.closedAt).toBeDefined();
  const entries = await recorded(story.events);
  expect(entries[0]).toMatchObject({ kind: 'declared', seq: 1 });
  expect(entries.at(-1)).toMatchObject({ kind: 'closed', by: WHO, data: { note: 'No personal data' } });
  const record = groupEntry(entries as never);
  expect(record.notifications).toEqual([]);
  expect(record.personalData.involved).toBe('no');
  expect(record.notRequired.map(({ by, reason }) => [by, reason])).toEqual(
    record.notRequired.map(() => [expect.stringMatching(/@/), expect.stringMatching(/\w+ \w+ \w+/)]),
  );
  expect(record.notRequired.length).toBeGreaterThan(3);
});

test('a message that was refused is an entry too: who sent what, and why it was refused', async () => {
  const story = new Story({ id: 'INC-refused' }).to(1);
  story.send('waive', { by: WHO, obligation: 'no-such-duty', ground: 'other', reason: 'r' });
  const entries = await recorded(story.events);
  expect(entries.filter(({ kind }) => kind === 'rejected')).toMatchObject([
    { by: WHO, data: { message: 'waive', problems: [expect.stringContaining('no-such-duty')] } },
  ]);
});

test('a detection that was dismissed is in the register, with person, time and reason', async () => {
  const input = triageInput();
  const first = open(triageLifecycle, input.caseId, [openingOf(input, at(0))], at(0));
  const message = triageLifecycle.messages.dismiss!.schema.parse({ by: WHO, reason: 'The export was announced' });
  const news = onCaseMessage(triageLifecycle, first.state, 'dismiss', message, at(1));
  const dismissed = advance(triageLifecycle, first.state, news, at(1), message.by);
  const entries = await recorded([...first.events, ...dismissed.events]);
  expect(entries[0]).toMatchObject({ kind: 'detected' });
  expect(entries.find(({ kind }) => kind === 'triage-dismissed')).toMatchObject({
    by: WHO,
    at: at(1),
    data: { reason: 'The export was announced' },
  });
});

test('a vulnerability report that was declined, and a duplicate', async () => {
  const { first, decide } = aReport('VR-20260401-00000001');
  const declined = decide('decline', { reason: 'Not in scope' });
  const entries = await recorded([...first, ...declined]);
  expect(entries.find(({ kind }) => kind === 'triaged')).toMatchObject({
    by: WHO,
    at: at(1),
    data: { decision: 'declined', reason: 'Not in scope' },
  });
  const other = aReport('VR-20260401-00000002');
  const duplicate = await recorded([...other.first, ...other.decide('duplicate', { of: 'VR-20260401-00000001' })]);
  expect(duplicate.find(({ kind }) => kind === 'triaged')).toMatchObject({
    by: WHO,
    data: { decision: 'duplicate', of: 'VR-20260401-00000001' },
  });
});

function aReport(caseId: string) {
  const clock = { dueAt: at(72), alarms: [], followUpAt: at(72) };
  const { owner, ...data } = {
    ...{ via: 'form' as const, receivedAt: at(0), length: 12, commitment: 'ab'.repeat(32), reachable: true },
    ...{ owner: 'lead@example.com', clock, repeatEveryMs: 86_400_000, followUpAfterMs: 86_400_000 },
  };
  const received = { kind: 'report-received' as const, data: { ...data, owner } as never };
  const { state, events } = open(vulnerabilityReportLifecycle, caseId, [received], at(0));
  const decide = (name: string, body: object) => {
    const message = vulnerabilityReportLifecycle.messages[name]!.schema.parse({ by: WHO, ...body });
    return advance(
      vulnerabilityReportLifecycle,
      state,
      onCaseMessage(vulnerabilityReportLifecycle, state, name, message, at(1)),
      at(1),
      WHO,
    ).events;
  };
  return { first: events, decide };
}

test('the risk of an unpatched dependency that was accepted for a time', async () => {
  const input = PatchTaskInputSchema.parse({
    finding: {
      ...{ key: '0123456789abcdef', inventory: 'api', ecosystem: 'npm', package: 'left-pad', versions: ['1.0.0'] },
      ...{ advisory: 'GHSA-1', severity: 'high' },
    },
    plan: {
      ...{
        owner: 'lead@example.com',
        deadlines: { critical: 'P2D', high: 'P14D', medium: 'P30D', low: 'none', unknown: 'none' },
        tellAtOnce: [],
        alarmAt: [50],
      },
      ...{ repeatEvery: 'P1D', longestWaiver: 'P90D' },
    },
    foundAt: at(0),
  });
  const first = open(patchTaskLifecycle, 'PATCH-0123456789ab', [patchDue(input)], at(0));
  const message = patchTaskLifecycle.messages.waive!.schema.parse({
    by: WHO,
    reason: 'Not reachable',
    until: at(24 * 30),
  });
  const news = onCaseMessage(patchTaskLifecycle, first.state, 'waive', message, at(1));
  const waived = advance(patchTaskLifecycle, first.state, news, at(1), WHO);
  const entries = await recorded([...first.events, ...waived.events]);
  expect(entries.find(({ kind }) => kind === 'patch-waived')).toMatchObject({
    by: WHO,
    at: at(1),
    data: { reason: 'Not reachable', until: at(24 * 30) },
  });
});

test('all of it verifies', async () => {
  expect(await verifyRegister(pool)).toMatchObject({ ok: true });
});
