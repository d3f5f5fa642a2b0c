/** Past incidents that are only taken into the register: real instants, every verdict, and nothing sent. */

import { pastOf } from '../../../cli/commands/incident/import-row';
import { fold } from '../../../domain/incident/evolve';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { playRecord } from '../../../domain/incident/record-only';
import type { RecordedAct } from '../../../domain/incident/recorded-acts';
import { wantedWork } from '../../../domain/incident/work';
import { earliestOf, readWhen, type When } from '../../../domain/kernel/inexact-instant';
import { toTheSecond } from '../../../domain/kernel/time';
import { accounts, assessment, at, COUNSEL, declaration, ONCALL } from './helpers/facts';
import { TRUST_CENTER } from './helpers/pack';

const IRISH = { ...TRUST_CENTER, organisation: { ...TRUST_CENTER.organisation, mainEstablishment: 'IE' } };
const POLICY = { sha256: 'a'.repeat(64), pack: IRISH };
const DPC = 'gdpr-art33-authority:ie-dpc';
/** A year later. */
const NOW = at(8760);

const past = (acts: RecordedAct[], over: object = {}) =>
  playRecord(
    DeclarationSchema.parse({
      ...declaration({
        serviceAffecting: false,
        isolate: ['ci-runner'],
        awareAt: at(0),
        assessment: assessment({ dataSets: [accounts({ significantHarm: 'no' })] }),
        ...over,
      }),
      recordedAt: NOW,
    }),
    acts,
    POLICY,
    NOW,
  );
const act = (hours: number, message: RecordedAct['message'], body: object = {}): RecordedAct => ({
  at: at(hours),
  message,
  body: { by: ONCALL, ...body },
});

test('nothing is sent, contained, drafted or alarmed, whatever time has passed', () => {
  const { state, events } = past([act(1, 'status', { status: 'contained' })]);
  const kinds = new Set(events.map(({ kind }) => kind));
  for (const kind of ['alarm-raised', 'dispatch-started', 'notice-drafted', 'filing-opened', 'containment-requested'])
    expect(kinds).not.toContain(kind);
  expect(wantedWork(state, IRISH)).toEqual([]);
  expect(state.awarenessDoubt).toBeUndefined();
});

test('each act has its real instant, and every verdict is computed: in time, and late by how much', () => {
  const { state, events, refused } = past([
    act(1, 'status', { status: 'contained' }),
    act(75, 'filed', { obligation: DPC, reference: 'IE-1', by: COUNSEL }),
  ]);
  expect(refused).toEqual([]);
  expect(state.obligations.containment).toMatchObject({ fulfilledAt: at(1), lateByMs: 0 });
  expect(state.obligations[DPC]).toMatchObject({
    fulfilledAt: at(75),
    lateByMs: 3 * 3_600_000,
    delayReasonsOwed: true,
  });
  expect(events.find((e) => e.kind === 'deadline-missed' && e.data.obligation === DPC)?.at).toBe(
    '2026-04-04T02:00:00.001Z',
  );
  expect(events.every((e, i) => i === 0 || e.at >= events[i - 1]!.at)).toBe(true);
  expect(JSON.parse(JSON.stringify(fold(events)))).toEqual(JSON.parse(JSON.stringify(state)));
});

test('at the very deadline it was in time', () => {
  const { state } = past([act(72, 'filed', { obligation: DPC, reference: 'IE-1' })]);
  expect(state.obligations[DPC]).toMatchObject({ lateByMs: 0 });
  expect(state.obligations[DPC]?.missedDueAt).toBeUndefined();
});

test('the register of what is only recorded is due from then, and not late since the day of the breach', () => {
  const { state } = past([act(5, 'status', { status: 'contained' }), act(6, 'status', { status: 'resolved' })]);
  expect(state.obligations['register-available']).toMatchObject({ status: 'pending', dueAt: at(8784) });
  expect(state.obligations['register-notifications']?.misses).toBeUndefined();
});

test('it sends nothing by approval either: a notice was told by somebody, or it was not', () => {
  const { refused } = past([
    act(2, 'approve', { obligation: 'gdpr-art34-individuals' }),
    act(3, 'contain', { measure: { action: 'isolate-system', system: 'api' } }),
    act(4, 'sender', { from: 'us@other.example', reason: 'ours was taken over' }),
  ]);
  expect(refused.map(({ act: n, problems }) => [n, problems.join()])).toEqual([
    [0, expect.stringContaining('only recorded')],
    [1, expect.stringContaining('only recorded')],
    [2, expect.stringContaining('only recorded')],
  ]);
});

test('an act out of order, in the future, or that cannot have been, is refused with its place', () => {
  const { refused } = past([
    act(5, 'status', { status: 'contained' }),
    act(4, 'measure', { text: 'x' }),
    act(9000, 'measure', { text: 'x' }),
    act(6, 'status', { status: 'vanished' }),
    act(6, 'close'),
  ]);
  expect(refused.map(({ act: n }) => n)).toEqual([1, 2, 3, 4]);
});

describe('an act whose time is not known exactly', () => {
  const filed = (when: When) =>
    past([
      act(1, 'status', { status: 'contained' }),
      { at: when, message: 'filed', body: { by: COUNSEL, obligation: DPC, reference: 'IE-1' } },
    ]);
  const range = (from: number, to: number) => readWhen(`${at(from)}..${at(to)}`)!;

  test.each([
    ['in time whatever the hour, to the instant of the deadline', range(70, 72), { lateByMs: 0 }],
    ['by the hour, which the verdict says', range(70, 73), { lateByMs: 3_600_000, inTimeUntil: at(72) }],
    ['late whatever the hour', range(72.5, 73), { lateByMs: 3_600_000 }],
  ])('%s', (_what, when, wanted) => {
    const { state, refused } = filed(when);
    expect(refused).toEqual([]);
    expect(state.obligations[DPC]).toMatchObject({ fulfilledAs: { earliest: earliestOf(when) }, ...wanted });
    expect(state.obligations[DPC]!.inTimeUntil).toBe((wanted as { inTimeUntil?: string }).inTimeUntil);
  });

  test('containment, and who was told by letter', () => {
    const { state, refused } = past([
      { at: range(1.5, 3), message: 'status', body: { by: ONCALL, status: 'contained' } },
    ]);
    expect(refused).toEqual([]);
    expect(state.obligations.containment).toMatchObject({ inTimeUntil: at(2) });
  });

  test('it stands in its order: it began before what came next, and one that ended before is refused', () => {
    const acts = (from: number, to: number) =>
      past([
        act(5, 'status', { status: 'contained' }),
        { at: range(from, to), message: 'filed', body: { by: COUNSEL, obligation: DPC, reference: 'IE-1' } },
      ]);
    expect(acts(4, 5).refused).toEqual([]);
    expect(acts(4, 5).state.obligations[DPC]!.fulfilledAs).toMatchObject({ earliest: at(4), latest: at(5) });
    expect(acts(4, 4.9).refused).toEqual([{ act: 1, problems: [expect.stringMatching(/^at: it comes before /)] }]);
  });

  test('a message that keeps no readings takes an exact time, and says which', () => {
    const { refused } = past([{ at: range(1, 2), message: 'measure', body: { by: ONCALL, text: 'Key replaced' } }]);
    expect(refused).toEqual([
      {
        act: 0,
        problems: [
          `at: must be exact for "measure", whose readings are not kept: give the latest that it can have been, like ${toTheSecond(at(2))}`,
        ],
      },
    ]);
  });

  test('one that may have begun in the past and reaches into the future is taken up to now; one ahead is refused', () => {
    expect(filed(range(8750, 8770)).refused).toEqual([]);
    expect(filed(range(8761, 8770)).refused).toEqual([
      { act: 1, problems: [expect.stringMatching(/^at: must not be in the future: .* was read/)] },
    ]);
  });
});

describe('one row of a CSV file is one breach', () => {
  const ROW = {
    id: 'INC-2024-7',
    title: 'Lost laptop',
    detected_at: '2024-03-01T09:00:00Z',
    aware_at: '2024-03-01T08:00:00Z',
    contained_at: '2024-03-01T10:00:00Z',
    resolved_at: '2024-03-03T10:00:00Z',
    categories: 'names; addresses',
    individuals: '120',
    records: '120',
    countries: 'IE;FR',
    risk: 'risk',
    authority: DPC,
    filed_at: '2024-03-04T07:59:00Z',
    reference: 'DPC-1',
  };
  const given = { by: ONCALL, recordedAt: NOW, where: 'past.csv line 2' };
  const play = (row: object) => {
    const { declaration: raw, acts } = pastOf({ ...ROW, ...row }, given);
    return playRecord(DeclarationSchema.parse(raw), acts, POLICY, NOW);
  };

  test('filed a minute before 72 hours it was in time, a minute after it was late', () => {
    expect(play({}).refused).toEqual([]);
    expect(play({}).state.obligations[DPC]).toMatchObject({ lateByMs: 0, evidence: { reference: 'DPC-1' } });
    expect(play({ filed_at: '2024-03-04T08:01:00Z' }).state.obligations[DPC]).toMatchObject({ lateByMs: 60_000 });
  });

  test('a report that was filed although none was owed names with whom; without it is refused', () => {
    const voluntary = { personal_data: 'no', authority: 'gdpr-art33-authority' };
    expect(JSON.stringify(play(voluntary).refused)).toContain('has no authority by itself');
    const { state, refused } = play({ ...voluntary, filed_with: 'ie-dpc' });
    expect(refused).toEqual([]);
    expect(state.obligations['gdpr-art33-authority']?.evidence).toMatchObject({ authority: 'ie-dpc' });
  });

  test('an instant without its zone is refused', () => {
    expect(() => pastOf({ ...ROW, filed_at: '2024-03-04 08:01' }, given)).toThrow(/filed_at/);
  });

  test('a time may be a date, a range or "about": the earliest awareness starts the clock, and the filing is judged by both', () => {
    const filed = (filed_at: string, row = {}) => {
      const { state, refused } = play({ ...row, filed_at });
      expect(refused).toEqual([]);
      const { lateByMs, inTimeUntil, dueAt } = state.obligations[DPC]!;
      return { late: lateByMs! > 0, inTimeUntil, dueAt };
    };
    const dueAt = '2024-03-04T08:00:00.000Z';
    expect(filed('2024-03-03')).toMatchObject({ late: false, inTimeUntil: undefined, dueAt });
    expect(filed('2024-03-04')).toMatchObject({ inTimeUntil: dueAt });
    expect(filed('2024-03-05')).toMatchObject({ late: true, inTimeUntil: undefined });
    const aware = { detected_at: '2024-03-01', aware_at: '2024-03-01T07:00Z..2024-03-01T09:00Z' };
    expect(filed('about 2024-03-04T06:00Z', aware)).toMatchObject({ late: false, inTimeUntil: undefined });
    expect(filed('about 2024-03-04T06:30Z', aware).inTimeUntil).toBe('2024-03-04T07:00:00.000Z');
  });

  test('containment on a day that is not known to the hour is judged by both readings', () => {
    const { state, refused } = play({ contained_at: '2024-03-01T10:00Z..2024-03-01T12:00Z' });
    expect(refused).toEqual([]);
    expect(state.obligations.containment).toMatchObject({ inTimeUntil: '2024-03-01T11:00:00.000Z' });
  });

  test('who became aware after the detection is not held to the detection', () => {
    const { state, refused } = play({ aware_at: '2024-03-02T08:00:00Z', filed_at: '2024-03-05T07:59:00Z' });
    expect(refused).toEqual([]);
    expect(state.anchors.aware).toBe('2024-03-02T08:00:00.000Z');
    expect(state.obligations[DPC]).toMatchObject({ lateByMs: 0 });
  });

  test('what was done before the declaration is told with its own instant', () => {
    const { state, refused } = play({ declared_at: '2024-03-02T09:00:00Z' });
    expect(refused).toEqual([]);
    expect(state.obligations.containment?.fulfilledAt).toBe('2024-03-01T10:00:00.000Z');
  });
});
