// What counts lost, doubled, early and silent finds each of them: a count that cannot find anything would be zero for ever.
import type { IncidentEvent } from '../../../domain/incident/events';
import { HARMS, Tally } from '../../setup/invariants/tally';
import { earlyOrSilent } from '../../setup/invariants/times';
import type { RealWorld } from '../../setup/real-world';

const found = (tally: Tally) => HARMS.filter((harm) => tally.counted.found.some((each) => each.harm === harm));

test.each([
  ['all as wanted', ['a', 'b'], ['b', 'a'], []],
  ['one is missing', ['a', 'b'], ['a'], ['lost']],
  ['one came twice', ['a'], ['a', 'a'], ['doubled']],
  ['one that nobody asked for', [], ['a'], ['doubled']],
  ['wanted twice, came once', ['a', 'a'], ['a'], ['lost']],
])('%s', (_name, wanted, seen, harms) => {
  const tally = new Tally();
  tally.once('mails', wanted, seen);
  expect(found(tally)).toEqual(harms);
  expect(tally.counted.of).toMatchObject({ lost: wanted.length, doubled: seen.length });
});

test('a fault that did not happen fails what it was for; those that did are counted by name', () => {
  const tally = new Tally();
  expect(() => tally.injected('kill -9', 0)).toThrow('the fault did not happen: kill -9');
  const other = new Tally();
  other.injected('kill -9', 2);
  tally.injected('kill -9');
  tally.add(other);
  expect(tally.counted.injected).toEqual({ 'kill -9': 3 });
});

const DETECTED = '2026-04-01T08:00:00.000Z';
const DUE = '2026-04-01T10:00:00.000Z';
const at = (minutes: number) => new Date(Date.parse(DETECTED) + minutes * 60_000).toISOString();

/** A status update owed two hours after the detection, silence at half an hour before; what happened, by minute and kind. */
function incident(...happened: Array<[minutes: number, kind: string, data?: object]>): IncidentEvent[] {
  const clock = { from: 'detected', anchorAt: DETECTED };
  const armed = { rule: 'status-subscribers', recipient: undefined, clock, because: [], dueAt: DUE, marginAt: at(90) };
  const all = [
    [0, 'declared', {}],
    [0, 'obligation-armed', armed],
    ...happened,
    [125, 'closed', {}],
  ] as typeof happened;
  return all.map(([minutes, kind, data], n) => ({
    seq: n + 1,
    at: at(minutes),
    kind,
    exercise: false,
    data: { obligation: 'status-subscribers', round: 1, ...data },
  })) as never;
}
const alarm = (percent: number) => ({
  threshold: percent === 100 ? { kind: 'due' } : { kind: 'elapsed', percent },
  about: { kind: 'obligation', obligation: 'status-subscribers' },
  dueAt: DUE,
});
const sent = (firstSentAt: string, lastSentAt: string) => ({ evidence: { channel: 'email', firstSentAt, lastSentAt } });

/** The harms that are found where the mails of alarms and notices came at these minutes. */
function harmsOf(events: IncidentEvent[], notices: number[] = [], alarms: Record<number, number> = {}) {
  const world = {
    notices: () => notices.map((minutes) => ({ created_at: at(minutes) })),
    mails: () => Object.entries(alarms).map(([seq, m]) => ({ request: { key: `alarm/X/${seq}` }, created_at: at(m) })),
  } as unknown as RealWorld;
  const tally = new Tally();
  earlyOrSilent(tally, world, 'X', events);
  return found(tally);
}

const HALF: [number, string, object] = [60, 'alarm-raised', alarm(50)];
const SILENCE: [number, string, object] = [90, 'dispatch-started', { trigger: 'silence' }];
const DONE: [number, string, object] = [92, 'obligation-fulfilled', sent(at(91), at(91))];

test('rung at its points, sent on silence at its margin: neither early nor silent', () => {
  expect(harmsOf(incident(HALF, SILENCE, DONE), [91], { 3: 60 })).toEqual([]);
});

test.each<[string, IncidentEvent[], number[], Record<number, number>, string[]]>([
  ['a point of the clock without an alarm', incident([75, 'noted'], SILENCE, DONE), [91], {}, ['silent']],
  ['the deadline without an alarm', incident(HALF, [95, 'alarm-raised', alarm(75)]), [], {}, ['silent']],
  [
    'an alarm before its point',
    incident([59, 'alarm-raised', alarm(50)], [75, 'noted'], SILENCE, DONE),
    [91],
    {},
    ['early', 'silent'],
  ],
  [
    'silence before the margin',
    incident(HALF, [89, 'dispatch-started', { trigger: 'silence' }], DONE),
    [91],
    {},
    ['early'],
  ],
  [
    'sent as approved, which nobody did',
    incident(HALF, [70, 'dispatch-started', { trigger: 'approved' }], DONE),
    [91],
    {},
    ['early'],
  ],
  ['a mail before its dispatch', incident(HALF, SILENCE, DONE), [80], {}, ['early']],
  [
    'evidence from before its dispatch',
    incident(HALF, SILENCE, [92, 'obligation-fulfilled', sent(at(30), at(31))]),
    [91],
    {},
    ['early'],
  ],
  [
    'evidence from the future',
    incident(HALF, SILENCE, [92, 'obligation-fulfilled', sent(at(91), at(151))]),
    [91],
    {},
    ['early'],
  ],
  ['an alarm mailed before its entry', incident(HALF, SILENCE, DONE), [91], { 3: 59 }, ['early']],
])('%s', (_name, events, notices, alarms, harms) => {
  expect(harmsOf(events, notices, alarms)).toEqual(harms);
});
