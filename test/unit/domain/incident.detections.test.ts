// Which detections belong to an incident, and what it answers when they join or leave it.
import type { Detections } from '../../../domain/incident/detections';
import type { NewEvent } from '../../../domain/incident/events';
import { evolve } from '../../../domain/incident/evolve';
import { belongs, MOST_DETECTIONS, onJoined, onLeft } from '../../../domain/incident/on-detections';
import type { IncidentState } from '../../../domain/incident/state';
import { at } from './helpers/facts';
import { Story } from './helpers/story';

const detections: Detections = {
  caseId: 'TRG-9f3a5c1e0b2d',
  how: 'merged',
  source: 'monitoring',
  type: 'edge.anomaly',
  title: 'An alert',
  severity: 'sev2',
  count: 3,
  firstAt: at(-1),
  lastAt: at(0),
};
const join = { by: 'anna', detections };
const leave = { by: 'bob', caseId: detections.caseId, reason: 'another actor' };

function after(state: IncidentState, events: NewEvent[]): IncidentState {
  return events.reduce((now, event) => {
    const stamp = { v: 1 as const, incidentId: now.caseId, seq: now.seq + 1, at: at(2), by: 'tocsin', exercise: false };
    return evolve(now, { ...stamp, ...event } as never);
  }, state);
}

it('lists what joined, keeps what left with who took it out and why, and lists it anew when it joins again', () => {
  const joined = after(new Story().state, onJoined(new Story().state, join));
  expect(joined.detections).toEqual([{ ...detections, by: 'anna', at: at(2) }]);
  expect(onJoined(joined, join)).toEqual([]);
  const left = after(joined, onLeft(joined, leave));
  expect(left.detections).toMatchObject([{ caseId: detections.caseId, left: { by: 'bob', reason: 'another actor' } }]);
  expect([belongs(left, detections.caseId), onLeft(left, leave)]).toEqual([false, []]);
  const again = after(left, onJoined(left, join));
  expect(again.detections).toEqual([{ ...detections, by: 'anna', at: at(2) }]);
});

it('neither moves its awareness nor its detection', () => {
  const { state } = new Story();
  const joined = after(state, onJoined(state, { by: 'anna', detections: { ...detections, firstAt: at(-500) } }));
  expect([joined.anchors, joined.declaration]).toEqual([state.anchors, state.declaration]);
  const left = after(joined, onLeft(joined, leave));
  expect([left.anchors, left.declaration]).toEqual([state.anchors, state.declaration]);
});

it.each<[string, Partial<IncidentState>, RegExp]>([
  ['a closed one', { closedAt: at(1) }, /it was closed at/],
  ['an exercise', { exercise: true }, /it is an exercise/],
  [
    'one that lists as many as it can',
    {
      detections: Array.from({ length: MOST_DETECTIONS }, (_, n) => ({
        ...detections,
        caseId: `TRG-${n}`,
        by: 'a',
        at: at(0),
      })),
    },
    /declare another one and link them/,
  ],
])('takes none into %s, and says why', (_what, over, why) => {
  const events = onJoined({ ...new Story().state, ...over }, join);
  expect(events).toEqual([
    { kind: 'rejected', by: 'anna', data: { message: 'detections-joined', problems: [expect.stringMatching(why)] } },
  ]);
});

it('lets go what an earlier version merged, of which it has no entry, and nothing once it is closed', () => {
  const { state } = new Story();
  expect(onLeft(state, leave).map(({ kind }) => kind)).toEqual(['detections-left']);
  expect(onLeft({ ...state, closedAt: at(1) }, leave).map(({ kind }) => kind)).toEqual(['rejected']);
});
