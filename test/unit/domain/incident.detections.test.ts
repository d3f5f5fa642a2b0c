// Which detections belong to an incident, and what it answers when they join or leave it.
import type { Detections } from '../../../domain/incident/detections';
import { belongs, MOST_DETECTIONS, onJoined, onLeft, onRecounted } from '../../../domain/incident/on-detections';
import type { IncidentState } from '../../../domain/incident/state';
import { at } from './helpers/facts';
import { Story } from './helpers/story';

const detections: Detections = {
  caseId: 'TRG-9f3a5c1e0b2d',
  how: 'merged',
  source: 'monitoring',
  title: 'An alert',
  severity: 'sev2',
  count: 3,
  firstAt: at(-500),
  lastAt: at(0),
};
const join = { by: 'anna', detections };
const leave = { by: 'bob', caseId: detections.caseId, reason: 'another actor' };

it('lists what joined, keeps what left with who took it out and why, and lists it anew when it joins again', () => {
  const story = new Story().to(2);
  const { anchors, declaration } = story.state;
  story.record(onJoined(story.state, join));
  expect(story.state.detections).toEqual([{ ...detections, by: 'anna', at: at(2) }]);
  expect(onJoined(story.state, join)).toEqual([]);
  story.record(onLeft(story.state, leave));
  expect(story.state.detections).toMatchObject([
    { caseId: detections.caseId, left: { by: 'bob', at: at(2), reason: 'another actor' } },
  ]);
  expect([belongs(story.state, detections.caseId), onLeft(story.state, leave)]).toEqual([false, []]);
  story.record(onJoined(story.state, join));
  expect(story.state.detections).toEqual([{ ...detections, by: 'anna', at: at(2) }]);
  // Neither moves what a person stated of the detection and the awareness.
  expect([story.state.anchors, story.state.declaration]).toEqual([anchors, declaration]);
  expect(story.folded()).toEqual(story.state);
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
    /give another one/,
  ],
])('takes none into %s, and says why', (_what, over, why) => {
  const events = onJoined({ ...new Story().state, ...over }, join);
  expect(events).toEqual([
    { kind: 'rejected', by: 'anna', data: { message: 'detections-joined', problems: [expect.stringMatching(why)] } },
  ]);
});

it('keeps of a long reason what a list can show, and what left takes no place of what may join', () => {
  const story = new Story().to(2);
  const others = Array.from({ length: MOST_DETECTIONS - 1 }, (_, n) => ({
    ...detections,
    caseId: `TRG-${n}`,
    by: 'a',
    at: at(0),
  }));
  story.record(onJoined(story.state, join));
  story.record(onLeft(story.state, { ...leave, reason: 'x'.repeat(2000) }));
  const [left] = story.state.detections!;
  expect(left!.left!.reason).toHaveLength(300);
  const joins = onJoined({ ...story.state, detections: [left!, ...others] }, join);
  expect(joins.map(({ kind }) => kind)).toEqual(['detections-joined']);
});

it('hears how many there are since, of what belongs to it and while it is open; never of fewer', () => {
  const story = new Story().to(2);
  const more = { caseId: detections.caseId, count: 5, lastAt: at(1) };
  expect(onRecounted(story.state, more)).toEqual([]);
  story.record(onJoined(story.state, join));
  expect(onRecounted({ ...story.state, closedAt: at(2) }, more)).toEqual([]);
  story.record(onRecounted(story.state, more));
  expect(story.state.detections).toEqual([{ ...detections, ...more, by: 'anna', at: at(2) }]);
  expect([onRecounted(story.state, more), onRecounted(story.state, { ...more, count: 4 })]).toEqual([[], []]);
  expect(story.folded()).toEqual(story.state);
  story.record(onLeft(story.state, leave));
  expect(onRecounted(story.state, { ...more, count: 6 })).toEqual([]);
});

it('lets go what an earlier version merged, of which it has no entry, once, and nothing once it is closed', () => {
  const story = new Story().to(2);
  story.record(onLeft(story.state, leave));
  expect(onLeft(story.state, leave)).toEqual([]);
  story.record(onJoined(story.state, join));
  expect(onLeft(story.state, leave).map(({ kind }) => kind)).toEqual(['detections-left']);
  const { state } = new Story();
  expect(onLeft(state, leave).map(({ kind }) => kind)).toEqual(['detections-left']);
  expect(onLeft({ ...state, closedAt: at(1) }, leave).map(({ kind }) => kind)).toEqual(['rejected']);
});
