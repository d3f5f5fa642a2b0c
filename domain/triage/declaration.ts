/** The incident that a case in triage becomes. */
import type { Declaration } from '../incident/incident';
import { TOCSIN } from '../kernel/recorded-event';
import { earliest, type Instant } from '../kernel/time';
import { blockable } from './blockable';
import type { TriageState } from './state';
import { unattended } from './unattended';

/** The incident's id follows from the case's, so that declaring twice is one incident. */
export function incidentIdOf(caseId: string): string {
  return caseId.replace(/^TRG-/, 'INC-');
}

/**
 * What is declared: the rule's defaults, what the detections showed, and over both what a person stated. It says nothing
 * of awareness: only a person can.
 */
export function declarationOf(
  state: TriageState,
  by: string,
  now: Instant,
  stated: Omit<Partial<Declaration>, 'id'> = {},
): Declaration {
  const { kind, affects, serviceAffecting, systems, credentials } = state.incident;
  const defaults: Declaration = {
    id: incidentIdOf(state.caseId),
    title: state.title,
    kind,
    severity: state.severity,
    owner: state.owner,
    // A sender's clock may be ahead; nothing can be detected after it was declared.
    detectedAt: earliest([state.firstAt, now])!,
    declaredAt: now,
    declaredBy: by,
    source: state.detection.source,
    affects,
    systems: [...new Set([...systems, ...state.systems.flatMap(systemId)])],
    isolate: [],
    // Where nobody has looked, only what hits nobody else is blocked.
    maliciousSources: by === TOCSIN ? unattended(state).block : blockable(state),
    credentials,
    serviceAffecting,
  };
  const given = Object.entries(stated).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** A system as detections name it, as an incident may name it. */
function systemId(name: string): string[] {
  const id = name
    .replace(/[^A-Za-z0-9._:-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 80);
  return id ? [id] : [];
}
