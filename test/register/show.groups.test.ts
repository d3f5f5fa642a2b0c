import type pg from 'pg';
import { Output } from '../../cli/rendering/output';
import { recordLines } from '../../cli/rendering/record-lines';
import { audienceOf } from '../../domain/incident/audience-of';
import type { IncidentEvent } from '../../domain/incident/events';
import { DeclarationSchema } from '../../domain/incident/incident';
import { MESSAGE_SCHEMAS, type Message, type MessageName } from '../../domain/incident/messages';
import type { IncidentState } from '../../domain/incident/state';
import { wantedWork } from '../../domain/incident/work';
import { DEFAULT_PACKS, loadPolicy } from '../../policy/load-policy';
import { createPool } from '../../postgres/pool';
import { appendEntries } from '../../register/append/appender';
import { MalformedEntryError, UnknownIncidentError } from '../../register/errors';
import { readIncidentEvents } from '../../register/read-incident';
import { groupEntry } from '../../register/show';
import { stateFromRegister } from '../../register/state-from-register';
import { verifyRegister } from '../../register/verify';
import { createTestDatabase } from '../setup/helpers';
import { Screen } from '../unit/cli/helpers';
import { type Command, type Decision, decide, declare } from '../unit/domain/helpers/commands';
import { at, assessment as factsOf, stored } from '../unit/domain/helpers/facts';
import { countedIn, Story } from '../unit/domain/helpers/story';

const UNKNOWN = 'not yet established';
const policy = loadPolicy(DEFAULT_PACKS);
let pool: pg.Pool;
let story: { state: IncidentState; events: IncidentEvent[] };

beforeAll(async () => {
  pool = createPool((await createTestDatabase()).url);
  story = aLeakedKey();
  await appendEntries(pool, story.events);
});

afterAll(() => pool?.end());

const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const hour = (n: number) => new Date(Date.UTC(2026, 3, 1, 3) + n * 3_600_000).toISOString();

function declaration(over: object = {}) {
  return DeclarationSchema.parse({
    ...{ id: 'inc-2026-001', title: 'Deploy key in a public repository', kind: 'leaked-credential', severity: 'sev1' },
    ...{ owner: 'sec-lead', detectedAt: hour(0), declaredAt: hour(0.2), declaredBy: 'oncall', source: 'detector' },
    ...{ affects: ['confidentiality'], systems: ['api'], maliciousSources: ['203.0.113.7'], serviceAffecting: true },
    ...over,
  });
}

const INCOMPLETE = { incompleteBecause: 'they must know today; the steps follow' };
const NO_MORE = { reason: 'the directory has everybody' };

/** A breach from declaration to review: everything is drafted, approved, sent, filed, and done as the domain asks. */
function aLeakedKey() {
  const events: IncidentEvent[] = [];
  const take = ({ state, events: more }: Decision) => {
    events.push(...more);
    return state;
  };
  const awareAt = hour(1);
  let state = take(declare({ declaration: declaration(), policy, exercise: false, now: hour(0.2) }));
  const run = (command: Command, now: string) => {
    state = take(decide(state, command, policy.pack, now));
  };
  const say = <N extends MessageName>(message: N, body: object, now: string) =>
    run(
      {
        command: 'message',
        message: { message, ...MESSAGE_SCHEMAS[message].parse({ by: 'counsel', ...body }) } as Message,
      },
      now,
    );
  /** Does what the domain wants done, as the workflow's activities would report it. */
  const work = (now: string) => {
    for (const effect of wantedWork(state, policy.pack)) {
      if (effect.kind === 'contain') {
        run(
          {
            command: 'report',
            report: { kind: 'containment-step', data: { id: effect.id, outcome: 'verified', detail: 'listed' } },
          },
          now,
        );
      } else if (effect.kind === 'draft') {
        const renderings = [
          { language: 'en', sha256: 'a'.repeat(64), template: 'notice', templateSha256: 'b'.repeat(64) },
        ];
        const { obligation, fingerprint, missing } = effect;
        const data = { obligation: obligation.id, round: obligation.round, fingerprint, renderings, missing };
        run({ command: 'report', report: { kind: 'drafted', data } }, now);
      } else if (effect.kind === 'dispatch') {
        const { id, round } = effect.obligation;
        const evidence = {
          channel: effect.rule.channel,
          recipients: 3,
          sent: 3,
          failed: 0,
          firstSentAt: now,
          lastSentAt: now,
        };
        const audience = audienceOf(effect.rule, state, policy.pack);
        const counted = audience && countedIn({ unreached: {}, listed: {} }, audience, effect.obligation);
        run({ command: 'report', report: { kind: 'delivered', obligation: id, round, evidence, counted } }, now);
      }
    }
  };
  const people = {
    id: 'accounts',
    title: 'Account data',
    role: 'controller',
    categories: ['names', 'emails'],
    records: 1200,
  };
  const dataSets = [
    { ...people, individuals: 400, residence: { IE: 300, CA: null }, risk: 'high', significantHarm: 'yes' },
    { id: 'customer-data', title: 'What customers store', role: 'processor' },
  ];
  const assessment = { personalData: 'yes', dataSets, workspaces: ['ws-1', 'ws-2'], likelyConsequences: 'phishing' };
  say('assess', { assessment, awareAt }, hour(1.5));
  for (let at = 2; at < 8; at++) {
    work(hour(at));
    for (const o of Object.values(state.obligations)) {
      if (o.status === 'filing') say('filed', { obligation: o.id, reference: `REF-${o.id}` }, hour(at));
      else if (o.status === 'drafted' && !o.approved) say('approve', { obligation: o.id, ...INCOMPLETE }, hour(at));
      else if (o.status === 'partly-told') say('leave-untold', { obligation: o.id, rest: true, ...NO_MORE }, hour(at));
    }
  }
  say('measure', { text: 'All deploy keys rotated', category: 'remediation', at: hour(7) }, hour(8));
  say('status', { status: 'contained' }, hour(9));
  say('status', { status: 'resolved' }, hour(9));
  say(
    'review',
    { rootCause: 'key committed by mistake', controls: ['push protection'], shareSummary: false },
    hour(10),
  );
  return { state, events };
}

test('the state folded from the register is the state of the workflow', async () => {
  expect(plain(await stateFromRegister(pool, 'inc-2026-001'))).toEqual(plain(story.state));
  expect(plain(await readIncidentEvents(pool, 'inc-2026-001'))).toEqual(plain(story.events));
});

test('everything that the domain decides is accepted by the register and verifies', async () => {
  expect(await verifyRegister(pool)).toMatchObject({ ok: true, entries: story.events.length });
});

test('R1: when it was detected and declared, by whom and from where, and when the company became aware', () => {
  expect(groupEntry(story.events).times).toEqual({
    ...{ detectedAt: hour(0), declaredAt: hour(0.2), declaredBy: 'oncall', source: 'detector', awareAt: hour(1) },
  });
});

test('R2: the type, and how it occurred, from the review where the declaration could not say', () => {
  expect(groupEntry(story.events).nature).toMatchObject({
    type: 'leaked-credential',
    howItOccurred: 'key committed by mistake',
  });
  expect(groupEntry(story.events.slice(0, 5)).nature.howItOccurred).toBe(UNKNOWN);
});

test('R3: categories and both counts by data set, with "not yet established" for what is not known', () => {
  const { involved, dataSets, workspaces } = groupEntry(story.events).personalData;
  expect({ involved, workspaces }).toEqual({ involved: 'yes', workspaces: 2 });
  expect(dataSets).toMatchObject([
    {
      title: 'Account data',
      categories: ['names', 'emails'],
      records: 1200,
      individuals: 400,
      residence: { IE: 300, CA: UNKNOWN },
    },
    {
      title: 'What customers store',
      categories: UNKNOWN,
      records: UNKNOWN,
      individuals: UNKNOWN,
      residence: UNKNOWN,
      risk: UNKNOWN,
    },
  ]);
});

test('R4: the likely consequences', () => {
  expect(groupEntry(story.events).likelyConsequences).toBe('phishing');
});

test('R5: containment with its outcome, measures, and the controls that the review improved', () => {
  expect(groupEntry(story.events).measures).toMatchObject({
    containment: [{ step: 'block-source 203.0.113.7', outcome: 'verified' }],
    measures: [{ at: hour(7), by: 'counsel', category: 'remediation', text: 'All deploy keys rotated' }],
    rootCause: 'key committed by mistake',
    controls: ['push protection'],
  });
});

test('R6: who was told, when, through which channel, how many, how late, under which reference', () => {
  const { notifications } = groupEntry(story.events);
  expect(notifications).toEqual([...notifications].sort((a, b) => a.at.localeCompare(b.at)));
  expect(new Set(notifications.map(({ channel }) => channel))).toEqual(new Set(['email', 'status-page', 'filing']));
  const enterprise = notifications.find(({ obligation }) => obligation === 'enterprise-notice');
  expect(enterprise).toMatchObject({ who: 'enterprise-notice', channel: 'email', round: 1, sent: 3, lateByMs: 0 });
  const filings = notifications.filter(({ channel, round }) => channel === 'filing' && round === 1);
  expect(filings.length).toBeGreaterThanOrEqual(2);
  for (const filing of filings) expect(filing).toMatchObject({ reference: `REF-${filing.obligation}`, lateByMs: 0 });
});

test('what is still owed and what was found not to apply is shown beside what was done', () => {
  const { owed, notRequired } = groupEntry(story.events);
  const settled = Object.values(story.state.obligations).filter(({ status }) =>
    ['waived', 'not-required'].includes(status),
  );
  expect(notRequired.map(({ obligation }) => obligation).sort()).toEqual(settled.map(({ id }) => id).sort());
  for (const { reason, by } of notRequired) expect([reason, by].every((text) => text.length > 0)).toBe(true);
  expect(owed.length).toBeGreaterThan(0);
});

test('an incident that was only declared shows all six groups, unknown as "not yet established"', () => {
  const { events } = declare({ declaration: declaration(), policy, exercise: true, now: hour(0.2) });
  expect(groupEntry(events)).toMatchObject({
    exercise: true,
    times: { awareAt: UNKNOWN },
    nature: { howItOccurred: UNKNOWN },
    personalData: { involved: UNKNOWN, dataSets: [], workspaces: UNKNOWN },
    likelyConsequences: UNKNOWN,
    measures: { rootCause: UNKNOWN, controls: [] },
    notifications: [],
  });
});

test('entries in any order and repeated give the same record', () => {
  expect(groupEntry([...story.events, ...story.events].reverse())).toEqual(groupEntry(story.events));
});

test('no entries, those of two incidents, or a part without the declaration give an error, not half a record', () => {
  const other = { ...story.events[1]!, incidentId: 'other' };
  for (const events of [[], [...story.events, other], story.events.slice(1)]) {
    expect(() => groupEntry(events)).toThrow(MalformedEntryError);
  }
});

test('an incident that is not there is an error', async () => {
  await expect(stateFromRegister(pool, 'nowhere')).rejects.toThrow(UnknownIncidentError);
});

test('R6: who was told outside of Tocsin and who was left untold, by whom, when, how and why; both instants are kept', () => {
  const incident = new Story({}, policy.pack, { unreached: { 'ws-1': 1, 'ws-2': 1 } }).to(1);
  const facts = factsOf({ dataSets: [stored()], workspaces: ['ws-1', 'ws-2', 'ws-3'] });
  incident.send('assess', { assessment: facts, awareAt: at(1) });
  incident.send('approve', { obligation: 'enterprise-notice' });
  const evidence = { sha256: 'e'.repeat(64), bytes: 10 };
  const whom = { obligation: 'enterprise-notice', by: 'dpo' };
  incident.to(6).send('told', { ...whom, channel: 'phone', workspaces: ['ws-1'], evidence });
  incident.send('leave-untold', {
    ...whom,
    workspaces: ['ws-2'],
    reason: 'its account was closed in March and nobody is left there',
  });
  const record = groupEntry(incident.events);
  expect(record.notifications.filter(({ obligation }) => obligation === 'enterprise-notice')).toMatchObject([
    {
      ...{ channel: 'email', of: 3, told: 2, sent: 1, lateByMs: 0 },
      ...{ at: at(6), firstToldAt: at(1), lastToldAt: at(6) },
    },
    {
      channel: 'outside',
      at: at(6),
      outside: { how: 'phone', by: 'dpo', who: 'ws-1', evidenceSha256: 'e'.repeat(64) },
    },
  ]);
  expect(record.leftUntold).toEqual([
    {
      obligation: 'enterprise-notice',
      by: 'dpo',
      at: at(6),
      reason: 'its account was closed in March and nobody is left there',
      who: 'ws-2',
    },
  ]);
  const lines = recordLines(record, new Output(new Screen(), {})).join('\n');
  expect(lines).toContain('enterprise-notice: told outside of Tocsin (phone): ws-1, by dpo, evidence SHA-256 eeee');
  expect(lines).toContain('enterprise-notice: sent to 1 of 1 by email, 2 of 3 told, the first at 2026-04-01 03:00 UTC');
  expect(lines).toContain('Left untold by decision');
});
