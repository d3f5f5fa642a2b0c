/** The fold of a vulnerability report: state = events.reduce(evolve). Pure; the first event is `report-received`. */

import { isOfClock } from '../case/alarm';
import type { CaseEventOf } from '../case/lifecycle';
import type {
  ReportClockName,
  VulnerabilityReportEvent,
  VulnerabilityReportInput,
  VulnerabilityReportState,
} from './state';
import { reportClock } from './vulnerability-clock';

export function evolve(
  before: VulnerabilityReportState | undefined,
  event: VulnerabilityReportEvent,
): VulnerabilityReportState {
  if (event.kind === 'report-received') return opened(event);
  const state = before!;
  const moved = { movedAt: event.at };
  switch (event.kind) {
    case 'alarm-raised':
      return withRung(state, event);
    case 'acknowledged': {
      const { at, lateByMs, answered: byPerson } = event.data;
      return {
        ...state,
        ...moved,
        status: 'acknowledged',
        acknowledged: { at, by: event.by, lateByMs, answered: byPerson },
      };
    }
    case 'deadline-missed':
      return { ...state, missed: true };
    case 'triaged': {
      const { note: _, ...triage } = event.data;
      const severity = triage.decision === 'accepted' ? triage.severity : state.severity;
      return { ...state, ...moved, severity, status: triage.decision, triage };
    }
    case 'fixed':
      return { ...state, ...moved, status: 'fixed', fixedIn: event.data.version };
    case 'disclosure-agreed': {
      const { on } = event.data;
      return { ...state, ...moved, disclosure: { ...state.disclosure, on, agreedAt: event.at } };
    }
    case 'disclosed': {
      const { at, url } = event.data;
      return { ...state, ...moved, status: 'disclosed', disclosure: { ...state.disclosure, publishedAt: at, url } };
    }
    case 'credited':
      return { ...state, ...moved, credit: event.data.as };
    case 'incident-declared': {
      const { incidentId, declaration } = event.data;
      return { ...state, ...moved, incident: { id: incidentId, started: false, declaration } };
    }
    case 'incident-linked':
      return { ...state, ...moved, incident: { id: event.data.incidentId, started: true } };
    case 'incident-started':
      return { ...state, incident: { ...state.incident!, started: true } };
    case 'reporter-mailed':
      return { ...state, mails: { ...state.mails, [event.data.mail]: event.data.outcome } };
    case 'erased':
      return { ...state, erased: true, received: { ...state.received, reachable: false } };
    case 'closed':
      return { ...state, status: 'closed', closedAt: event.at };
    default:
      return state;
  }
}

function opened({
  incidentId,
  seq,
  exercise,
  at,
  data,
}: CaseEventOf<'report-received', Omit<VulnerabilityReportInput, 'reportId'>>): VulnerabilityReportState {
  const { owner, ...received } = data;
  return {
    caseId: incidentId,
    seq,
    exercise,
    title: `Vulnerability report by ${received.via}, ${received.length} bytes`,
    severity: 'untriaged',
    owner,
    status: 'received',
    handled: [],
    received,
    rung: {},
    missed: false,
    disclosure: {},
    mails: {},
    erased: false,
    movedAt: at,
  };
}

/** What has rung is remembered for the deadline that its clock has. */
function withRung(
  state: VulnerabilityReportState,
  { data, at }: Extract<VulnerabilityReportEvent, { kind: 'alarm-raised' }>,
): VulnerabilityReportState {
  const name = data.about.kind;
  if (!isOfClock(data.threshold) || !isClockName(name)) return state;
  const dueAt = reportClock(state, name)?.dueAt;
  return dueAt === undefined ? state : { ...state, rung: { ...state.rung, [name]: { dueAt, at } } };
}

function isClockName(name: string): name is ReportClockName {
  return name === 'acknowledgement' || name === 'disclosure' || name === 'follow-up';
}
