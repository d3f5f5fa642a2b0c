import { decidedByRule } from '../domain/incident/authorship';
import { counting } from '../domain/incident/awareness';
import { containedWhen } from '../domain/incident/contained-when';
import { NOT_YET_ESTABLISHED } from '../domain/incident/content-value';
import { howItOccurred, likelyConsequences } from '../domain/incident/contents';
import type { IncidentEvent } from '../domain/incident/events';
import { fold } from '../domain/incident/evolve';
import { judgementLines } from '../domain/incident/facts/risk-judgement';
import type { DataSet } from '../domain/incident/incident';
import { latenessOf } from '../domain/incident/lateness';
import { inPartWaived, namedText } from '../domain/incident/narrate-whom';
import { type IncidentState, isSettled } from '../domain/incident/state';
import { WITHDRAWAL_WORDS, withdrawalOf } from '../domain/incident/withdrawn-report';
import { type Count, countText } from '../domain/kernel/count';
import { inexactOf, latestOf, whenText } from '../domain/kernel/inexact-instant';
import { type StandIn, standInOf } from '../domain/policy/disclosure';
import { MalformedEntryError } from './errors';
import {
  type DataInvolved,
  type IncidentRecord,
  known,
  type MeasuresTaken,
  type Nature,
  type Times,
} from './incident-record';
import { notificationsOf, statedAs } from './notifications';

/**
 * Groups one incident's entries as R1–R6 of the breach register (GDPR Art. 33(5)). Takes any order and repetition, and
 * events as a reader is shown them, with stand-ins for what is withheld or erased.
 *
 * @throws MalformedEntryError when there are no entries, those of two incidents, or they do not begin with the declaration.
 */
export function groupEntry(events: IncidentEvent[]): IncidentRecord {
  const ids = new Set(events.map((event) => event.incidentId));
  if (ids.size !== 1) throw new MalformedEntryError(`a record shows one incident; ${ids.size} were given`);
  if (!events.some((event) => event.seq === 1 && event.kind === 'declared')) {
    throw new MalformedEntryError(
      `the entries of incident ${[...ids][0]} do not begin with its declaration: read all of them`,
    );
  }
  const state = fold(events)!;
  const facts = state.assessment?.facts;
  return {
    incidentId: state.caseId,
    exercise: state.exercise,
    status: state.status,
    owner: state.declaration.owner,
    closedAt: state.closedAt,
    times: timesOf(state),
    nature: natureOf(state),
    personalData: {
      involved: known(facts?.personalData === 'unknown' ? undefined : facts?.personalData),
      dataSets: (facts?.dataSets ?? []).map(dataInvolved),
      workspaces: facts === undefined ? NOT_YET_ESTABLISHED : workspacesOf(facts.workspaces),
    },
    likelyConsequences: known(likelyConsequences(state)),
    judgement: judgementLines(facts?.riskJudgement),
    measures: measuresOf(state, events),
    ...obligationsOf(state),
  };
}

function timesOf({ declaration, anchors, awareness }: IncidentState): Times {
  const { detectedAt, detectedAs, declaredAt, declaredBy, source } = declaration;
  const { statement } = counting(awareness) ?? {};
  const inexact = statement?.awareAt === anchors.aware ? statement?.inexact : undefined;
  return {
    ...{ detectedAt, declaredAt, declaredBy, source, awareAt: known(anchors.aware) },
    ...(detectedAs && { detectedStated: whenText(detectedAs) }),
    ...(inexact && { awareStated: whenText(inexact) }),
  };
}

function natureOf(state: IncidentState): Nature {
  const { title, kind, affects, systems, severity } = state.declaration;
  // The review's root cause answers the question where the declaration and the assessment could not.
  const how = known(howItOccurred(state) ?? state.review?.rootCause);
  return { title, type: kind, howItOccurred: how, affects, systems, severity };
}

function dataInvolved({
  id,
  title,
  role,
  categories,
  records,
  individuals,
  residence,
  risk,
  riskJudgement,
}: DataSet): DataInvolved {
  const countries = Object.entries(residence).map(([country, count]) => [country, known(count ?? undefined)] as const);
  return {
    id,
    title,
    role,
    categories: categories.length > 0 ? categories : NOT_YET_ESTABLISHED,
    records: counted(records),
    individuals: counted(individuals),
    residence: countries.length > 0 ? Object.fromEntries(countries) : NOT_YET_ESTABLISHED,
    risk: known(risk === 'unknown' ? undefined : risk),
    judgement: judgementLines(riskJudgement),
  };
}

function counted(count: Count | undefined): number | string {
  return count === undefined || typeof count === 'number' ? known(count) : countText(count);
}

function workspacesOf(workspaces: 'all' | string[]): number | 'all' | StandIn {
  return standInOf(workspaces) ?? (workspaces === 'all' ? 'all' : workspaces.length);
}

function measuresOf(state: IncidentState, events: IncidentEvent[]): MeasuresTaken {
  const { containment, measures, review } = state;
  const steps = Object.values(containment).filter(({ id }) => !standInOf(id));
  return {
    ...containedIn(state),
    containment: [
      ...steps.map(({ id, state, at, detail }) => ({ step: id, outcome: state, at, detail })),
      ...unnamedSteps(events),
    ],
    measures: measures.map(({ at, by, category, text }) => ({ at, by, category, text })),
    rootCause: known(review?.rootCause),
    controls: review?.controls ?? [],
  };
}

/** Containment at an inexact time is in time, late, or either by the hour: the register says which. */
function containedIn(state: IncidentState): Pick<MeasuresTaken, 'contained'> {
  const when = containedWhen(state);
  if (when === undefined) return {};
  const kept = Object.values(state.obligations).filter(({ evidence }) => evidence?.channel === 'containment');
  const verdicts = kept.map((o) => ({ obligation: o.id, ...latenessOf(o) }));
  return { contained: { at: latestOf(when), ...statedAs(inexactOf(when)), verdicts } };
}

/** Where this reader is not shown which measure a step was of, the steps cannot be told apart: each outcome stands alone. */
function unnamedSteps(events: IncidentEvent[]): MeasuresTaken['containment'] {
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return [...bySeq.values()]
    .sort((a, b) => a.seq - b.seq)
    .flatMap((event) =>
      event.kind === 'containment-step' && standInOf(event.data.id)
        ? [{ step: event.data.id, outcome: event.data.outcome, at: event.at, detail: event.data.detail }]
        : [],
    );
}

function obligationsOf(
  state: IncidentState,
): Pick<IncidentRecord, 'notifications' | 'owed' | 'leftUntold' | 'notRequired'> {
  const all = Object.values(state.obligations);
  return {
    notifications: notificationsOf(all),
    owed: all
      .filter((obligation) => !isSettled(obligation))
      .map((o) => {
        const { id, dueAt, proposal } = o;
        const withdrawal = withdrawalOf(o);
        return {
          ...{ obligation: id, status: withdrawal ? WITHDRAWAL_WORDS[withdrawal] : o.status, dueAt: known(dueAt) },
          ...(proposal && { proposed: proposal.reason }),
        };
      }),
    leftUntold: all.flatMap(({ id, leftUntold = [] }) =>
      leftUntold.map(({ by, at, reason, ...named }) => ({ obligation: id, by, at, reason, who: namedText(named) })),
    ),
    notRequired: all.flatMap((o) => {
      const { id, status, decision } = o;
      if (decision === undefined || (status !== 'not-required' && status !== 'waived')) return [];
      const { by, at, reason, ground, proposed, inPart } = decision;
      const byRule = decidedByRule(o, state);
      return [
        {
          obligation: id,
          by,
          ...(byRule !== undefined && { byRule }),
          at,
          reason,
          ...(ground !== undefined && { ground }),
          ...(proposed !== undefined && { proposed }),
          ...(inPart !== undefined && { inPart: inPartWaived(inPart) }),
        },
      ];
    }),
  };
}
