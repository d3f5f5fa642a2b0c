import fc from 'fast-check';
import {
  type AlarmSignal,
  acknowledge,
  acknowledgedNow,
  type EscalationState,
  joined,
  levelOf,
  looked,
  nextStep,
  pageBegun,
  paged,
  stands,
  toldBy,
} from '../../../domain/escalation/escalation';
import { pageKeyOf, readPageKey } from '../../../domain/escalation/page-key';
import { standingOf } from '../../../domain/escalation/standing';
import type { Obligation } from '../../../domain/incident/state';
import { type Instant, toInstant, toMs } from '../../../domain/kernel/time';
import { alarmOn } from './helpers/alarm';

const T0 = '2026-04-01T02:00:00.000Z';
const at = (minutes: number): Instant => toInstant(toMs(T0) + minutes * 60_000);

const signal = (seq: number, over: Partial<AlarmSignal> = {}): AlarmSignal => ({
  alarm: alarmOn('containment', { seq, at: at(seq) }),
  owner: 'ann',
  severity: 'sev1',
  title: 'Leaked deploy key',
  plan: { every: 'PT5M', tries: 3, levels: 2 },
  ...over,
});
const alarmAt = (seq: number, minutes: number) => alarmOn('containment', { seq, at: at(minutes) });
const begun = (seq = 7) => joined(undefined, 'INC-7', signal(seq), at(0));

describe('a climb', () => {
  test('pages at once, then every five minutes, three times a level, and round again', () => {
    let state = begun();
    const steps: Array<[number, number]> = [];
    for (let n = 0; n < 8; n++) {
      const step = nextStep(state);
      if (step.step !== 'page') throw new Error(`expected a page, not ${step.step}`);
      steps.push([(toMs(step.at) - toMs(T0)) / 60_000, step.level]);
      // A timer may fire a little late: the next instants do not move.
      state = paged(state, state.climb.number, toInstant(toMs(step.at) + 40_000));
    }
    expect(steps).toEqual([0, 5, 10, 15, 20, 25, 30, 35].map((minute, n) => [minute, [1, 1, 1, 2, 2, 2, 1, 1][n]]));
  });

  test('after an outage one page is late, and those after it keep their distance: nobody is skipped, nothing bursts', () => {
    const late = paged(paged(begun(), 1, at(0)), 1, at(63));
    expect(nextStep(late)).toMatchObject({ step: 'page', attempt: 3, level: 1, at: at(68) });
  });

  test('a second alarm joins: the instants stay, the digest grows; the same one again changes nothing', () => {
    const state = paged(begun(), 1, at(0));
    const both = joined(state, 'INC-7', signal(9), at(3));
    expect(nextStep(both)).toEqual(nextStep(state));
    expect(both.open.map(({ seq }) => seq)).toEqual([7, 9]);
    expect(joined(both, 'INC-7', signal(9), at(4))).toBe(both);
    // Signals may overtake one another.
    expect(joined(both, 'INC-7', signal(8), at(4)).open.map(({ seq }) => seq)).toEqual([7, 8, 9]);
  });

  test('one of the number of another, which a run had raised that is gone, takes its place, also when that was acknowledged', () => {
    const other = signal(7, { alarm: alarmOn('containment', { seq: 7, at: at(9) }) });
    const state = paged(joined(begun(), 'INC-7', signal(8), at(8)), 1, at(8));
    const open = joined(state, 'INC-7', other, at(9));
    expect(open.open.map((alarm) => [alarm.seq, alarm.at])).toEqual([
      [7, at(9)],
      [8, at(8)],
    ]);
    const rested = acknowledge(begun(), { alarms: [7] }, at(1));
    const climb = { seq: 7, since: at(9), number: 2, attempt: 0, nextAt: at(9) };
    expect(joined(rested, 'INC-7', other, at(9))).toMatchObject({ climb, open: [{ at: at(9) }], acknowledged: [] });
    expect(joined(rested, 'INC-7', signal(7), at(9))).toBe(rested);
    // A page of the climb that the one of the same number had begun comes back late, and moves nothing of the new one.
    const begunAnew = joined(rested, 'INC-7', other, at(9));
    expect(paged(begunAnew, 1, at(10))).toBe(begunAnew);
    expect(paged(begunAnew, 2, at(10)).climb.attempt).toBe(1);
  });

  test('acknowledged, it rests and is looked at hourly; a new alarm begins a new climb at level 1', () => {
    let state = paged(paged(begun(), 1, at(0)), 1, at(5));
    state = acknowledge(state, { alarms: [7] }, at(6));
    expect(nextStep(state)).toEqual({ step: 'look', at: at(66) });
    expect(nextStep(looked(state, at(66)))).toEqual({ step: 'look', at: at(126) });
    state = joined(state, 'INC-7', signal(12), at(30));
    expect(state.climb).toEqual({ seq: 12, since: at(12), number: 2, attempt: 0, nextAt: at(30) });
    expect(nextStep(state)).toEqual({ step: 'page', at: at(30), attempt: 1, level: 1 });
    expect(state.open.map(({ seq }) => seq)).toEqual([12]);
    // A page of the climb before it that comes back late moves nothing.
    expect(paged(state, 1, at(31))).toBe(state);
  });

  test('a part acknowledged leaves the rest; settled ones go; a closed case ends it', () => {
    const both = joined(begun(), 'INC-7', signal(9), at(1));
    expect(nextStep(acknowledge(both, { alarms: [7] }, at(2))).step).toBe('page');
    expect(acknowledge(both, { alarms: [1, 2] }, at(2))).toBe(both);
    const standing = { isClosed: false, acknowledged: [], settled: [] };
    expect(nextStep(stands(both, { ...standing, settled: [7, 9] }, at(2))).step).toBe('end');
    expect(nextStep(stands(both, { ...standing, settled: [7], acknowledged: [9] }, at(2))).step).toBe('look');
    const closed = stands(both, { ...standing, isClosed: true }, at(2));
    expect(nextStep(closed).step).toBe('end');
    expect(nextStep(joined(closed, 'INC-7', signal(20), at(3))).step).toBe('end');
  });

  test('what was acknowledged in PagerDuty is told though a look before a page had found it, as long as others are open', () => {
    const state = joined(begun(), 'INC-7', signal(9), at(1));
    const standing = { isClosed: false, acknowledged: [7], settled: [] };
    const looked = stands(state, standing, at(5));
    const said = { by: 'ann', alarms: [7], via: 'pagerduty' as const };
    expect(acknowledgedNow(state, looked)).toEqual([7]);
    expect(acknowledgedNow(looked, acknowledge(looked, said, at(5)), said)).toEqual([7]);
    // Told elsewhere, or with nothing left to ring, it is no news.
    expect(acknowledgedNow(looked, looked, { ...said, via: undefined })).toEqual([]);
    const rested = acknowledge(looked, { alarms: [9] }, at(6));
    expect(acknowledgedNow(rested, rested, said)).toEqual([]);
  });

  test('a storm is bounded: a hundred alarms are carried, of the others the number', () => {
    let state = begun(1);
    const long = 'x'.repeat(4000);
    for (let seq = 2; seq <= 1500; seq++) {
      state = joined(state, 'INC-7', signal(seq, { alarm: { ...signal(seq).alarm, detail: long } }), at(0));
    }
    expect([state.open.length, state.dropped, state.open.at(-1)!.seq]).toEqual([100, 1400, 1500]);
    expect(JSON.stringify(state).length).toBeLessThan(100_000);
    expect(acknowledge(state, { alarms: state.open.map(({ seq }) => seq) }, at(1)).dropped).toBe(0);
  });
});

describe('what PagerDuty had told of when somebody acknowledged there', () => {
  const told = (state: EscalationState, minutes: number) => toldBy(state, at(minutes));
  const comes = (state: EscalationState | undefined, seq: number, minutes: number, raisedAt = minutes) =>
    joined(state, 'INC-7', signal(seq, { alarm: alarmAt(seq, raisedAt) }), at(minutes));
  /** A page of all that is open, that PagerDuty took by an instant; `undefined`: it did not. */
  const page = (state: EscalationState, begun: number, takenAt?: number) => {
    const { open: alarms } = state;
    const taken = takenAt === undefined ? undefined : { alarms, at: at(takenAt) };
    return paged(pageBegun(state, at(begun)), 1, at(begun), taken);
  };
  /** Alarms of minutes 0, 3 and 7; pages at 0 and 5. */
  const state = comes(page(comes(page(comes(undefined, 1, 0), 0, 0), 2, 3), 5, 5.2), 3, 7);

  test('all that was open at the latest page before, and nothing that came in since', () => {
    expect([2, 4.9, 5.2, 9.9].map((minute) => told(state, minute))).toEqual([[1], [1], [1, 2], [1, 2]]);
  });

  test('of alarms that were raised at one instant only those that had joined when the page began', () => {
    let storm = pageBegun(comes(undefined, 11, 0), at(0));
    for (const seq of [12, 13]) storm = comes(storm, seq, 0.1, 0);
    storm = paged(storm, 1, at(0), { alarms: storm.open.slice(0, 1), at: at(0.2) });
    expect(told(storm, 1)).toEqual([11]);
    expect(told(page(storm, 5, 5), 6)).toEqual([11, 12, 13]);
  });

  test('signals that come in another order: an earlier number that the page did not hold is not told of', () => {
    expect(told(comes(page(comes(undefined, 4, 0), 0, 0), 3, 1, 0), 2)).toEqual([4]);
  });

  test('a page that came late tells of what came in before it from then on, and not from when it was due', () => {
    const late = comes(page(comes(undefined, 1, 0), 0, 0), 7, 6);
    expect([told(late, 8), told(page(late, 12, 12), 8), told(page(late, 12, 12), 12)]).toEqual([[1], [1], [1, 7]]);
  });

  test('a page that PagerDuty has not taken yet, or did not take, counts for nothing; the first one counts from the start', () => {
    const second = comes(page(comes(undefined, 1, 0), 0), 2, 3);
    expect([told(pageBegun(second, at(5)), 6), told(page(second, 5), 6), told(page(second, 5, 8), 7)]).toEqual(
      Array(3).fill([1]),
    );
    const first = comes(pageBegun(comes(comes(undefined, 1, 0), 2, 0), at(0.1)), 3, 1);
    expect(told(first, 1)).toEqual([1, 2]);
  });

  test('what was acknowledged meanwhile was told of all the same; one of the same number that took its place was not', () => {
    expect(told(acknowledge(state, { alarms: [1, 2] }, at(8)), 8)).toEqual([1, 2]);
    const other = comes(state, 1, 9);
    expect(told(other, 9)).toEqual([2]);
    // Also where a page of the one before was under way.
    const { open: alarms } = state;
    expect(told(paged(other, 1, at(5), { alarms, at: at(9) }), 9)).toEqual([2, 3]);
  });

  test('a clock that is a little behind ours still means the first page; an earlier instant means another climb', () => {
    expect([-0.5, -2].map((minute) => told(state, minute))).toEqual([[1], undefined]);
    const again = comes(acknowledge(state, { alarms: [1, 2, 3] }, at(8)), 4, 20);
    expect([told(again, 15), told(again, 21)]).toEqual([undefined, [4]]);
  });

  test('a state from before this was kept knows of the alarm that began the climb alone', () => {
    const { told: _, ...old } = state;
    expect(told(old, 9)).toEqual([1]);
  });

  test('what is not carried any more is not kept here either', () => {
    let storm = page(comes(undefined, 1, 0), 0, 0);
    for (let seq = 2; seq <= 300; seq++) storm = page(comes(storm, seq, seq), seq, seq);
    expect(Object.keys(storm.told!)).toHaveLength(100);
  });
});

test('a key of PagerDuty names the case and the climb, and no other form is ours', () => {
  for (const page of [
    { caseId: 'INC-7', climb: 1 },
    { caseId: 'TRG-2026:a.b', climb: 12 },
  ])
    expect(readPageKey(pageKeyOf(page))).toEqual(page);
  for (const other of ['', 'INC-7#1', 'INC-7#0', 'INC-7#x', '#2', 'two words', 'INC-7#2#3'])
    expect(readPageKey(other)).toBeUndefined();
});

test('properties: whatever happens in whatever order, one way on, never two pages nearer than half the distance of the plan', () => {
  type Act = { act: 'alarm' | 'acknowledge' | 'stands' | 'page'; seq: number; after: number };
  const act: fc.Arbitrary<Act> = fc.record({
    act: fc.constantFrom('alarm', 'alarm', 'acknowledge', 'stands', 'page', 'page', 'page'),
    seq: fc.integer({ min: 1, max: 12 }),
    after: fc.integer({ min: 0, max: 9 }),
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
      let minute = 0;
      let state: EscalationState = begun();
      let lastPage: { climb: number; minute: number; level: number } | undefined;
      for (const { act: what, seq, after } of acts) {
        minute += after;
        const before = state;
        if (what === 'alarm') state = joined(state, 'INC-7', signal(seq), at(minute));
        if (what === 'acknowledge') state = acknowledge(state, { alarms: [seq] }, at(minute));
        if (what === 'stands') {
          state = stands(state, { isClosed: false, acknowledged: [seq], settled: [seq + 1] }, at(minute));
        }
        const step = nextStep(state);
        if (what === 'page' && step.step === 'page' && step.at <= at(minute)) {
          const { number: climb } = state.climb;
          if (lastPage?.climb === climb) expect(minute - lastPage.minute).toBeGreaterThanOrEqual(2.5);
          expect(step.level).toBe(levelOf(state.climb.attempt + 1, state.plan));
          lastPage = { climb, minute, level: step.level };
          state = paged(state, climb, at(minute));
        }
        const ids = [...state.open, ...state.acknowledged].map((alarm) => alarm.seq);
        expect(new Set(ids).size).toBe(ids.length);
        expect(nextStep(state).step).toBe(
          state.open.length > 0 ? 'page' : state.acknowledged.length > 0 ? 'look' : 'end',
        );
        expect(state.climb.number).toBeGreaterThanOrEqual(before.climb.number);
      }
    }),
    { numRuns: 500 },
  );
});

describe('what a case says about its alarms', () => {
  const alarm = (seq: number, over: { obligation?: string; dueAt?: Instant } = {}) => ({
    ...alarmOn(over.obligation, { seq, at: T0 }),
    dueAt: over.dueAt,
  });
  const obligation = (status: Obligation['status']) => ({ status }) as Obligation;

  test('an incident: by its obligations and what a person acknowledged', () => {
    const state = {
      unacknowledged: [3, 4, 5, 6],
      obligations: { a: obligation('drafted'), b: obligation('fulfilled'), c: obligation('waived') },
    };
    const alarms = [
      alarm(2, { obligation: 'a' }),
      alarm(3, { obligation: 'a' }),
      alarm(4, { obligation: 'b' }),
      alarm(5, { obligation: 'c' }),
      alarm(6, { obligation: 'gone' }),
    ];
    expect(standingOf({ state }, alarms)).toEqual({ isClosed: false, acknowledged: [2], settled: [4, 5, 6] });
  });

  test('a case: by the deadline that it still owes', () => {
    const alarms = [alarm(2, { dueAt: at(10) }), alarm(3, { dueAt: at(20) }), alarm(4)];
    const state = { unacknowledged: [2, 3, 4] };
    const settled = (nextDueAt: Instant | null) => standingOf({ state, nextDueAt }, alarms).settled;
    // Still owed, though long past.
    expect(settled(at(10))).toEqual([]);
    expect(settled(at(20))).toEqual([2]);
    expect(settled(null)).toEqual([2, 3]);
  });

  test('closed, an exercise, and a state from before alarms were acknowledged', () => {
    expect(standingOf({ state: { closedAt: T0 } }, [alarm(2)]).isClosed).toBe(true);
    expect(standingOf({ state: { exercise: true } }, [alarm(2)]).isClosed).toBe(true);
    expect(standingOf({ state: {} }, [alarm(2)])).toEqual({ isClosed: false, acknowledged: [], settled: [] });
  });

  test('the alarm of a doubtful instant is settled once it was confirmed or replaced by another, and not before', () => {
    const doubt = (awareAt: string) => ({ awareAt, why: ['x'], since: T0, answerBy: T0 });
    const rung = { ...alarm(7), about: { kind: 'awareness' as const, awareAt: T0, why: ['x'] } };
    const settled = (awarenessDoubt: ReturnType<typeof doubt> | undefined) =>
      standingOf({ state: { obligations: {}, awarenessDoubt } }, [rung]).settled;
    expect(settled(doubt(T0))).toEqual([]);
    expect(settled(doubt('2026-04-01T03:00:00.000Z'))).toEqual([7]);
    expect(settled(undefined)).toEqual([7]);
  });
});
