/** What a message means for a vulnerability report: its events, or why it is refused and what to do. */

import type { CaseMessage, NewOf } from '../case/lifecycle';
import { aheadProblem } from '../kernel/ahead';
import { tocsin } from '../kernel/command-lines';
import { saidWithin } from '../kernel/said-within';
import { human, type Instant, toMs } from '../kernel/time';
import { erasureOf, type ReportMessage, type ReportMessageName } from './messages';
import type { IncidentOfReport, Triage, VulnerabilityReportEvent, VulnerabilityReportState } from './state';

/** The events that follow, before they have their place. */
export type News = NewOf<VulnerabilityReportEvent>[];

const rejected = (message: string, ...problems: string[]): News => [{ kind: 'rejected', data: { message, problems } }];
const noted = (message: string, why: string): News => [{ kind: 'noted', data: { message, note: why } }];

/** The events of a message; a closed report takes only word of its erasure. */
export function onMessage(state: VulnerabilityReportState, name: string, message: CaseMessage, now: Instant): News {
  if (state.closedAt && name !== 'erased') return noted(name, 'the report is closed');
  // What a person did was done when they said so, however late a worker gets to read it.
  const said = saidWithin(message.sentAt, state.received.receivedAt, now);
  const news = ON_MESSAGE[name as ReportMessageName](state, message as never, said);
  return name === 'erased' ? news : [...alarmsSeen(state, news), ...news];
}

const ON_MESSAGE: {
  [N in ReportMessageName]: (state: VulnerabilityReportState, message: ReportMessage<N>, now: Instant) => News;
} = {
  'acknowledge-report': (state, { at, answered: byPerson, note: why }, now) =>
    state.acknowledged
      ? noted('acknowledge-report', `${state.acknowledged.by} acknowledged it at ${human(state.acknowledged.at)}`)
      : acknowledged(state, { at, answered: byPerson, note: why }, now),
  accept: (state, { severity, answered: byPerson, note: why }, now) =>
    triaged(state, 'accept', { decision: 'accepted', severity }, byPerson, now, why),
  decline: (state, { reason, answered: byPerson }, now) =>
    triaged(state, 'decline', { decision: 'declined', reason }, byPerson, now),
  duplicate: (state, { of, answered: byPerson }, now) =>
    of === state.caseId
      ? rejected('duplicate', 'of: is this very report; name the other one')
      : triaged(state, 'duplicate', { decision: 'duplicate', of }, byPerson, now),
  fixed: (state, { version, note: why }) =>
    state.triage?.decision !== 'accepted'
      ? rejected('fixed', 'message: the report is not accepted; accept it first, with its severity')
      : [{ kind: 'fixed', data: { version, note: why } }],
  disclose: (state, { on, url }, now) => {
    if (state.triage?.decision !== 'accepted') {
      return rejected('disclose', 'message: the report is not accepted; accept it first, with its severity');
    }
    if (url) return [{ kind: 'disclosed', data: { at: now, url } }];
    if (`${on}T23:59:59.999Z` < now)
      return rejected('disclose', 'on: lies in the past; give "url" for what is published');
    return [{ kind: 'disclosure-agreed', data: { on: on! } }];
  },
  credit: (_state, { as }) => [{ kind: 'credited', data: { as } }],
  declare,
  erased: (state, { commandId }) => {
    if (commandId !== erasureOf(state.caseId))
      return rejected(
        'erased',
        `commandId: tells of no erasure; \`${tocsin('report erase', { id: state.caseId })}\` does`,
      );
    return state.erased ? noted('erased', 'it was erased before') : [{ kind: 'erased', data: {} }];
  },
  close: (state, { note: why }) => {
    if (!state.triage) return rejected('close', 'message: decide first: accept, decline or duplicate');
    if (state.triage.decision === 'accepted' && !state.fixedIn && !why) {
      return rejected('close', 'note: say why it is closed without a fix, or tell in which version it is fixed');
    }
    if (state.incident && !state.incident.started) return rejected('close', 'message: its incident is being declared');
    return [{ kind: 'closed', data: { note: why } }];
  },
};

/** Whoever acts on a report has seen its alarms. */
function alarmsSeen({ unacknowledged = [] }: VulnerabilityReportState, news: News): News {
  const acts = news.some(({ kind }) => kind !== 'rejected' && kind !== 'noted');
  return acts && unacknowledged.length > 0 ? [{ kind: 'alarm-acknowledged', data: { alarms: unacknowledged } }] : [];
}

function acknowledged(
  { received }: VulnerabilityReportState,
  given: { at?: Instant | undefined; answered: boolean; note?: string | undefined },
  now: Instant,
): News {
  // The clock of whoever received it may run ahead of ours.
  const at = given.at ?? (now > received.receivedAt ? now : received.receivedAt);
  if (given.at && given.at > now) return rejected('acknowledge-report', `at: ${aheadProblem(given.at, now)}`);
  if (at < received.receivedAt)
    return rejected('acknowledge-report', `at: is before the report came, at ${human(received.receivedAt)}`);
  const lateByMs = Math.max(0, toMs(at) - toMs(received.clock.dueAt));
  return [{ kind: 'acknowledged', data: { at, lateByMs, answered: given.answered, note: given.note } }];
}

/** Whoever decides on a report has read it: that acknowledges it. */
function triaged(
  state: VulnerabilityReportState,
  name: string,
  triage: Triage,
  byPerson: boolean,
  now: Instant,
  why?: string,
): News {
  if (state.fixedIn) return rejected(name, `message: it is fixed in ${state.fixedIn}; close it`);
  const first = state.acknowledged ? [] : acknowledged(state, { answered: byPerson }, now);
  return [...first, { kind: 'triaged', data: { ...triage, note: why } }];
}

function declare(state: VulnerabilityReportState, message: ReportMessage<'declare'>, now: Instant): News {
  if (state.incident) return noted('declare', `incident ${state.incident.id} belongs to it already`);
  const first = state.acknowledged ? [] : acknowledged(state, { answered: false }, now);
  if (message.incident) return [...first, { kind: 'incident-linked', data: { incidentId: message.incident } }];
  const detectedAt = message.detectedAt ?? now;
  if (detectedAt > now) return rejected('declare', `detectedAt: ${aheadProblem(detectedAt, now)}`);
  const declaration: IncidentOfReport = {
    title: message.title ?? `Vulnerability report ${state.caseId}`,
    severity: message.severity!,
    affects: message.affects!,
    serviceAffecting: message.serviceAffecting,
    detectedAt,
    declaredBy: message.by,
    declaredAt: now,
  };
  const incidentId = state.caseId.replace(/^VR-/, 'INC-');
  return [...first, { kind: 'incident-declared', data: { incidentId, declaration } }];
}
