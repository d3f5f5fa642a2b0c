/**
 * Detections that come after their case was decided and closed. A decision answers for what was looked at: more of the same is
 * counted with it, and told once. What it does not answer for opens a case of its own, which pages as its rule says.
 */
import { commandsFor } from '../case/alarm-commands';
import type { NewOf } from '../case/lifecycle';
import type { Detection } from '../detection/detection';
import type { CaseJudgement } from '../detection/judgement';
import { plural } from '../kernel/plural';
import { belongsTo } from './belongs';
import { alarmOf } from './clock';
import { deliveryOf } from './delivery';
import { apart, isRepeat } from './repeat';
import type { Detected, TriageEvent, TriageState, TriageWork } from './state';

/** How a workflow of an incident stands, for those of which its detections are told. */
export type IncidentStanding = 'running' | 'closed' | 'stopped';

/** What becomes of it: counted before, counted with the decision, or a case of its own. */
export type Late = 'known' | 'counted' | { opens: CaseJudgement };

/** A dismissal answers for fewer than so many times the detections that were looked at. */
const FOLD = 10;

/** @param incidents how those stand that the case belongs to. */
export function lateOf(
  state: TriageState,
  detection: Detection,
  judgement: CaseJudgement,
  incidents: ReadonlyMap<string, IncidentStanding>,
): Late {
  const { caseId, count, late, severity } = state;
  if (isKnown(state, detection)) return 'known';
  const opens = (own: CaseJudgement, why: string): Late => ({ opens: { ...own, why: [why, ...judgement.why] } });
  const belongs = belongsTo(state);
  if (belongs.length === 0) {
    if (!isRepeat(state, detection, judgement.severity))
      return opens(apart(judgement, detection, state), `${caseId} was dismissed, and this is no repeat of it`);
    const lookedAt = count - (late?.count ?? 0);
    if (count + 1 < FOLD * lookedAt) return 'counted';
    return opens(
      after(judgement, state),
      `${caseId} was dismissed with ${plural(lookedAt, 'detection')}, and ${FOLD} times as many have come`,
    );
  }
  if (!belongs.some(({ incidentId }) => incidents.get(incidentId) === 'running')) {
    const stand = belongs.map(({ incidentId }) => {
      const isStopped = incidents.get(incidentId) === 'stopped';
      return `${incidentId}, which ${isStopped ? 'has stopped' : 'is closed'}`;
    });
    return opens(after(judgement, state), `${caseId} belongs to ${stand.join(', and to ')}`);
  }
  if (judgement.severity < severity)
    return opens(after(judgement, state), `${caseId} was decided as ${severity}, and this is ${judgement.severity}`);
  return 'counted';
}

/**
 * Whether a case counts a detection that comes to it without asking: it waits, or a decision is being carried out and this is no
 * graver. What comes later may have been sent before anybody decided: the inbox knows whether the decision was looked at.
 */
export function takes(
  { decision, closedAt, ...state }: TriageState,
  { severity }: Pick<Detected, 'severity'>,
): boolean {
  return !decision || (!closedAt && severity >= state.severity);
}

/** Whether a case counted a detection before, as far as its register tells. */
export function isKnown({ deliveries = [] }: Pick<TriageState, 'deliveries'>, detection: Detection): boolean {
  return deliveries.includes(deliveryOf(detection));
}

/**
 * The case that comes after a decided one. What joined that by another rule is milder: it has a case of its own, or joins what
 * came after by the rule of the decided one.
 */
function after(judgement: CaseJudgement, { caseId, rule }: TriageState): CaseJudgement {
  const key = JSON.stringify(['after', caseId]);
  if (judgement.rule === rule) return { ...judgement, dedupeKey: key };
  return { ...judgement, dedupeKey: JSON.stringify(['after', caseId, judgement.rule]), joins: [key] };
}

/** The alarm of the first detection after a decision, or of an incident that was not told of it: mailed, as nothing is to be decided by a limit. */
export function afterDecision(state: TriageState, untold?: { into: string; problem: string }): NewOf<TriageEvent> {
  const { dueAt: _, threshold: __, ...raised } = alarmOf(state, { kind: 'due' });
  const incident = untold?.into ?? belongsTo(state).at(-1)?.incidentId;
  const about = { ...raised.about, ...(incident && { stillIn: incident }) };
  const threshold = { kind: 'after-decision', decision: state.decision!.decision } as const;
  const commands = commandsFor('look-again', state.caseId, about);
  const detail = untold && `${untold.into} was not told: ${untold.problem}`;
  return { kind: 'alarm-raised', data: { about, threshold, todo: 'look-again', commands, ...(detail && { detail }) } };
}

/** The incidents that are told how many there are since. */
export function recounts({ caseId, ...state }: TriageState, seq: number): TriageWork[] {
  const { count, lastAt } = state;
  return belongsTo(state).map(({ incidentId: into }) => ({
    kind: 'recount-detections',
    key: `recount ${seq} ${into}`,
    into,
    recounted: { caseId, count, lastAt },
  }));
}
