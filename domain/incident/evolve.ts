/** The fold: state = events.reduce(evolve). Pure and total; the same over the register as in the workflow. */
import { evolveCase, foldCase } from '../case/advance';
import { obligationOf, rungBy } from '../case/alarm';
import { type Instant, toMs } from '../kernel/time';
import type { EventOf, IncidentEvent } from './events';
import { foldTelling, reopenedTally, settledTally } from './evolve-telling';
import { STATUSES } from './incident';
import { propose, withdraw } from './not-owed-fold';
import { blank, type IncidentState, type Obligation, toldWithout } from './state';

/**
 * What an incident's own events change; what all kinds of case have in common is folded over it. The first event is
 * `declared`; any other first event is an error of the caller.
 */
export function evolveOwn(state: IncidentState | undefined, event: IncidentEvent): IncidentState {
  if (state !== undefined) return apply(state, event);
  if (event.kind !== 'declared') throw new Error(`the first event must be "declared", not "${event.kind}"`);
  return initial(event);
}

/** The state of an incident after one event. */
export function evolve(state: IncidentState | undefined, event: IncidentEvent): IncidentState {
  return evolveCase({ evolve: evolveOwn }, state, event);
}

/** Folds a list of events in the order of their `seq`; a repeated event counts once. */
export function fold(events: Iterable<IncidentEvent>): IncidentState | undefined {
  return foldCase({ evolve: evolveOwn }, events);
}

function initial(event: EventOf<'declared'>): IncidentState {
  const { declaration, policy } = event.data;
  const { title, severity, owner } = declaration;
  return {
    caseId: event.incidentId,
    seq: event.seq,
    exercise: event.exercise,
    title,
    severity,
    owner,
    declaration,
    policy,
    status: 'declared',
    anchors: { detected: declaration.detectedAt, declared: declaration.declaredAt },
    obligations: {},
    containment: {},
    measures: [],
    rejected: 0,
    handled: [],
  };
}

function apply(state: IncidentState, event: IncidentEvent): IncidentState {
  switch (event.kind) {
    case 'declared':
      return state;
    case 'assessed': {
      const { revision, assessment: facts } = event.data;
      const confirmedNow = facts.personalData === 'yes' && !state.anchors.confirmed;
      return {
        ...state,
        assessment: { revision, by: event.by, at: event.at, facts },
        anchors: confirmedNow ? { ...state.anchors, confirmed: event.at } : state.anchors,
      };
    }
    case 'awareness-recorded':
      return { ...state, anchors: { ...state.anchors, aware: event.data.awareAt } };
    case 'status-changed':
      return withStatus(state, event);
    case 'containment-requested':
      return withStep(state, event.data.id, event.at, { measure: event.data.measure, state: 'requested' });
    case 'containment-undo-requested':
      return withStep(state, event.data.id, event.at, { state: 'undo-requested' });
    case 'containment-step': {
      const { id, outcome, detail } = event.data;
      // An undo that failed leaves the measure as it was, to be undone again.
      const stays =
        state.containment[id]?.state === 'undo-requested' && (outcome === 'failed' || outcome === 'refused');
      return withStep(state, id, event.at, { state: stays ? 'applied' : outcome, detail });
    }
    case 'measure-recorded': {
      const { text, category, at } = event.data;
      return { ...state, measures: [...state.measures, { at, by: event.by, text, category }] };
    }
    case 'reviewed': {
      // A later review that decides to share a summary starts that clock; any other leaves it as it was.
      const sharesNow = event.data.shareSummary && !state.review?.shareSummary;
      return {
        ...state,
        review: { at: event.at, by: event.by, ...event.data },
        anchors: { ...state.anchors, reviewed: (!sharesNow && state.anchors.reviewed) || event.at },
      };
    }
    case 'register-verified':
      return { ...state, registerVerified: { ...event.data, at: event.at } };
    case 'rejected':
      return { ...state, rejected: state.rejected + 1 };
    case 'noted':
      return state;
    case 'closed':
      return { ...state, closedAt: event.at };
    case 'alarm-raised': {
      const obligation = obligationOf(event.data);
      const rung = rungBy(event.data, event.at);
      return obligation && rung ? withObligation(state, obligation, (o) => ({ ...o, rung })) : state;
    }
    case 'alarm-acknowledged':
      return state;
    default:
      return applyToObligation(state, event);
  }
}

type ObligationEvent = Extract<IncidentEvent, { data: { obligation: string } }>;

function applyToObligation(state: IncidentState, event: ObligationEvent): IncidentState {
  const id = event.data.obligation;
  const change = (update: (obligation: Obligation) => Obligation) => withObligation(state, id, update);
  switch (event.kind) {
    case 'obligation-armed':
      return arm(state, event);
    case 'obligation-due-changed': {
      const { clock, dueAt, marginAt } = event.data;
      const overdue = toMs(dueAt) <= toMs(event.at);
      return change((o) => ({
        ...o,
        clock,
        dueAt,
        marginAt,
        delayReasonsOwed: overdue && o.delayReasonsOwed,
      }));
    }
    case 'obligation-not-required': {
      const { rule, reason, decidedBy, proposed } = event.data;
      const decision = { by: decidedBy, at: event.at, reason, ...(proposed ? { proposed } : {}) };
      const before = state.obligations[id] ?? blank(id, rule);
      return put(state, { ...fallenAway(before, 'not-required'), decision });
    }
    case 'not-owed-proposed':
      return propose(state, event);
    case 'not-owed-withdrawn':
      return withdraw(state, id);
    case 'obligation-reopened': {
      const { round, purpose, clock, dueAt, marginAt } = event.data;
      return change((o) => ({
        ...withoutRound(o),
        ...reopenedTally(o, event.data),
        status: 'pending',
        round,
        purpose,
        clock,
        dueAt,
        marginAt,
        roundStartedAt: event.at,
        missingThen: o.draft ? toldWithout(o) : o.missingThen,
        decision: undefined,
        proposal: undefined,
      }));
    }
    case 'notice-drafted': {
      const { fingerprint, renderings, missing, url, reach } = event.data;
      const draft = { fingerprint, renderings, missing, url, ...(reach && { reach }) };
      return change((o) => ({ ...o, status: o.status === 'pending' ? 'drafted' : o.status, draft }));
    }
    case 'notice-approved':
      return change((o) => ({
        ...o,
        approved: true,
        hold: undefined,
        ...(event.data.incomplete && { incomplete: { by: event.by, ...event.data.incomplete } }),
      }));
    case 'obligation-held':
      return change((o) => ({ ...o, hold: holdOf(event) }));
    case 'obligation-released':
      return change((o) => ({ ...o, hold: undefined }));
    case 'obligation-waived': {
      const { rule, reason, ground } = event.data;
      const before = state.obligations[id] ?? blank(id, rule);
      const decision = { by: event.by, at: event.at, reason, ground, facts: String(state.assessment?.revision ?? 0) };
      const told = before.fulfilledAt ? { statusAtDispatch: state.status } : {};
      return put(state, { ...fallenAway(before, 'waived'), ...told, decision });
    }
    case 'filing-opened':
      return change((o) => ({ ...o, status: 'filing' }));
    case 'dispatch-started': {
      const { covers } = event.data;
      return change((o) => ({ ...o, status: 'dispatching', covers, statusAtDispatch: state.status, hold: undefined }));
    }
    case 'obligation-fulfilled': {
      const { at, lateByMs, evidence, sets } = event.data;
      const next = change((o) =>
        o.fulfilledAt
          ? o
          : {
              ...settle(o),
              ...settledTally(o),
              fulfilledAt: at,
              lateByMs,
              evidence,
              statusAtDispatch: o.statusAtDispatch ?? state.status,
              // Done in time, although it was recorded after the deadline.
              delayReasonsOwed: lateByMs > 0 && o.delayReasonsOwed,
            },
      );
      return sets ? withAnchor(next, sets, at) : next;
    }
    case 'obligation-supplemented': {
      const { round, at, evidence } = event.data;
      return change((o) => ({
        ...settle(o),
        ...settledTally(o),
        supplements: [...o.supplements, { round, at, evidence }],
        statusAtDispatch: ['dispatching', 'partly-told'].includes(o.status) ? o.statusAtDispatch : state.status,
      }));
    }
    case 'delivery-counted':
    case 'told-outside':
    case 'left-untold':
      return change((o) => foldTelling(o, event));
    case 'deadline-missed':
      return change((o) => ({ ...o, missedDueAt: event.data.dueAt }));
    case 'delay-reasons-requested':
      return change((o) => ({ ...o, delayReasonsOwed: true }));
    case 'delay-reasons-recorded':
      return change((o) => ({ ...o, delayReasonsOwed: false, delayReasons: event.data.reasons }));
  }
}

function holdOf({ by, data: { reason, ground, until } }: EventOf<'obligation-held'>): Obligation['hold'] {
  return { by, reason, ground, until };
}

function arm(state: IncidentState, event: EventOf<'obligation-armed'>): IncidentState {
  const { obligation: id, rule, recipient, clock, dueAt, marginAt, because } = event.data;
  const armed: Obligation = {
    ...blank(id, rule),
    recipient,
    clock,
    dueAt,
    marginAt,
    because,
    roundStartedAt: event.at,
  };
  const placeholder = state.obligations[rule];
  if (id === rule || !placeholder || placeholder.fulfilledAt) return put(state, armed);
  // The rule as a whole was not required or waived; now it is required, for this recipient.
  const { [rule]: _dropped, ...rest } = state.obligations;
  return put({ ...state, obligations: rest }, armed);
}


function withoutRound(o: Obligation): Obligation {
  return {
    ...o,
    draft: undefined,
    approved: false,
    hold: undefined,
    rung: undefined,
    missedDueAt: undefined,
  };
}

function settle(o: Obligation): Obligation {
  return { ...o, status: 'fulfilled', hold: undefined };
}

/** No longer owed. What was fulfilled before stays fulfilled: only its present round falls away. */
function fallenAway(o: Obligation, status: 'not-required' | 'waived'): Obligation {
  const settled = { ...o, approved: false, hold: undefined, delayReasonsOwed: false };
  // A round that would have told everybody once more leaves the tally of the notice as it was.
  return o.fulfilledAt
    ? settle({ ...settled, again: undefined, delayReasonsOwed: o.delayReasonsOwed })
    : { ...settled, status };
}

function put(state: IncidentState, obligation: Obligation): IncidentState {
  return { ...state, obligations: { ...state.obligations, [obligation.id]: obligation } };
}

function withObligation(state: IncidentState, id: string, update: (o: Obligation) => Obligation): IncidentState {
  const before = state.obligations[id];
  return before ? put(state, update(before)) : state;
}

function withAnchor(state: IncidentState, anchor: 'authority-notified' | string, at: Instant): IncidentState {
  const anchors = state.anchors as Record<string, Instant | undefined>;
  const known = anchors[anchor];
  return known && toMs(known) <= toMs(at) ? state : { ...state, anchors: { ...state.anchors, [anchor]: at } };
}

function withStatus(state: IncidentState, event: EventOf<'status-changed'>): IncidentState {
  const { status, at } = event.data;
  const rank = STATUSES.indexOf(status);
  const anchors = { ...state.anchors };
  if (rank >= STATUSES.indexOf('contained')) anchors.contained ??= at;
  if (status === 'resolved') anchors.resolved = at;
  else anchors.resolved = undefined;
  return { ...state, status, anchors };
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
  const round = change.measure ? (before?.round ?? 0) + 1 : before!.round;
  const step = { ...before, ...change, id, at, round } as IncidentState['containment'][string];
  return { ...state, containment: { ...state.containment, [id]: step } };
}
