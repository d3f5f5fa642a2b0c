/** The fold: state = events.reduce(evolve). Pure and total; the same over the register as in the workflow. */
import { evolveCase, foldCase } from '../case/advance';
import { obligationOf, rungBy } from '../case/alarm';
import { type Instant, toMs } from '../kernel/time';
import { foldActTimed, withTimedAnchor } from './act-timed';
import { withAuthority } from './authority-decision';
import { counting, stated } from './awareness';
import { withCorrection } from './corrections';
import { DOUBT_OF } from './doubted-kinds';
import type { EventOf, IncidentEvent } from './events';
import { foldTelling, reopenedTally, settledTally, withoutRound, withRecount } from './evolve-telling';
import { withJudgements } from './facts/judgements';
import { foldFiling } from './filings';
import { STATUSES } from './incident';
import { foldMadePublic } from './made-public';
import { propose, withdraw } from './not-owed-fold';
import { foldOrganisations } from './organisations-told';
import { partsAfter } from './parts';
import { type AwaitsSecond, firstKey, type SecondPersonChange } from './second-person';
import { movedOn } from './sending-progress';
import { blank, type IncidentState, type Obligation, toldWithout } from './state';
import { toldAfter } from './told-facts';
import { withTranslations } from './translations';

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
  const { declaration, policy, doubt } = event.data;
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
    case 'corrected': {
      const { agreedBy, ...one } = event.data;
      const next = withCorrection(state, one);
      // Who corrects the detection has looked at it.
      const looked = one.detectedAt ? { ...next, detectionDoubt: undefined } : next;
      return agreedBy ? { ...looked, awaitsSecond: without(state.awaitsSecond, 'detection') } : looked;
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
      return applyToObligation(seconded(state, event), event);
  }
}

/** Two persons have decided: nothing of that kind waits any more. */
function seconded(state: IncidentState, { data }: ObligationEvent): IncidentState {
  if (!state.firstOfTwo || !('firstBy' in data) || !data.firstBy) return state;
  const left = Object.entries(state.firstOfTwo).filter(([key]) => !key.endsWith(` ${data.obligation}`));
  return { ...state, firstOfTwo: left.length > 0 ? Object.fromEntries(left) : undefined };
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
      return change((o) => ({ ...o, clock, dueAt, marginAt }));
    }
    case 'obligation-not-required': {
      const { rule, reason, decidedBy, proposed } = event.data;
      const decision = { by: decidedBy, at: event.at, reason, ...(proposed ? { proposed } : {}) };
      const before = state.obligations[id] ?? blank(id, rule);
      const proposal = proposed ? before.proposal : undefined;
      return put(state, { ...fallenAway(before, 'not-required'), decision, proposal });
    }
    case 'not-owed-proposed':
      return propose(state, event);
    case 'not-owed-withdrawn':
      return withdraw(state, id);
    case 'obligation-reopened': {
      const { round, purpose, clock, dueAt, marginAt, changed } = event.data;
      return change((o) => ({
        ...withoutRound(o),
        ...reopenedTally(o, event.data),
        recount: reopenedTally(o, event.data).ledgerRound === o.ledgerRound ? o.recount : undefined,
        status: 'pending',
        round,
        purpose,
        clock,
        dueAt,
        marginAt,
        roundStartedAt: event.at,
        changed,
        missingThen: o.draft ? toldWithout(o) : o.missingThen,
        decision: undefined,
        proposal: undefined,
      }));
    }
    case 'notice-drafted': {
      const { fingerprint, renderings, missing, untranslated, url, reach, says } = event.data;
      const draft = {
        fingerprint,
        renderings,
        missing,
        url,
        ...(untranslated && { untranslated }),
        ...(reach && { reach }),
        says,
      };
      return change((o) => ({
        ...o,
        status: o.status === 'pending' ? 'drafted' : o.status,
        // Who approved read another text.
        approved: o.approved && o.draft?.fingerprint === fingerprint,
        draft,
      }));
    }
    case 'notice-edited': {
      const { draft: facts, language, subject, body } = event.data;
      const edit = { language, subject, body, facts, by: event.by, at: event.at };
      return change((o) => ({ ...o, edits: { ...o.edits, [language]: edit } }));
    }
    case 'notice-approved':
      return change((o) => ({
        ...o,
        approved: true,
        hold: undefined,
        ...(event.data.incomplete && { incomplete: { by: event.by, ...event.data.incomplete } }),
      }));
    case 'first-of-two': {
      const { act, what } = event.data;
      const first = { by: event.by, at: event.at, what };
      return { ...state, firstOfTwo: { ...state.firstOfTwo, [firstKey(act, id)]: first } };
    }
    case 'obligation-held':
      return change((o) => ({ ...o, hold: holdOf(event) }));
    case 'obligation-released':
      return change((o) => ({ ...o, hold: undefined }));
    case 'obligation-waived': {
      const { rule, reason, ground, says } = event.data;
      const before = state.obligations[id] ?? blank(id, rule);
      const decision = { by: event.by, at: event.at, reason, ground, facts: String(state.assessment?.revision ?? 0) };
      const decided = before.fulfilledAt ? { statusAtDispatch: state.status, told: says ?? before.told } : {};
      return put(state, { ...fallenAway(before, 'waived'), ...decided, decision });
    }
    case 'change-not-material': {
      const { reason, says } = event.data;
      return change((o) => ({
        ...settle({ ...o, approved: false }),
        told: says,
        decision: { by: event.by, at: event.at, reason, ground: 'not-material' },
      }));
    }
    case 'filing-opened':
      return change((o) => ({ ...o, status: 'filing' }));
    case 'dispatch-started': {
      const { covers } = event.data;
      const sending = { status: 'dispatching', covers, moved: undefined, hold: undefined } as const;
      return change((o) => ({ ...o, ...sending, statusAtDispatch: state.status }));
    }
    case 'told-in-app': {
      const { round } = event.data;
      return change((o) => ({ ...o, inApp: [...(o.inApp ?? []), { round, at: event.at }] }));
    }
    case 'delivery-moved': {
      const { settled, total } = event.data;
      return change((o) => ({ ...o, moved: movedOn(o.moved, { at: event.at, settled, ...(total && { total }) }) }));
    }
    case 'obligation-fulfilled': {
      const { at, inexact, lateByMs, inTimeUntil, evidence, sets } = event.data;
      const next = change((o) =>
        o.fulfilledAt
          ? o
          : {
              ...told(o),
              ...settledTally(o),
              fulfilledAt: at,
              lateByMs,
              ...(inexact && { fulfilledAs: inexact }),
              ...(inTimeUntil && { inTimeUntil }),
              ...(o.clock && o.dueAt ? { metClock: { clock: o.clock, dueAt: o.dueAt } } : {}),
              evidence,
              ...(evidence.caseNumber && { caseNumber: evidence.caseNumber }),
              statusAtDispatch: o.statusAtDispatch ?? state.status,
              // Done in time, although it was recorded after the deadline. One that had passed before it was moved stays.
              delayReasonsOwed: o.delayReasonsOwed && (lateByMs > 0 || passedBefore(o, at)),
            },
      );
      // A clock that starts with it counts from its earliest reading.
      return sets ? withAnchor(next, sets, inexact?.earliest ?? at) : next;
    }
    case 'obligation-supplemented': {
      const { obligation: _, ...supplement } = event.data;
      const { evidence } = supplement;
      return change((o) => ({
        ...told(o),
        ...settledTally(o),
        supplements: [...o.supplements, supplement],
        ...(evidence.caseNumber && { caseNumber: evidence.caseNumber }),
        statusAtDispatch: ['dispatching', 'partly-told'].includes(o.status) ? o.statusAtDispatch : state.status,
      }));
    }
    case 'delivery-counted':
    case 'told-outside':
    case 'left-untold':
      return change((o) => foldTelling(o, event));
    case 'mails-came-back':
      return change((o) => ({ ...o, recount: event.seq }));
    case 'delivery-recounted':
      return change((o) => withRecount(o, event.data, event.at));
    // What it settles is in the ledger, and comes back with the count of the delivery.
    case 'batch-settled':
      return state;
    case 'page-published':
    case 'made-public':
      return change((o) => foldMadePublic(o, event));
    case 'organisations-told':
      return change((o) => foldOrganisations(o, event));
    case 'authority-decided':
      return withAuthority(state, event);
    case 'receipt-recorded':
    case 'field-cannot-be-established':
      return change((o) => foldFiling(o, event));
    case 'act-timed':
      return withTimedAnchor(
        change((o) => foldActTimed(o, event)),
        event,
      );
    case 'deadline-missed': {
      const { dueAt } = event.data;
      return change((o) => ({ ...o, missedDueAt: dueAt, misses: [...(o.misses ?? []), dueAt] }));
    }
    case 'lateness-corrected': {
      const { lateByMs, dueAt, inTimeUntil } = event.data;
      return change(({ correctedInTimeUntil: _before, ...o }) => ({
        ...o,
        correctedLateByMs: lateByMs,
        correctedDueAt: dueAt,
        ...(inTimeUntil && { correctedInTimeUntil: inTimeUntil }),
      }));
    }
    case 'delay-reasons-requested':
      return change((o) => ({ ...o, delayReasonsOwed: true }));
    case 'delay-reasons-recorded':
      return change((o) => ({ ...o, delayReasonsOwed: false, delayReasons: event.data.reasons }));
  }
}

function holdOf({ by, data }: EventOf<'obligation-held'>): Obligation['hold'] {
  const { reason, ground, until, beside } = data;
  return { by, reason, ground, until, ...(beside && { beside }) };
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

/** True when a deadline had passed by the instant of an act. */
function passedBefore(o: Obligation, at: Instant): boolean {
  return (o.misses ?? []).some((dueAt) => toMs(dueAt) < toMs(at));
}

/** A round that told what its draft says. */
function told(o: Obligation): Obligation {
  return { ...settle(o), told: toldAfter(o.told, o.draft?.says, o.purpose) };
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
  const isAsked = change.measure !== undefined && change.state !== 'awaits-second';
  const round = (before?.round ?? 0) + (isAsked ? 1 : 0);
  const { askedBy: _, stood: _stood, ...known } = before ?? {};
  const step = { ...known, ...change, id, at, round } as IncidentState['containment'][string];
  return { ...state, containment: { ...state.containment, [id]: step } };
}
