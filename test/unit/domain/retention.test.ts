// How long an incident is kept: legal examples worked out by hand, and what holds for any incident and any table.
import fc from 'fast-check';
import { isOver, type RetentionTable, RetentionTableSchema, retentionOf } from '../../../domain/incident/retention';
import type { IncidentState } from '../../../domain/incident/state';
import { toInstant, toMs } from '../../../domain/kernel/time';
import { loadRetention } from '../../../policy/load-retention';
import { accounts, assessment, type DeclarationInput } from './helpers/facts';
import { Story } from './helpers/story';

const TABLE = loadRetention();

/** The state of an incident whose instants are given; nothing else in it matters here. */
function incident(over: Partial<DeclarationInput>, instants: Partial<IncidentState['anchors']> & { closed?: string }) {
  const { closed, ...anchors } = instants;
  const { state } = new Story(over);
  return { ...state, anchors: { ...state.anchors, ...anchors }, ...(closed && { closedAt: closed }) };
}

function endOf(state: IncidentState, rule: string) {
  const reason = retentionOf(state, TABLE).because.find((each) => each.rule === rule);
  return reason?.until;
}

/** One data set of people who live in these countries. */
const livingIn = (residence: Record<string, number | null>, over: object = {}) => ({
  assessment: assessment({ dataSets: [accounts({ residence, ...over })] }),
});

test('PIPEDA: 24 months from the determination, on the Canadian calendar, clamped in February', () => {
  // 29 February 2024, 20:00 in Toronto (EST, UTC−5); there is no 29 February 2026.
  const state = incident(livingIn({ CA: 10 }), {
    confirmed: '2024-03-01T01:00:00.000Z',
    aware: '2024-02-28T01:00:00.000Z',
    closed: '2024-04-01T00:00:00.000Z',
  });
  expect(endOf(state, 'pipeda-s6')).toBe('2026-03-01T01:00:00.000Z');
  // 28 February 2026, 20:00 in Toronto: the same wall clock, a day earlier on the calendar.
  expect(new Date('2026-03-01T01:00:00.000Z').toLocaleDateString('en-CA', { timeZone: 'America/Toronto' })).toBe(
    '2026-02-28',
  );
});

test('Québec: five years from awareness, across a change of the clocks', () => {
  // 15 January 2026, 04:00 in Toronto is UTC−5; 15 July would be UTC−4.
  const winter = { aware: '2026-01-15T09:00:00.000Z', confirmed: '2026-01-16T09:00:00.000Z' };
  const state = incident(livingIn({ CA: 10 }), { ...winter, closed: '2026-02-01T00:00:00.000Z' });
  expect(endOf(state, 'quebec-law25')).toBe('2031-01-15T09:00:00.000Z');
  const summer = incident(livingIn({ CA: 10 }), {
    aware: '2026-07-15T08:00:00.000Z',
    closed: '2026-08-01T00:00:00.000Z',
  });
  expect(endOf(summer, 'quebec-law25')).toBe('2031-07-15T08:00:00.000Z');
});

test('Switzerland: two years from the last report to an authority; from the closing where none was reported', () => {
  const base = incident(livingIn({ CH: 10 }), { closed: '2026-05-01T00:00:00.000Z' });
  expect(endOf(base, 'swiss-fadp-24')).toBe('2028-05-01T00:00:00.000Z');
  const filing = (at: string) => ({ at, evidence: { channel: 'filing' }, round: 2 });
  const [first] = Object.values(base.obligations);
  const reported = {
    ...base,
    obligations: {
      reported: {
        ...first!,
        fulfilledAt: '2026-04-03T00:00:00.000Z',
        evidence: { channel: 'filing' },
        supplements: [filing('2026-04-20T12:00:00.000Z')],
      },
      mailed: { ...first!, fulfilledAt: '2026-04-25T00:00:00.000Z', evidence: { channel: 'email' } },
    },
  };
  expect(endOf(reported, 'swiss-fadp-24')).toBe('2028-04-20T12:00:00.000Z');
});

test('GDPR: no period in the law, so the product says that five years from the closing are its own', () => {
  const state = incident(livingIn({ DE: 10 }), { closed: '2026-05-31T10:00:00.000Z' });
  const { until, because } = retentionOf(state, TABLE);
  expect(until).toBe('2031-05-31T10:00:00.000Z');
  expect(because.map(({ rule }) => rule)).toEqual(['gdpr-art33-5', 'every-incident']);
  expect(because[0]).toMatchObject({ citation: 'GDPR Art. 33(5)', ownTarget: true, from: 'closed', period: 'P5Y' });
  expect(because[0]!.because.join()).toContain('personal data is affected');
});

test('the longest counts: Canada and Germany together, and the reasons are in the order of their ends', () => {
  const state = incident(livingIn({ CA: 10, DE: 10 }), {
    aware: '2026-04-01T02:00:00.000Z',
    confirmed: '2026-04-01T03:00:00.000Z',
    closed: '2026-04-20T00:00:00.000Z',
  });
  const { until, because } = retentionOf(state, TABLE);
  expect(because.map(({ rule, until: end }) => [rule, end])).toEqual([
    ['gdpr-art33-5', '2031-04-20T00:00:00.000Z'],
    ['quebec-law25', '2031-04-01T02:00:00.000Z'],
    ['every-incident', '2028-04-20T00:00:00.000Z'],
    ['pipeda-s6', '2028-04-01T03:00:00.000Z'],
  ]);
  expect(until).toBe('2031-04-20T00:00:00.000Z');
});

test('nobody in Canada or Switzerland: their periods do not apply; a processor is not under the Swiss one', () => {
  const rules = (over: Partial<DeclarationInput>) =>
    retentionOf(incident(over, {}), TABLE).because.map(({ rule }) => rule);
  expect(rules(livingIn({ FR: 5 }))).toEqual(expect.not.arrayContaining(['pipeda-s6', 'quebec-law25']));
  expect(rules(livingIn({ CH: 5 }))).toContain('swiss-fadp-24');
  expect(rules(livingIn({ CH: 5 }, { role: 'processor' }))).not.toContain('swiss-fadp-24');
});

test('no personal data: only the target for every incident is left', () => {
  const state = incident(
    { assessment: assessment({ personalData: 'no', dataSets: [] }) },
    { closed: '2026-04-02T00:00:00.000Z' },
  );
  const { until, because } = retentionOf(state, TABLE);
  expect(because.map(({ rule }) => rule)).toEqual(['every-incident']);
  expect(until).toBe('2028-04-02T00:00:00.000Z');
});

test('an undecided fact means that a regime applies', () => {
  const all = TABLE.rules.map(({ id }) => id).sort();
  const rules = (over: Partial<DeclarationInput>) =>
    retentionOf(incident(over, { closed: '2026-04-02T00:00:00.000Z' }), TABLE)
      .because.map(({ rule }) => rule)
      .sort();
  expect(rules({})).toEqual(all);
  expect(rules({ assessment: assessment({ personalData: 'possible', dataSets: [] }) })).toEqual(all);
  expect(rules(livingIn({ DE: 3, unknown: null }))).toEqual(all);
});

test('an open incident has no end, whatever has begun to run', () => {
  const state = incident(livingIn({ CA: 1 }), { aware: '1990-01-01T00:00:00.000Z' });
  const retention = retentionOf(state, TABLE);
  expect(retention.until).toBeUndefined();
  expect(isOver(retention, '2099-01-01T00:00:00.000Z')).toBe(false);
  expect(retention.because.find(({ rule }) => rule === 'quebec-law25')?.until).toBe('1995-01-01T00:00:00.000Z');
});

test('what the law page marks as a secondary source is to be confirmed with counsel', () => {
  const marked = TABLE.rules.filter((rule) => rule.confirmWithCounsel).map(({ id }) => id);
  expect(marked).toEqual(['pipeda-s6', 'quebec-law25']);
});

test('a table that covers some incidents only is refused', () => {
  const rules = TABLE.rules.filter(({ id }) => id !== 'every-incident');
  expect(() => RetentionTableSchema.parse({ ...TABLE, rules })).toThrow('one rule must apply always');
  expect(() => RetentionTableSchema.parse({ ...TABLE, rules: [...TABLE.rules, TABLE.rules[0]] })).toThrow('once only');
});

// —— for any incident and any table ——

const instant = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => toInstant(seconds * 1000));
const anyRule = fc.record({
  id: fc.uuid().map((uuid) => `r-${uuid}`),
  regime: fc.constantFrom('a', 'b'),
  citation: fc.constant('c'),
  from: fc.constantFrom('determined', 'aware', 'authority-notified', 'closed'),
  period: fc.constantFrom('P1D', 'P1M', 'P11M', 'P24M', 'P2Y', 'P5Y', 'P30Y', 'P1Y1M1D'),
  appliesWhen: fc.constantFrom(
    { always: true },
    { personalData: ['yes', 'possible'] },
    { dataSet: { residence: ['CA'] } },
    { dataSet: { role: 'processor', residence: ['EEA'] } },
  ),
  timeZone: fc.constantFrom('UTC', 'America/Toronto', 'Europe/Zurich', 'Pacific/Apia'),
});
const anyTable = fc.uniqueArray(anyRule, { selector: ({ id }) => id, maxLength: 5 }).map(
  (rules): RetentionTable =>
    RetentionTableSchema.parse({
      version: '1',
      rules: [{ ...TABLE.rules[0]!, timeZone: 'UTC' }, ...rules],
    }),
);
const FACTS = [{}, livingIn({ CA: 1 }), livingIn({ DE: 1, CH: 2 }), livingIn({ unknown: null })].map(
  (over) => new Story(over).state,
);
const anyState = fc
  .record({
    base: fc.constantFrom(...FACTS),
    aware: fc.option(instant, { nil: undefined }),
    confirmed: fc.option(instant, { nil: undefined }),
    closedAt: fc.option(instant, { nil: undefined, freq: 3 }),
  })
  .map(({ base, aware, confirmed, closedAt }): IncidentState => {
    const { detected, declared } = base.anchors;
    return { ...base, anchors: { detected, declared, aware, confirmed }, closedAt };
  });

test('the end is never before that of any period that applies, and is that of one of them', () => {
  fc.assert(
    fc.property(anyState, anyTable, (state, table) => {
      const { until, because } = retentionOf(state, table);
      expect(because.length).toBeGreaterThan(0);
      if (state.closedAt === undefined) return expect(until).toBeUndefined();
      for (const each of because) {
        expect(toMs(until!)).toBeGreaterThanOrEqual(toMs(each.until!));
        expect(toMs(each.until!)).toBeGreaterThan(toMs(each.startAt!));
      }
      expect(because.map((each) => each.until)).toContain(until);
    }),
    { numRuns: 400 },
  );
});

test('a regime that is added never shortens it', () => {
  fc.assert(
    fc.property(anyState, anyTable, anyRule, (state, table, rule) => {
      const more = RetentionTableSchema.parse({ ...table, rules: [...table.rules, { ...rule, id: 'added' }] });
      const [before, after] = [retentionOf(state, table), retentionOf(state, more)];
      if (before.until === undefined) return expect(after.until).toBeUndefined();
      expect(toMs(after.until!)).toBeGreaterThanOrEqual(toMs(before.until));
    }),
    { numRuns: 400 },
  );
});
