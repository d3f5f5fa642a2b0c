import fc from 'fast-check';
import { advance, foldCase, open } from '../../../domain/case/advance';
import type { CaseEventOf, CaseState, CommonCaseEvent, Lifecycle } from '../../../domain/case/lifecycle';
import { type Instant, toInstant, toMs } from '../../../domain/kernel/time';

// The smallest kind of case: it counts to its goal by itself, one step a round, and closes there.
type Event =
  | CommonCaseEvent
  | CaseEventOf<'opened', { goal: number }>
  | CaseEventOf<'step', object>
  | CaseEventOf<'done', { left?: number }>;
interface Counter extends CaseState {
  goal: number;
  steps: number;
}
const COUNTER: Lifecycle<Counter, Event> = {
  evolve(state, event) {
    if (!state) {
      if (event.kind !== 'opened') throw new Error('must open');
      const base = {
        title: 't',
        severity: 'sev3',
        owner: 'o',
        status: 'counting',
        handled: [],
        exercise: event.exercise,
      };
      return { ...base, caseId: event.incidentId, seq: event.seq, goal: event.data.goal, steps: 0 };
    }
    if (event.kind === 'step') return { ...state, steps: state.steps + 1 };
    return event.kind === 'done' ? { ...state, closedAt: event.at } : state;
  },
  messages: {},
  onMessage: () => [],
  onTime: (state) =>
    state.steps < state.goal ? [{ kind: 'step', data: {} }] : [{ kind: 'done', data: { left: undefined } }],
  nextWake: () => undefined,
  onOutcome: () => [],
  wantedWork: () => [],
  nextDueAt: () => undefined,
  rows: () => [],
  next: () => [],
};
const T0: Instant = '2026-04-01T00:00:00.000Z';
const ALARM = { threshold: { kind: 'due' }, about: { kind: 'incident' }, todo: 'contain', commands: [] } as const;
const start = (goal: number) => open(COUNTER, 'C-1', [{ kind: 'opened', data: { goal } }], T0);

it('opens with event number 1 and goes on to the fixpoint', () => {
  const { state, events } = start(3);
  expect(events.map(({ seq, kind }) => [seq, kind])).toEqual([
    [1, 'opened'],
    [2, 'step'],
    [3, 'step'],
    [4, 'step'],
    [5, 'done'],
  ]);
  expect(state).toMatchObject({ seq: 5, steps: 3, closedAt: T0 });
  expect(events.every((event) => event.incidentId === 'C-1' && event.by === 'tocsin' && event.v === 1)).toBe(true);
  // Canonical JSON knows no undefined.
  expect(Object.keys(events.at(-1)!.data)).toEqual([]);
  expect('commandId' in events[0]!).toBe(false);
});

it('rules that never come to rest are a defect, not an endless loop', () => {
  expect(() => start(10_000)).toThrow(/no fixpoint for C-1/);
});

it('a closed case takes events, and nothing follows from them', () => {
  const { state } = start(0);
  const next = advance(COUNTER, state, [{ kind: 'noted', data: { message: 'm', note: 'late' } }], T0, 'anna', 'c1');
  expect(next.events).toEqual([
    {
      v: 1,
      incidentId: 'C-1',
      seq: 3,
      at: T0,
      by: 'anna',
      exercise: false,
      commandId: 'c1',
      kind: 'noted',
      data: { message: 'm', note: 'late' },
    },
  ]);
  expect(next.state.handled).toEqual(['c1']);
});

it('what a command causes carries its id; what follows from it does not', () => {
  const { state } = start(0);
  const open_ = { ...state, closedAt: undefined, goal: 2 } as Counter;
  const { events } = advance(
    COUNTER,
    open_,
    [{ kind: 'noted', data: { message: 'm', note: 'n' }, by: 'bob' }],
    T0,
    'anna',
    'c1',
  );
  expect(events.map(({ kind, by, commandId }) => [kind, by, commandId])).toEqual([
    ['noted', 'bob', 'c1'],
    ['step', 'tocsin', undefined],
    ['step', 'tocsin', undefined],
    ['done', 'tocsin', undefined],
  ]);
});

it('any sequence of commands: no gap, one handled id each, the fold of the entries in any order is the state', () => {
  const command = fc.record({
    id: fc.constantFrom('a', 'b', 'c', undefined),
    times: fc.integer({ min: 1, max: 3 }),
    alarm: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.nat({ max: 20 }), fc.array(command, { maxLength: 30 }), (goal, commands) => {
      let { state, events } = start(goal);
      commands.forEach(({ id, times, alarm }, index) => {
        const at = toInstant(toMs(T0) + index);
        const news = alarm
          ? { kind: 'alarm-raised' as const, data: ALARM }
          : { kind: 'noted' as const, data: { message: 'm', note: 'n' } };
        const next = advance(COUNTER, state, Array(times).fill(news), at, 'anna', id);
        state = next.state;
        events = [...events, ...next.events];
      });
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(foldCase(COUNTER, [...events].reverse())).toEqual(state);
      expect(foldCase(COUNTER, [...events, ...events])).toEqual(state);
      expect(new Set(state.handled).size).toBe(state.handled.length);
    }),
    { numRuns: 300 },
  );
  expect(foldCase(COUNTER, [])).toBeUndefined();
});
