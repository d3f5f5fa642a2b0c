/** Hands a judged detection to its triage case. What the dispatcher of the intake uses. */

import type { TocsinClient } from '../../../client/tocsin-client';
import type { Detection } from '../../../domain/detection/detection';
import type { RulesSnapshot } from '../../../domain/detection/detection-rules';
import type { CaseJudgement } from '../../../domain/detection/judgement';
import { exactMs, minuteText, toInstant, toMs } from '../../../domain/kernel/time';
import { apart, isRepeat } from '../../../domain/triage/repeat';
import { DETECTED_SIGNAL, type Detected, TRIAGE_WORKFLOW, type TriageInput } from '../../../domain/triage/state';
import { triageCaseId } from './triage-case-id';

/**
 * Opens the triage case of a detection, or adds the detection to it. Safe to repeat: the case counts a detection once.
 * `late`: the case was decided and is closed; the detection stays with that decision, and the caller counts it. A dismissal
 * is such a decision for its repeats only: what says something else opens a case of its own (`domain/triage/repeat.ts`).
 */
export async function openTriage(
  cases: Pick<TocsinClient, 'signalWithStart' | 'view'>,
  detection: Detection,
  judgement: CaseJudgement,
  rules: RulesSnapshot,
): Promise<{ caseId: string; late: boolean }> {
  const opened = await openCase(cases, detection, judgement, rules);
  if (!opened.late) return opened;
  const decided = (await cases.view<'triage'>(opened.caseId))?.state;
  if (decided?.decision?.decision !== 'dismissed' || isRepeat(decided, detection, judgement.severity)) return opened;
  return openCase(cases, detection, apart(judgement, detection), rules);
}

async function openCase(
  cases: Pick<TocsinClient, 'signalWithStart'>,
  detection: Detection,
  judgement: CaseJudgement,
  { sha256, rules: { id, version } }: RulesSnapshot,
): Promise<{ caseId: string; late: boolean }> {
  const caseId = triageCaseId(judgement, detection.at);
  const input: TriageInput = { caseId, detection, judgement, rules: { id, version, sha256 } };
  const { severity, incident, triage, title } = judgement;
  const detected: Detected = { detection, severity };
  const { late } = await cases.signalWithStart(
    {
      workflow: TRIAGE_WORKFLOW,
      id: caseId,
      input,
      title: detection.title,
      severity,
      owner: incident.owner,
      status: 'waiting',
      nextDeadline: triage && toInstant(Date.now() + exactMs(triage.within)),
      details: [
        `${title} (rule ${judgement.rule})`,
        `detected ${minuteText(toInstant(toMs(detection.at)))} UTC by ${detection.source}`,
      ],
    },
    DETECTED_SIGNAL,
    detected,
  );
  return { caseId, late };
}
