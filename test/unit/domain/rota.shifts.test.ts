// Levels whose shifts follow the sun: parts of a day in several zones, each beginning at its own local time.

import fc from 'fast-check';
import { onCall, type Rota, RotaSchema, turns } from '../../../domain/escalation/rota';
import { DAY_MS, type Instant, localTime, MINUTE_MS, toInstant, toMs } from '../../../domain/kernel/time';
import { loadRota } from '../../../policy/load-rota';

const people = Object.fromEntries(
  ['ann', 'bob', 'cleo', 'dev'].map((who) => [who, { name: who, email: `${who}@example.com` }]),
);
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const WORKDAYS = WEEK.slice(0, 5);

interface Shift {
  name: string;
  timeZone: string;
  handover: string;
  days?: readonly string[];
  rotations: Array<{ start: string; end?: string; every: string; people: string[] }>;
}

const shift = (name: string, timeZone: string, who: string[], over: Partial<Shift> = {}): Shift => ({
  name,
  timeZone,
  handover: '09:00',
  rotations: [{ start: '2026-01-05', every: 'P1W', people: who }],
  ...over,
});
const EUROPE = shift('Europe', 'Europe/Berlin', ['ann', 'bob']);
const AMERICAS = shift('Americas', 'America/New_York', ['cleo']);
const ASIA = shift('Asia-Pacific', 'Asia/Singapore', ['dev']);
const WEEKEND = shift('Weekend', 'Europe/Berlin', ['bob'], { days: ['sat', 'sun'] });

const parsed = (shifts: Shift[], overrides: unknown[] = []) =>
  RotaSchema.safeParse({ people, levels: [{ name: 'First', shifts }], overrides });

function rota(shifts: Shift[], overrides: unknown[] = []): Rota {
  const { data, error } = parsed(shifts, overrides);
  if (!data) throw error;
  return data;
}

function problems(shifts: Shift[]): string[] {
  const { error } = parsed(shifts);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

test('each shift begins at nine in its own zone and lasts until the next one begins, in winter, in summer and between', () => {
  const of = rota([EUROPE, AMERICAS, ASIA]);
  const day = (date: string) =>
    turns(of, 1, `${date}T12:00:00.000Z`, 4).map(({ shift: name, from }) => [name, from.slice(5, 16)]);
  // Winter: Berlin is an hour ahead of UTC, New York five behind, Singapore eight ahead.
  expect(day('2026-01-14')).toEqual([
    ['Europe', '01-14T08:00'],
    ['Americas', '01-14T14:00'],
    ['Asia-Pacific', '01-15T01:00'],
    ['Europe', '01-15T08:00'],
  ]);
  // From 8 to 29 March America alone has summer time: Europe is on call an hour less.
  expect(day('2026-03-18').slice(0, 3)).toEqual([
    ['Europe', '03-18T08:00'],
    ['Americas', '03-18T13:00'],
    ['Asia-Pacific', '03-19T01:00'],
  ]);
  expect(day('2026-07-15').slice(0, 3)).toEqual([
    ['Europe', '07-15T07:00'],
    ['Americas', '07-15T13:00'],
    ['Asia-Pacific', '07-16T01:00'],
  ]);
  // Each shift has turns of its own.
  const europe = (date: string) => onCall(of, 1, `${date}T12:00:00.000Z`)?.who;
  expect([europe('2026-01-05'), europe('2026-01-11'), europe('2026-01-12')]).toEqual(['ann', 'ann', 'bob']);
});

test('weekdays: the weekend is one shift of one person, from Saturday until Monday begins in Asia', () => {
  const of = rota([...[EUROPE, AMERICAS, ASIA].map((each) => ({ ...each, days: WORKDAYS })), WEEKEND]);
  const found = turns(of, 1, '2026-01-09T15:00:00.000Z', 3).map(({ shift: name, who, from, until }) => [
    name,
    who,
    from,
    until,
  ]);
  expect(found).toEqual([
    ['Americas', 'cleo', '2026-01-09T14:00:00.000Z', '2026-01-10T08:00:00.000Z'],
    ['Weekend', 'bob', '2026-01-10T08:00:00.000Z', '2026-01-12T01:00:00.000Z'],
    ['Asia-Pacific', 'dev', '2026-01-12T01:00:00.000Z', '2026-01-12T08:00:00.000Z'],
  ]);
});

test('whoever stands in wins over the shifts, which go on around it', () => {
  const stand = { level: 1, from: '2026-01-14T12:00:00Z', to: '2026-01-14T16:00:00Z', who: 'dev' };
  expect(turns(rota([EUROPE, AMERICAS, ASIA], [stand]), 1, '2026-01-14T11:00:00.000Z', 3)).toMatchObject([
    { shift: 'Europe', until: '2026-01-14T12:00:00.000Z' },
    { who: 'dev', isOverride: true, until: '2026-01-14T16:00:00.000Z' },
    { shift: 'Americas', from: '2026-01-14T16:00:00.000Z', until: '2026-01-15T01:00:00.000Z' },
  ]);
});

describe('a level that cannot be used says where and when, in local time and in UTC', () => {
  test('nobody on call at the weekend', () => {
    const of = [EUROPE, AMERICAS, ASIA].map((each) => ({ ...each, days: WORKDAYS }));
    expect(problems(of)).toEqual([
      'levels.0.shifts.1.days: nobody is on call from Sat 2026-01-10 09:00 America/New_York to Sun 2026-01-11 20:00 America/New_York (2026-01-10 14:00 to 2026-01-12 01:00 UTC): a shift lasts a day at most, and none begins between Fri 2026-01-09 09:00 America/New_York and then; have one begin',
    ]);
  });

  test('two that begin at one instant, also where only the changes of the clocks bring them together', () => {
    expect(problems([EUROPE, shift('Poland', 'Europe/Warsaw', ['bob'])])).toEqual([
      'levels.0.shifts.1.handover: Poland and Europe both begin at Mon 2026-01-05 09:00 Europe/Warsaw (2026-01-05 08:00 UTC): two would be on call; give one of them another time, or other days',
    ]);
    // Bogotá has no summer time: when it is eight there, it is nine in New York in summer alone.
    const bogota = shift('Colombia', 'America/Bogota', ['bob'], { handover: '08:00' });
    expect(problems([AMERICAS, bogota])).toEqual([
      expect.stringContaining('both begin at Sun 2026-03-08 08:00 America/Bogota (2026-03-08 13:00 UTC)'),
    ]);
  });

  test('a shift that begins later than the others leaves a gap only where it is needed', () => {
    const late = (name: string, days: readonly string[]) =>
      shift(name, 'Europe/Berlin', ['bob'], {
        days,
        rotations: [{ start: '2026-03-02', every: 'P1W', people: ['bob'] }],
      });
    const week = [EUROPE, AMERICAS].map((each) => ({ ...each, days: WORKDAYS }));
    expect(problems([...week, late('Weekend', ['sat', 'sun'])])[0]).toContain('from Sat 2026-01-10 09:00');
    expect(problems([EUROPE, { ...late('Evening', WEEK), handover: '18:00' }])).toEqual([]);
  });

  test('its fields: one shift in a list, fields of the level beside shifts, a name that nobody has, a day that is none', () => {
    expect(problems([EUROPE])[0]).toContain('levels.0.shifts: must be two or more');
    expect(
      problems([EUROPE, { ...AMERICAS, rotations: [{ start: '2026-01-05', every: 'P1W', people: ['zoe'] }] }]),
    ).toEqual(['levels.0.shifts.1.rotations.0.people.0: "zoe" is not under "people": add them, or correct the name']);
    expect(problems([EUROPE, { ...AMERICAS, days: ['monday'] }])[0]).toContain('levels.0.shifts.1.days.0');
    const both = RotaSchema.safeParse({ people, levels: [{ ...EUROPE, shifts: [EUROPE, AMERICAS] }] });
    expect(both.error?.issues.map(({ path }) => path.join('.'))).toEqual([
      'levels.0.timeZone',
      'levels.0.handover',
      'levels.0.rotations',
    ]);
    const neither = RotaSchema.safeParse({ people, levels: [{ name: 'First', timeZone: 'UTC' }] });
    expect(neither.error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`)).toEqual([
      'levels.0.handover is missing',
      'levels.0.rotations is missing',
    ]);
  });
});

describe('properties', () => {
  const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Singapore', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
  // Clocks change between one and four: what such a handover means is shown for a level of one shift.
  const TIMES = ['00:10', '06:30', '09:00', '12:45', '17:00', '23:55'];
  const names = fc.shuffledSubarray(['ann', 'bob', 'cleo', 'dev'], { minLength: 1 });
  const one = fc.record({
    timeZone: fc.constantFrom(...ZONES),
    handover: fc.constantFrom(...TIMES),
    rotations: fc
      .record({ every: fc.constantFrom('P1D', 'P3D', 'P1W', 'P2W'), people: names })
      .map((each) => [{ start: '2026-01-05', ...each }]),
  });
  /** The first shift is daily; the others may have weekdays. */
  const several = fc
    .array(fc.record({ of: one, days: fc.option(fc.subarray([...WEEK], { minLength: 1 }), { nil: undefined }) }), {
      minLength: 2,
      maxLength: 4,
    })
    .map((all) =>
      all.map(({ of, days }, place): Shift => ({ name: `S${place}`, ...of, ...(place > 0 && days && { days }) })),
    )
    .map((shifts) => ({ shifts, of: parsed(shifts).data }))
    .filter(({ of }) => of !== undefined);
  const instant = fc
    .integer({ min: Date.parse('2026-01-07T00:00:00Z'), max: Date.parse('2029-01-01T00:00:00Z') })
    .map((ms) => toInstant(ms));

  /** The shift whose wall clock showed its handover last: looked for in steps of five minutes. */
  function lastBegun(shifts: Shift[], at: Instant): { name: string; begun: Instant } {
    const step = 5 * MINUTE_MS;
    for (let ms = Math.floor(toMs(at) / step) * step; ms > toMs(at) - 3 * DAY_MS; ms -= step) {
      const found = shifts.find(({ timeZone, handover, days }) => {
        const { year, month, day, msOfDay } = localTime(ms, timeZone);
        const [hours, minutes] = handover.split(':').map(Number);
        const weekday = WEEK[(new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7]!;
        return msOfDay === (hours! * 60 + minutes!) * MINUTE_MS && (!days || days.includes(weekday));
      });
      if (found) return { name: found.name, begun: toInstant(ms) };
    }
    throw new Error(`no shift began in the three days before ${at}`);
  }

  test('at every instant exactly one person is on call: of the shift whose local time came last, and no gap follows', () => {
    fc.assert(
      fc.property(several, instant, ({ shifts, of: given }, at) => {
        const of = given!;
        const turn = onCall(of, 1, at)!;
        const { name, begun } = lastBegun(shifts, at);
        expect(turn.shift).toBe(name);
        expect(turn.from <= begun && begun <= at && at < turn.until).toBe(true);
        expect(onCall(of, 1, turn.from)).toEqual(turn);
        expect(onCall(of, 1, toInstant(toMs(turn.until) - 1))).toEqual(turn);
        expect(onCall(of, 1, turn.until)!.from).toBe(turn.until);
        // A turn begins when the clock on the wall of its shift shows the handover, whatever the season.
        const own = shifts.find((each) => each.name === turn.shift)!;
        const [hours, minutes] = own.handover.split(':').map(Number);
        expect(localTime(toMs(turn.from), own.timeZone).msOfDay).toBe((hours! * 60 + minutes!) * MINUTE_MS);
      }),
      { numRuns: 60 },
    );
  });
});

test('the example file follows the sun at its first level', () => {
  const of = loadRota('examples/rota-follow-the-sun.yaml');
  const names = turns(of, 1, '2026-03-18T12:00:00.000Z', 4).map((turn) => turn.shift);
  expect(names).toEqual(['Europe', 'Americas', 'Asia-Pacific', 'Europe']);
});

test('a zone whose law changes in a later year is looked at in that year: two would be on call, or nobody', () => {
  // On 1 March 2024 the clocks of Almaty were put back for good, from six hours ahead of UTC to five.
  const from2023 = { rotations: [{ start: '2023-01-02', every: 'P1W', people: ['ann'] }] };
  const almaty = shift('Almaty', 'Asia/Almaty', ['ann'], from2023);
  const night = (handover: string) => shift('Night', 'Etc/UTC', ['ann'], { ...from2023, handover });
  expect(problems([almaty, night('15:00')])).toEqual([]);
  expect(problems([almaty, night('04:00')])).toEqual([
    expect.stringMatching(
      /^levels\.0\.shifts\.\d\.handover: .* both begin at Fri 2024-03-01 0\d:00 .* \(2024-03-01 04:00 UTC\): two would be on call/,
    ),
  ]);
});

test('looking at twenty years of a zone whose clocks go by another law in each takes no time that anybody would notice', () => {
  const casablanca = shift('Casablanca', 'Africa/Casablanca', ['ann']);
  const before = performance.now();
  expect(problems([casablanca, AMERICAS, ASIA])).toEqual([]);
  expect(performance.now() - before).toBeLessThan(5_000);
});
