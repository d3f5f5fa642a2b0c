/** What the events of containment change of an incident: how far it is contained, and each measure's step. */
import type { Instant } from '../kernel/time';
import type { EventOf } from './events';
import type { IncidentState } from './state';

type ContainmentEvent = EventOf<
  | 'contained'
  | 'partly-contained'
  | 'containment-corrected'
  | 'containment-requested'
  | 'containment-first-of-two'
  | 'containment-undo-requested'
  | 'containment-step'
>;

/** Folds what was contained, and what became of each measure. */
export function foldContainment(state: IncidentState, event: ContainmentEvent): IncidentState {
  switch (event.kind) {
    case 'contained': {
      const { at, ...containedAs } = event.data;
      return { ...state, containedAs, partlyContained: undefined, anchors: { ...state.anchors, contained: at } };
    }
    case 'partly-contained':
      return { ...state, partlyContained: { ...event.data, by: event.by } };
    case 'containment-corrected': {
      const { at, inexact } = event.data;
      const { inexact: _before, atUnknown: _unknown, ...how } = state.containedAs ?? {};
      const containedAs = { ...how, ...(inexact && { inexact }) };
      return { ...state, containedAs, anchors: { ...state.anchors, contained: at } };
    }
    case 'containment-requested':
      return withStep(state, event.data.id, event.at, { measure: event.data.measure, state: 'requested' });
    case 'containment-first-of-two': {
      const { id, measure } = event.data;
      const before = state.containment[id];
      const stood = before?.state === 'awaits-second' ? before.stood : before?.state;
      return withStep(state, id, event.at, {
        measure,
        state: 'awaits-second',
        askedBy: event.by,
        ...(stood && { stood }),
      });
    }
    case 'containment-undo-requested':
      return withStep(state, event.data.id, event.at, { state: 'undo-requested' });
    case 'containment-step': {
      const { id, outcome, detail } = event.data;
      const { stood } = state.containment[id] ?? {};
      // What is withdrawn is the repeat: how it went before stays as it was.
      if (outcome === 'withdrawn' && stood && stood !== outcome) return withStep(state, id, event.at, { state: stood });
      // An undo that failed leaves the measure as it was, to be undone again.
      const stays =
        state.containment[id]?.state === 'undo-requested' &&
        (outcome === 'failed' || outcome === 'refused' || outcome === 'recorded-only');
      return withStep(state, id, event.at, { state: stays ? 'applied' : outcome, detail });
    }
  }
}

function withStep(
  state: IncidentState,
  id: string,
  at: Instant,
  change: Partial<IncidentState['containment'][string]>,
): IncidentState {
  const before = state.containment[id];
  if (!before && !change.measure) return state;
  // Asked for again after it was undone or failed, a measure is a new effect, not a repeat of the first.
  const isAsked = change.measure !== undefined && change.state !== 'awaits-second';
  const round = (before?.round ?? 0) + (isAsked ? 1 : 0);
  const { askedBy: _, stood: _stood, ...known } = before ?? {};
  const step = { ...known, ...change, id, at, round } as IncidentState['containment'][string];
  return { ...state, containment: { ...state.containment, [id]: step } };
}
