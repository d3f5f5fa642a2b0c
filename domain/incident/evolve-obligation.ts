/** What its own events change of an obligation. */
import { TOCSIN } from '../kernel/recorded-event';
import { type Instant, toMs } from '../kernel/time';
import { foldActTimed, withTimedAnchor } from './act-timed';
import { withAuthority } from './authority-decision';
import { standingOn } from './edits';
import type { EventOf, IncidentEvent } from './events';
import { foldTelling, reopenedTally, settledTally, withoutRound, withoutStop, withRecount } from './evolve-telling';
import { foldFiling } from './filings';
import { foldMadePublic } from './made-public';
import { propose, withdraw } from './not-owed-fold';
import { foldOrganisations } from './organisations-told';
import { firstKey } from './second-person';
import { movedOn } from './sending-progress';
import {
  blank,
  correctionOf,
  type IncidentState,
  isSettled,
  type Obligation,
  putObligation,
  toldWithout,
} from './state';
import { toldAfter } from './told-facts';

type ObligationEvent = Extract<IncidentEvent, { data: { obligation: string } }>;

/** Folds what happened to one obligation, and what that settles beside it. */
export function foldObligation(asItWas: IncidentState, event: ObligationEvent): IncidentState {
  const state = seconded(asItWas, event);
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
      return putObligation(state, { ...fallenAway(before, 'not-required'), decision, proposal });
    }
    case 'not-owed-proposed':
      return propose(state, event);
    case 'not-owed-withdrawn':
      return withdraw(state, id);
    case 'obligation-reopened': {
      const { round, purpose, clock, dueAt, marginAt, changed, stopped, editsStandOn } = event.data;
      return change((o) => ({
        ...withoutRound(stopped || isSettled(o) ? o : withoutStop(o)),
        ...(editsStandOn && { edits: standingOn(o.edits, o.draft?.renderings ?? [], editsStandOn) }),
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
      const { fingerprint, renderings, missing, untranslated, url, reach, says, measures } = event.data;
      const draft = {
        fingerprint,
        renderings,
        missing,
        url,
        ...(untranslated && { untranslated }),
        ...(reach && { reach }),
        says,
        ...(measures && { measures }),
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
        ...withoutStop(o),
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
      return change((o) => released(o, event.by));
    case 'sending-stopped': {
      const { by, at } = event;
      return change((o) => ({ ...o, stopped: { by, at, reason: event.data.reason } }));
    }
    case 'update-refused': {
      const { detail } = event.data;
      return change((o) => ({
        ...o,
        ...{ status: 'drafted', approved: false, refused: { at: event.at, detail } },
        refusals: { round: o.round, times: (correctionOf(o) ?? 0) + 1 },
      }));
    }
    case 'obligation-waived': {
      const { rule, reason, ground, basis, inPart, says } = event.data;
      const before = state.obligations[id] ?? blank(id, rule);
      const facts = String(state.assessment?.revision ?? 0);
      const decision = {
        by: event.by,
        at: event.at,
        reason,
        ground,
        facts,
        ...(basis && { basis }),
        ...(inPart && { inPart }),
      };
      const decided = before.fulfilledAt ? { statusAtDispatch: state.status, told: says ?? before.told } : {};
      return putObligation(state, { ...fallenAway(before, 'waived'), ...decided, decision });
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

/** Two persons have decided: nothing of that kind waits any more. */
function seconded(state: IncidentState, { data }: ObligationEvent): IncidentState {
  if (!state.firstOfTwo || !('firstBy' in data) || !data.firstBy) return state;
  const left = Object.entries(state.firstOfTwo).filter(([key]) => !key.endsWith(` ${data.obligation}`));
  return { ...state, firstOfTwo: left.length > 0 ? Object.fromEntries(left) : undefined };
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
  if (id === rule || !placeholder || placeholder.fulfilledAt) return putObligation(state, armed);
  // The rule as a whole was not required or waived; now it is required, for this recipient.
  const { [rule]: _dropped, ...rest } = state.obligations;
  return putObligation({ ...state, obligations: rest }, armed);
}

/** True when a deadline had passed by the instant of an act. */
function passedBefore(o: Obligation, at: Instant): boolean {
  return (o.misses ?? []).some((dueAt) => toMs(dueAt) < toMs(at));
}

/** A hold goes first. A stop is a person's, and falls only by a person who has no hold to release: never as a hold ends by itself. */
function released(o: Obligation, by: string): Obligation {
  if (o.hold || by === TOCSIN) return { ...o, hold: undefined };
  const { stopped: _stopped, ...rest } = o;
  return rest;
}

/** A round that told what its draft says. */
function told(o: Obligation): Obligation {
  return { ...settle(o), told: toldAfter(o.told, o.draft?.says, o.purpose) };
}

function settle(o: Obligation): Obligation {
  return { ...withoutStop(o), status: 'fulfilled', hold: undefined };
}

/** No longer owed. What was fulfilled before stays fulfilled: only its present round falls away. */
function fallenAway(o: Obligation, status: 'not-required' | 'waived'): Obligation {
  const settled = { ...withoutStop(o), approved: false, hold: undefined, delayReasonsOwed: false };
  // Facts that make it owed again do not make the letter right that a person stopped.
  const stopped = o.stopped && { stopped: o.stopped };
  // A round that would have told everybody once more leaves the tally of the notice as it was.
  return o.fulfilledAt
    ? { ...settle({ ...settled, again: undefined, delayReasonsOwed: o.delayReasonsOwed }), ...stopped }
    : { ...settled, ...stopped, status };
}

/** The state with a change to one obligation; the same where there is none of that id. */
export function withObligation(state: IncidentState, id: string, update: (o: Obligation) => Obligation): IncidentState {
  const before = state.obligations[id];
  return before ? putObligation(state, update(before)) : state;
}

function withAnchor(state: IncidentState, anchor: 'authority-notified' | string, at: Instant): IncidentState {
  const anchors = state.anchors as Record<string, Instant | undefined>;
  const known = anchors[anchor];
  return known && toMs(known) <= toMs(at) ? state : { ...state, anchors: { ...state.anchors, [anchor]: at } };
}
