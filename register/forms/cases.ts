/** What is not an incident itself: detections in triage, vulnerability reports, patch tasks, each as its facts. */
import { foldCase } from '../../domain/case/advance';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { patchTaskLifecycle } from '../../domain/patch/patch-task';
import type { PatchEvent } from '../../domain/patch/state';
import type { VulnerabilityReportEvent } from '../../domain/report/state';
import { vulnerabilityReportLifecycle } from '../../domain/report/vulnerability-report';
import type { TriageEvent } from '../../domain/triage/state';
import { triageLifecycle } from '../../domain/triage/triage';
import type { Fact } from './record-groups';
import { type AsValue, instant } from './value';

/** The kinds of case by the kind of their first entry. */
const CASES: Record<string, { what: string; facts(events: RecordedEvent[]): CaseFacts }> = {
  detected: { what: 'Detection in triage', facts: triageFacts },
  'report-received': { what: 'Vulnerability report', facts: reportFacts },
  'patch-due': { what: 'Patch task', facts: patchFacts },
};

interface CaseFacts {
  title: string;
  status: string;
  /** Name → fact; an undefined one is left out. */
  facts: Record<string, unknown>;
}

/** A case without its entries. */
export interface CaseRecord {
  what: string;
  title: string;
  status: string;
  facts: Fact[];
}

/** Whether entries that begin with this kind are those of a case. */
export function opensCase(kind: string): boolean {
  return Object.hasOwn(CASES, kind);
}

/** The facts of a case from its events as a reader is shown them. The first one opens it. */
export function caseRecord(events: RecordedEvent[], asValue: AsValue): CaseRecord {
  const { what, facts: factsOf } = CASES[events[0]!.kind]!;
  const { title, status, facts } = factsOf(events);
  return {
    what,
    title,
    status,
    facts: Object.entries({ Status: status, ...facts })
      .filter(([, fact]) => fact !== undefined)
      .map(([name, fact]) => ({ name, value: asValue(typeof fact === 'string' ? instant(fact) : fact) })),
  };
}

function triageFacts(events: RecordedEvent[]): CaseFacts {
  const state = foldCase(triageLifecycle, events as unknown as TriageEvent[])!;
  const { decision, further } = state;
  return {
    title: state.title,
    status: state.status,
    facts: {
      Severity: state.severity,
      'Matched rule': state.ruleTitle,
      'Detections counted': state.count,
      'First seen': state.firstAt,
      'Last seen': state.lastAt,
      'Decision due': state.dueAt,
      Decision: decision?.decision,
      'Decided by': decision?.by,
      'Decided at': decision?.at,
      Reason: decision?.reason,
      Incident: decision?.incidentId,
      'Further incidents': further?.map(({ incidentId }) => incidentId),
    },
  };
}

function reportFacts(events: RecordedEvent[]): CaseFacts {
  const state = foldCase(vulnerabilityReportLifecycle, events as unknown as VulnerabilityReportEvent[])!;
  const { acknowledged, triage, disclosure } = state;
  return {
    title: state.title,
    status: state.status,
    facts: {
      Received: state.received.receivedAt,
      'Acknowledgement due': state.received.clock.dueAt,
      Acknowledged: acknowledged?.at,
      'Acknowledged by': acknowledged?.by,
      Decision: triage?.decision,
      Severity: triage?.decision === 'accepted' ? triage.severity : undefined,
      Reason: triage?.decision === 'declined' ? triage.reason : undefined,
      'Duplicate of': triage?.decision === 'duplicate' ? triage.of : undefined,
      'Fixed in': state.fixedIn,
      'Disclosure agreed for': disclosure.on,
      'Disclosed on': disclosure.publishedAt,
      'Published at': disclosure.url,
      Incident: state.incident?.id,
      'Content and reporter erased': state.erased ? true : undefined,
      Closed: state.closedAt,
    },
  };
}

function patchFacts(events: RecordedEvent[]): CaseFacts {
  const state = foldCase(patchTaskLifecycle, events as unknown as PatchEvent[])!;
  const { finding, waiver } = state;
  return {
    title: state.title,
    status: state.status,
    facts: {
      Package: finding.package,
      'Versions in use': finding.versions,
      'Fixed in': finding.fixedIn,
      Advisory: finding.advisory,
      Severity: finding.severity,
      Found: state.foundAt,
      Due: state.dueAt,
      'Waived by': waiver?.by,
      'Waived until': waiver?.until,
      'Reason for the waiver': waiver?.reason,
      Closed: state.closedAt,
      'Closed because': state.closedBecause,
    },
  };
}
