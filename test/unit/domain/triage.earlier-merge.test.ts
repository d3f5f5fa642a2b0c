// A case that an earlier version merged, from what that wrote: it says into what, its incident lists it, and it can be undone.
import { foldCase } from '../../../domain/case/advance';
import { earlierMerged, howItWasMerged, onJoined, onLeft } from '../../../domain/incident/on-detections';
import { belongsTo, joinedOf } from '../../../domain/triage/belongs';
import { leftBy } from '../../../domain/triage/decided';
import type { TriageEvent } from '../../../domain/triage/state';
import { triageLifecycle } from '../../../domain/triage/triage';
import { triageInput } from './helpers/detections';
import { Story } from './helpers/story';
import { at, Case } from './helpers/triage-played';

const INCIDENT = 'INC-20260401-9f3a';

/** The case as the register has it: neither deliveries nor anything of what the incident answered. */
function mergedEarlier(): TriageEvent[] {
  const it = new Case(triageInput());
  it.send('merge', { into: INCIDENT }, at(1));
  it.comeOf({ kind: 'merged', into: INCIDENT }, at(1));
  return it.events.map((event) => {
    if (event.kind !== 'detected') return event;
    const { deliveries: _, ...data } = event.data;
    return { ...event, data };
  });
}

const state = foldCase(triageLifecycle, mergedEarlier())!;
const { caseId } = state;

/** The incident as that version left it: a measure that names the case, and a block. */
function incident(): Story {
  const story = new Story();
  const text = `The detection of triage case ${caseId} belongs to this incident`;
  story.send('measure', { text, category: 'mitigation', commandId: `${caseId} merge` });
  const measure = { action: 'block-source', source: '203.0.113.9' };
  story.send('contain', { measure, commandId: `${caseId} block 203.0.113.9` });
  return story;
}

it('says that it was merged, into what and by whom', () => {
  expect(state).toMatchObject({ status: 'merged', closedAt: at(1) });
  expect(belongsTo(state)).toMatchObject([{ incidentId: INCIDENT, by: 'anna' }]);
  const [decision] = triageLifecycle.rows(state, at(2));
  expect(decision!.state).toBe(`merged by anna · ${INCIDENT}`);
});

it('is listed by its incident, by its id', () => {
  const { detections, ...rest } = incident().state;
  expect(detections).toBeUndefined();
  const [listed, ...more] = earlierMerged(rest);
  expect([listed, more]).toEqual([{ caseId, left: false }, []]);
  expect(howItWasMerged(listed!)).toMatch(/^merged by an earlier version/);
  expect(earlierMerged(new Story().state)).toEqual([]);
});

it('is undone like any other, and listed as taken out; merged anew it is listed in full', () => {
  const story = incident().to(2);
  expect(leftBy(state, {})).toEqual({ from: INCIDENT });
  story.record(onLeft(story.state, { by: 'bob', caseId, reason: 'another actor' }));
  expect(earlierMerged(story.state)).toEqual([{ caseId, left: true }]);
  const again = joinedOf(state, { decision: 'merged', by: 'anna' });
  story.record(onJoined(story.state, again));
  expect(earlierMerged(story.state)).toEqual([]);
  expect(story.state.detections).toMatchObject([{ caseId, by: 'anna' }]);
  expect(story.folded()).toEqual(story.state);
});
