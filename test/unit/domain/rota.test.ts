import fc from 'fast-check';
import { onCall, type Rota, RotaSchema, turns } from '../../../domain/escalation/rota';
import { DAY_MS, toInstant, toMs } from '../../../domain/kernel/time';

const people = Object.fromEntries(
  ['ann', 'bob', 'cleo', 'dev'].map((who) => [who, { name: who, email: `${who}@example.com` }]),
);

/** Weekly at 09:00 in Dublin from Monday, 5 January 2026. */
const LEVEL = {
  name: 'First',
  timeZone: 'Europe/Dublin',
  handover: '09:00',
  rotations: [{ start: '2026-01-05', every: 'P1W', people: ['ann', 'bob', 'cleo'] }],
};

/** A rota with one level. */
function rota(over: Record<string, unknown> = {}, overrides: unknown[] = []): Rota {
  return RotaSchema.parse({ people, levels: [{ ...LEVEL, ...over }], overrides });
}

const who = (of: Rota, at: string) => onCall(of, 1, toInstant(Date.parse(at)))?.who;

describe('turns', () => {
  test('a week each, in order, and round again; nobody before the first', () => {
    const of = rota();
    expect(who(of, '2026-01-05T08:59:59.999Z')).toBeUndefined();
    expect(who(of, '2026-01-05T09:00:00Z')).toBe('ann');
    expect(who(of, '2026-01-12T08:59:59.999Z')).toBe('ann');
    expect(who(of, '2026-01-12T09:00:00Z')).toBe('bob');
    expect(who(of, '2026-01-19T09:00:00Z')).toBe('cleo');
    expect(who(of, '2026-01-26T09:00:00Z')).toBe('ann');
    expect(onCall(of, 2, '2026-01-26T09:00:00.000Z')).toBeUndefined();
  });

  // Ireland goes to summer time on 29 March 2026 at 01:00 UTC and back on 25 October at 01:00 UTC.
  test('a handover stays at its local time across both changes of the clock', () => {
    const of = rota();
    expect(who(of, '2026-03-23T09:00:00Z')).toBe('cleo');
    // Monday, 30 March, 09:00 in Dublin is 08:00 UTC: the turn before it is an hour shorter.
    expect(who(of, '2026-03-30T07:59:59.999Z')).toBe('cleo');
    expect(onCall(of, 1, '2026-03-30T08:00:00.000Z')).toEqual({
      who: 'ann',
      from: '2026-03-30T08:00:00.000Z',
      until: '2026-04-06T08:00:00.000Z',
      isOverride: false,
    });
    // Monday, 26 October, 09:00 is 09:00 UTC again: the turn before it is an hour longer.
    expect(onCall(of, 1, '2026-10-26T08:30:00.000Z')).toMatchObject({
      from: '2026-10-19T08:00:00.000Z',
      until: '2026-10-26T09:00:00.000Z',
    });
  });

  test('a handover in the hour that does not exist is after it, one in the hour that comes twice is the earlier', () => {
    const daily = rota({
      timeZone: 'Europe/Berlin',
      handover: '02:30',
      rotations: [{ start: '2026-03-01', every: 'P1D', people: ['ann', 'bob'] }],
    });
    // 29 March: 02:00 becomes 03:00 in Berlin. 02:30 does not exist, 03:30 summer time is 01:30 UTC.
    expect(onCall(daily, 1, '2026-03-29T01:30:00.000Z')).toMatchObject({
      from: '2026-03-29T01:30:00.000Z',
      until: '2026-03-30T00:30:00.000Z',
    });
    // 25 October: 02:30 comes twice, first at 00:30 UTC.
    expect(onCall(daily, 1, '2026-10-25T00:30:00.000Z')).toMatchObject({ from: '2026-10-25T00:30:00.000Z' });
  });

  test('a rotation ends where the next one begins', () => {
    const of = rota({
      rotations: [
        { start: '2026-01-05', end: '2026-01-15', every: 'P1W', people: ['ann', 'bob'] },
        { start: '2026-01-15', every: 'P1D', people: ['cleo', 'dev'] },
      ],
    });
    expect(turns(of, 1, '2026-01-05T09:00:00.000Z', 4)).toMatchObject([
      { who: 'ann', until: '2026-01-12T09:00:00.000Z' },
      { who: 'bob', until: '2026-01-15T09:00:00.000Z' },
      { who: 'cleo', until: '2026-01-16T09:00:00.000Z' },
      { who: 'dev', until: '2026-01-17T09:00:00.000Z' },
    ]);
  });
});

describe('overrides', () => {
  test('win, also across a handover, and leave the turns around them as they are', () => {
    // From Sunday evening to Tuesday: over the handover of Monday, 12 January.
    const stand = { level: 1, from: '2026-01-11T18:00:00Z', to: '2026-01-13T18:00:00Z', who: 'dev' };
    expect(turns(rota({}, [stand]), 1, '2026-01-10T00:00:00.000Z', 4)).toEqual([
      { who: 'ann', from: '2026-01-05T09:00:00.000Z', until: '2026-01-11T18:00:00.000Z', isOverride: false },
      { who: 'dev', from: '2026-01-11T18:00:00.000Z', until: '2026-01-13T18:00:00.000Z', isOverride: true },
      { who: 'bob', from: '2026-01-13T18:00:00.000Z', until: '2026-01-19T09:00:00.000Z', isOverride: false },
      { who: 'cleo', from: '2026-01-19T09:00:00.000Z', until: '2026-01-26T09:00:00.000Z', isOverride: false },
    ]);
  });

  test('may follow one another, and may come before the first turn', () => {
    const of = rota({}, [
      { level: 1, from: '2026-01-01T00:00:00+01:00', to: '2026-01-02T00:00:00+01:00', who: 'dev' },
      { level: 1, from: '2026-01-02T00:00:00+01:00', to: '2026-01-03T00:00:00+01:00', who: 'bob' },
    ]);
    expect(turns(of, 1, '2025-12-01T00:00:00.000Z', 3).map((turn) => [turn.who, turn.from])).toEqual([
      ['dev', '2025-12-31T23:00:00.000Z'],
      ['bob', '2026-01-01T23:00:00.000Z'],
      ['ann', '2026-01-05T09:00:00.000Z'],
    ]);
  });
});

describe('a rota that cannot be used', () => {
  const problems = (over: Record<string, unknown>, overrides: unknown[] = []) => {
    const level = { name: 'First', timeZone: 'UTC', handover: '09:00', rotations: [], ...over };
    const parsed = RotaSchema.safeParse({ people, levels: [level], overrides });
    if (parsed.success) throw new Error('it was expected to be refused');
    return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n');
  };
  const weekly = { start: '2026-01-05', every: 'P1W', people: ['ann'] };

  test.each<[string, string, Record<string, unknown>, unknown[]?]>([
    ['an unknown person', 'rotations.0.people.0: "zoe" is not', { rotations: [{ ...weekly, people: ['zoe'] }] }],
    [
      'a gap between rotations',
      'nobody is on call from 2026-02-02 to 2026-03-02',
      {
        rotations: [
          { ...weekly, end: '2026-02-02' },
          { ...weekly, start: '2026-03-02' },
        ],
      },
    ],
    [
      'rotations that overlap',
      'overlaps the next rotation',
      {
        rotations: [
          { ...weekly, end: '2026-04-06' },
          { ...weekly, start: '2026-03-02' },
        ],
      },
    ],
    ['a last rotation that ends', 'nobody is on call after', { rotations: [{ ...weekly, end: '2026-02-02' }] }],
    ['an end before its start', 'must be after "start"', { rotations: [{ ...weekly, end: '2026-01-05' }] }],
    ['a time zone that is none', 'IANA', { timeZone: 'Mars/Olympus', rotations: [weekly] }],
    ['a handover at 24:00', 'time of day', { handover: '24:00', rotations: [weekly] }],
    ['a turn of a month', 'whole days or weeks', { rotations: [{ ...weekly, every: 'P1M' }] }],
    [
      'overrides that overlap',
      'overrides.1: overlaps the override 1 (ann) at level 1',
      { rotations: [weekly] },
      [
        { level: 1, from: '2026-02-01T00:00:00Z', to: '2026-02-03T00:00:00Z', who: 'ann' },
        { level: 1, from: '2026-02-02T23:00:00Z', to: '2026-02-04T00:00:00Z', who: 'bob' },
      ],
    ],
    [
      'an override by nobody known, at no level, that ends first',
      'overrides.0.level: there are 1 levels',
      { rotations: [weekly] },
      [{ level: 2, from: '2026-02-02T00:00:00Z', to: '2026-02-01T00:00:00Z', who: 'zoe' }],
    ],
  ])('%s', (...[, problem, over, overrides]) => {
    expect(problems(over, overrides)).toContain(problem);
  });
});

describe('properties', () => {
  const zones = fc.constantFrom('UTC', 'Europe/Dublin', 'America/Toronto', 'Australia/Lord_Howe', 'Asia/Kathmandu');
  const instant = fc
    .integer({ min: Date.parse('2026-01-07T00:00:00Z'), max: Date.parse('2029-01-01T00:00:00Z') })
    .map((ms) => toInstant(ms));
  const levels = fc.record({
    timeZone: zones,
    handover: fc.constantFrom('00:00', '01:30', '02:15', '09:00', '23:59'),
    rotations: fc
      .record({
        every: fc.constantFrom('P1D', 'P3D', 'P1W', 'P2W'),
        people: fc.shuffledSubarray(['ann', 'bob', 'cleo', 'dev'], { minLength: 1 }),
      })
      .map((each) => [{ start: '2026-01-05', ...each }]),
  });
  /** Stand-ins that do not overlap: cut points in order, every other span is one. */
  const stands = fc.uniqueArray(instant, { maxLength: 8 }).map((cuts) => {
    const sorted = [...cuts].sort();
    return sorted.flatMap((from, index) =>
      index % 2 === 0 && sorted[index + 1] ? [{ level: 1, from, to: sorted[index + 1], who: 'dev' }] : [],
    );
  });

  test('at every instant exactly one turn covers it, and it is the same over the whole turn', () => {
    fc.assert(
      fc.property(levels, stands, instant, (level, overrides, at) => {
        const of = rota(level, overrides);
        const turn = onCall(of, 1, at)!;
        expect(turn.from <= at && at < turn.until).toBe(true);
        expect(onCall(of, 1, turn.from)).toEqual(turn);
        expect(onCall(of, 1, toInstant(toMs(turn.until) - 1))).toEqual(turn);
        // What comes next begins where this one ends: no gap, no overlap.
        expect(onCall(of, 1, turn.until)!.from).toBe(turn.until);
      }),
      { numRuns: 200 },
    );
  });

  test('over a long time everybody has as many turns as everybody else', () => {
    fc.assert(
      fc.property(levels, (level) => {
        const of = rota(level);
        const { people: names, every } = level.rotations[0]!;
        const counts = new Map<string, number>();
        const found = turns(of, 1, '2026-01-06T12:00:00.000Z', names.length * 12);
        for (const turn of found) counts.set(turn.who, (counts.get(turn.who) ?? 0) + 1);
        expect([...counts.values()]).toEqual(names.map(() => 12));
        const days = { P1D: 1, P3D: 3, P1W: 7, P2W: 14 }[every]!;
        // Whole days, but for the change of the clock.
        for (const { from, until } of found) {
          expect(Math.abs(toMs(until) - toMs(from) - days * DAY_MS)).toBeLessThanOrEqual(3_600_000);
        }
      }),
      { numRuns: 20 },
    );
  });
});

test('an id at a paging service is one person’s', () => {
  const shared = { ...people, ann: { ...people.ann, slack: 'U012AB3CD' }, bob: { ...people.bob, slack: 'U012AB3CD' } };
  const { success, error } = RotaSchema.safeParse({ people: shared, levels: [LEVEL] });
  expect([success, error?.issues.map(({ path, message }) => [path.join('.'), message])]).toEqual([
    false,
    [['people.bob.slack', 'is the id of "ann" too: each id is one person\'s']],
  ]);
});
