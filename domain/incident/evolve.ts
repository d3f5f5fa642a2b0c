/** The fold: state = events.reduce(evolve). Pure and total; the same over the register as in the workflow. */
import { evolveCase, type Folds, foldCase } from '../case/advance';
import { obligationOf, rungBy } from '../case/alarm';
import { counting, stated } from './awareness';
import { withCorrection } from './corrections';
import { DOUBT_OF } from './doubted-kinds';
import type { EventOf, IncidentEvent } from './events';
import { foldContainment } from './evolve-containment';
import { foldObligation, withObligation } from './evolve-obligation';
import { withJudgements } from './facts/judgements';
import { STATUSES } from './incident';
import { listedAfter } from './on-detections';
import { partsAfter } from './parts';
import type { AwaitsSecond, SecondPersonChange } from './second-person';
import { type IncidentState, isSettled } from './state';
import { withTranslations } from './translations';

/**
 * What an incident's own events change; what all kinds of case have in common is folded over it. The first event is
 * `declared`; any other first event is an error of the caller.
 */
function evolveOwn(state: IncidentState | undefined, event: IncidentEvent): IncidentState {
  if (state !== undefined) return apply(state, event);
  if (event.kind !== 'declared') throw new Error(`the first event must be "declared", not "${event.kind}"`);
  return initial(event);
}

/** What folds the events of an incident: the same under every policy. */
export const INCIDENT_FOLDS: Folds<IncidentState, IncidentEvent> = { evolve: evolveOwn, owes };

/** Whether a duty still waits for a person: what is being sent does not. */
function owes({ obligations }: IncidentState, obligation: string): boolean {
  const o = obligations[obligation];
  return o?.dueAt !== undefined && !isSettled(o) && o.status !== 'dispatching';
}

/** The state of an incident after one event. */
export function evolve(state: IncidentState | undefined, event: IncidentEvent): IncidentState {
  return evolveCase(INCIDENT_FOLDS, state, event);
}

/** Folds a list of events in the order of their `seq`; a repeated event counts once. */
export function fold(events: Iterable<IncidentEvent>): IncidentState | undefined {
  return foldCase(INCIDENT_FOLDS, events);
}

function initial(event: EventOf<'declared'>): IncidentState {
  const { declaration, policy, doubt, draftsByText, waiversByFacts } = event.data;
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
    ...(draftsByText && { statusSince: event.seq }),
    ...(waiversByFacts && { waiversByFacts }),
    ...(doubt && { detectionDoubt: { awareAt: declaration.detectedAt, ...doubt, since: event.at } }),
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
      const { revision, partsAwareAt, saidAt = event.at, doubt } = event.data;
      const facts = withJudgements(event.data);
      const confirmedNow = facts.personalData === 'yes' && !state.anchors.confirmed;
      return {
        ...state,
        assessment: { revision, by: event.by, at: event.at, facts },
        anchors: confirmedNow ? { ...state.anchors, confirmed: saidAt } : state.anchors,
        ...(doubt && partsAwareAt && { partsDoubt: { awareAt: partsAwareAt, ...doubt, since: event.at } }),
        parts: partsAfter(state.parts, facts, partsAwareAt ?? saidAt, state.assessment?.facts),
      };
    }
    case 'awareness-recorded':
      return withAwareness(state, event);
    case 'awareness-upheld':
      return { ...state, [DOUBT_OF[event.data.of ?? 'awareness']]: undefined };
    case 'second-person-asked': {
      const { change, ...asked } = event.data;
      return { ...state, awaitsSecond: { ...state.awaitsSecond, [change]: { ...asked, by: event.by, at: event.at } } };
    }
    case 'second-person-declined':
      return { ...state, awaitsSecond: without(state.awaitsSecond, event.data.change) };
    case 'status-changed':
      return withStatus(state, event);
    case 'contained':
    case 'partly-contained':
    case 'containment-corrected':
    case 'containment-requested':
    case 'containment-first-of-two':
    case 'containment-undo-requested':
    case 'containment-step':
      return foldContainment(state, event);
    case 'corrected': {
      const { agreedBy, ...one } = event.data;
      const next = withCorrection(state, one);
      // Who corrects the detection has looked at it.
      const looked = one.detectedAt ? { ...next, detectionDoubt: undefined } : next;
      return agreedBy ? { ...looked, awaitsSecond: without(state.awaitsSecond, 'detection') } : looked;
    }
    case 'measure-recorded': {
      const { text, category, planned, at } = event.data;
      const measure = { at, by: event.by, text, category, ...(planned && { planned }) };
      return { ...state, measures: [...state.measures, measure] };
    }
    case 'texts-translated': {
      return { ...state, translations: withTranslations(state.translations, event.data) };
    }
    case 'sender-switched': {
      const { from, replyTo } = event.data;
      const sender = from && { from, ...(replyTo && { replyTo }), by: event.by, since: event.at };
      return { ...state, sender: sender || undefined };
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
    case 'reopened': {
      const { closedAt, reason, policy = state.policy } = event.data;
      const reopening = { closedAt, at: event.at, by: event.by, reason };
      // What was verified was the register up to then.
      const reopenings = [...(state.reopenings ?? []), reopening];
      return { ...state, policy, closedAt: undefined, registerVerified: undefined, reopenings };
    }
    case 'resumed':
      return { ...state, policy: event.data.policy ?? state.policy };
    case 'followed-up': {
      const { at, text } = event.data;
      return { ...state, followUps: [...(state.followUps ?? []), { at, by: event.by, text }] };
    }
    case 'linked':
      return { ...state, links: [...(state.links ?? []), event.data] };
    case 'detections-joined':
    case 'detections-recounted':
    case 'detections-left':
      return { ...state, ...listedAfter(state, event) };
    case 'alarm-raised': {
      if (event.data.about.kind === 'awareness') {
        const key = DOUBT_OF[event.data.about.of ?? 'awareness'];
        const doubt = state[key];
        return doubt ? { ...state, [key]: { ...doubt, rung: rungBy(event.data, event.at) } } : state;
      }
      const obligation = obligationOf(event.data);
      const rung = rungBy(event.data, event.at);
      return obligation && rung ? withObligation(state, obligation, (o) => ({ ...o, rung })) : state;
    }
    case 'alarm-acknowledged':
      return state;
    default:
      return foldObligation(state, event);
  }
}

function withAwareness(state: IncidentState, event: EventOf<'awareness-recorded'>): IncidentState {
  const { awareAt, inexact, basis, reason, agreedBy, doubt } = event.data;
  const statement = { basis, awareAt, ...(inexact && { inexact }), by: event.by, recordedAt: event.at };
  const awareness = stated(state.awareness, { ...statement, reason, agreedBy });
  const aware = counting(awareness)?.statement.awareAt ?? awareAt;
  const moved = aware !== state.anchors.aware;
  return {
    ...state,
    awareness,
    anchors: { ...state.anchors, aware },
    awarenessDoubt: doubt ? { awareAt, ...doubt, since: event.at } : moved ? undefined : state.awarenessDoubt,
    awaitsSecond: agreedBy ? without(state.awaitsSecond, 'awareness') : state.awaitsSecond,
  };
}

/** What else waits for a second person. */
function without(waits: AwaitsSecond | undefined, change: SecondPersonChange): AwaitsSecond | undefined {
  const { [change]: _settled, ...rest } = waits ?? {};
  return Object.keys(rest).length > 0 ? rest : undefined;
}

function withStatus(state: IncidentState, event: EventOf<'status-changed'>): IncidentState {
  const { status, at } = event.data;
  const anchors = { ...state.anchors };
  // The actor is still active: what was contained is not.
  if (STATUSES.indexOf(status) < STATUSES.indexOf('contained')) anchors.contained = undefined;
  if (status === 'resolved') anchors.resolved = at;
  else anchors.resolved = undefined;
  return { ...state, status, anchors, ...(state.statusSince !== undefined && { statusSince: event.seq }) };
}
