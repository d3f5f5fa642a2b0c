/** The one alarm clock, whatever its settings, whenever somebody looks: what it promises. */
import fc from 'fast-check';
import {
  type AlarmClock,
  type ClockPoint,
  clockPoints,
  nextPoint,
  type Rung,
  ringing,
} from '../../../domain/kernel/alarm-clock';
import { type Instant, toInstant, toMs } from '../../../domain/kernel/time';
import { thresholdName } from '../../setup/threshold-name';

const T0 = Date.parse('2026-04-01T00:00:00.000Z');
const at = (minutes: number): Instant => toInstant(T0 + minutes * 60_000);

const settings = fc.record({
  alarmAt: fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { maxLength: 8 }),
  length: fc.integer({ min: 0, max: 10_000 }),
  margin: fc.option(fc.integer({ min: 0, max: 12_000 }), { nil: undefined }),
  repeatMs: fc.option(
    fc.integer({ min: 1, max: 3_000 }).map((minutes) => minutes * 60_000),
    { nil: undefined },
  ),
});
/** Instants at which somebody looks, in order; what lies between them is an outage. */
const looks = fc.array(fc.integer({ min: -100, max: 30_000 }), { minLength: 1, maxLength: 40 });

function clockOf({ alarmAt, length, margin, repeatMs }: typeof settings extends fc.Arbitrary<infer S> ? S : never) {
  const dueAt = at(length);
  const marginAt = margin === undefined ? undefined : at(length - margin);
  const clock: AlarmClock = { dueAt, points: clockPoints({ startAt: at(0), dueAt, alarmAt, marginAt }), repeatMs };
  return clock;
}

/** Looks at each instant as a case does: what rings is remembered. */
function played(clocks: (now: Instant) => AlarmClock, instants: number[]) {
  let rung: Rung | undefined;
  const rings: Array<{ point: ClockPoint; now: Instant; dueAt: Instant }> = [];
  for (const minutes of [...instants].sort((a, b) => a - b)) {
    const now = at(minutes);
    const clock = clocks(now);
    const point = ringing(clock, rung, now);
    if (!point) continue;
    rung = { dueAt: clock.dueAt, at: now };
    rings.push({ point, now, dueAt: clock.dueAt });
    // Asked again at the same instant it is silent.
    expect(ringing(clock, rung, now)).toBeUndefined();
  }
  return rings;
}

const ascending = (instants: Instant[]) => [...instants].sort((a, b) => toMs(a) - toMs(b));

test('each threshold rings at most once for one deadline, never before its time, in order', () => {
  fc.assert(
    fc.property(settings, looks, (of, instants) => {
      const clock = clockOf(of);
      const rings = played(() => clock, instants);
      const names = rings.map(({ point }) => thresholdName(point.threshold));
      expect(new Set(names).size).toBe(names.length);
      for (const { point, now } of rings) expect(toMs(point.at)).toBeLessThanOrEqual(toMs(now));
      expect(ascending(rings.map(({ point }) => point.at))).toEqual(rings.map(({ point }) => point.at));
    }),
    { numRuns: 1_000 },
  );
});

test('of several that passed during an outage only the highest rings', () => {
  fc.assert(
    fc.property(settings, looks, (of, instants) => {
      const clock = clockOf(of);
      for (const { point, now } of played(() => clock, instants)) {
        const passed = clock.points.filter((other) => toMs(other.at) <= toMs(now));
        for (const other of passed) expect(toMs(other.at)).toBeLessThanOrEqual(toMs(point.at));
        if (clock.repeatMs === undefined) continue;
        const overMs = toMs(now) - toMs(clock.dueAt);
        if (overMs >= clock.repeatMs) {
          expect(point.threshold).toEqual({ kind: 'overdue', times: Math.floor(overMs / clock.repeatMs) });
        }
      }
    }),
    { numRuns: 1_000 },
  );
});

test('who looks at each next point hears every threshold, each at its exact instant', () => {
  fc.assert(
    fc.property(settings, (of) => {
      const clock = clockOf(of);
      const before = Math.min(0, ...clock.points.map((point) => (toMs(point.at) - T0) / 60_000)) - 1;
      const instants: number[] = [before];
      let now = at(before);
      for (let n = 0; n < 30; n++) {
        const next = nextPoint(clock, now);
        if (!next) break;
        expect(toMs(next.at)).toBeGreaterThan(toMs(now));
        now = next.at;
        instants.push((toMs(now) - T0) / 60_000);
      }
      const rings = played(() => clock, instants);
      for (const { point, now: heard } of rings) expect(point.at).toBe(heard);
      const heard = new Set(rings.map(({ point }) => point.at));
      const to = Math.max(...instants);
      for (const { at: each } of clock.points) {
        // Two points at one instant ring as one.
        if (toMs(each) <= toMs(at(to))) expect(heard.has(each)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('a moved deadline is a clock of its own: its passed thresholds ring once more, the highest alone', () => {
  fc.assert(
    fc.property(
      settings,
      looks,
      fc.integer({ min: 0, max: 30_000 }),
      fc.integer({ min: 1, max: 20_000 }),
      (of, instants, when, by) => {
        const [before, after] = [clockOf(of), clockOf({ ...of, length: of.length + by })];
        const rings = played((now) => (toMs(now) < toMs(at(when)) ? before : after), instants);
        for (const clock of [before, after]) {
          const names = rings
            .filter(({ dueAt }) => dueAt === clock.dueAt)
            .map(({ point }) => thresholdName(point.threshold));
          expect(new Set(names).size).toBe(names.length);
        }
        // Whatever has passed of the new clock is heard at the first look after the move.
        const first = [...instants].sort((a, b) => a - b).find((minutes) => minutes >= when);
        if (first === undefined) return;
        const due = ringing(after, undefined, at(first));
        const heard = rings.find(({ now, dueAt }) => now === at(first) && dueAt === after.dueAt);
        expect(heard?.point).toEqual(due);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a clock that was corrected backwards starts no later than its deadline', () => {
  const points = clockPoints({ startAt: at(100), dueAt: at(50), alarmAt: [0, 50, 100] });
  expect(points.map((point) => point.at)).toEqual([at(50), at(50), at(50)]);
  const clock = { dueAt: at(50), points };
  expect(ringing(clock, undefined, at(60))?.threshold).toEqual({ kind: 'due' });
});
