/** Judges detections by the rules and hands them to their triage cases. */
import type { RulesSnapshot } from '../../../domain/detection/detection-rules';
import { judge } from '../../../domain/detection/judgement';
import { openTriage, type TriageCases } from './open-triage';
import type { HandOver } from './settled';

/** `rules`: those in force, asked for each detection, so that an edited file takes effect without a restart. */
export function createHandOver(cases: TriageCases, rules: () => RulesSnapshot): HandOver {
  return async (detection) => {
    const snapshot = rules();
    const judgement = judge(detection, snapshot.rules);
    const { rule } = judgement;
    if (judgement.action === 'ignore') return { state: 'ignored', rule };
    const { caseId, late } = await openTriage(cases, detection, judgement, snapshot);
    return { state: late ? 'decided' : 'triaged', rule, caseId };
  };
}

/** gRPC codes of a server that is away or overloaded: the detection is not at fault. */
const AWAY = new Set([
  1, // CANCELLED: a call that the deadline ended
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  14, // UNAVAILABLE
]);

/** Whether a fault is Temporal's absence, as opposed to one in what was asked. Looks through causes. */
export function isTemporalAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'number' && AWAY.has(code)) return true;
  return cause !== error && cause !== undefined && isTemporalAway(cause);
}
