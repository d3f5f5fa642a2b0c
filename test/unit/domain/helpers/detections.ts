/** Detections and judgements for tests of rules and triage. */

import { triageCaseId } from '../../../../detection/intake/inbox/triage-case-id';
import { type Detection, DetectionSchema } from '../../../../domain/detection/detection';
import type { DetectionRules } from '../../../../domain/detection/detection-rules';
import { type CaseJudgement, judge } from '../../../../domain/detection/judgement';
import type { TriageInput } from '../../../../domain/triage/state';
import { loadDetectionRules } from '../../../../policy/load-detection-rules';

export const RULES = loadDetectionRules();

/** A detection by a source that says sev2; every field can be replaced. */
export function detection(over: Record<string, unknown> = {}): Detection {
  return DetectionSchema.parse({
    source: 'monitoring',
    format: 'standard-webhooks',
    eventId: 'event-1',
    type: 'api.data-export',
    at: '2026-04-01T02:00:00Z',
    title: 'Unusual export of project data',
    severity: 'sev2',
    systems: ['api'],
    indicators: ['203.0.113.9'],
    ...over,
  });
}

/** How the real rules judge a detection that opens a case. Throws when they ignore it. */
export function judged(given: Detection, rules: DetectionRules = RULES.rules): CaseJudgement {
  const judgement = judge(given, rules);
  if (judgement.action === 'ignore') throw new Error(`rule ${judgement.rule} ignores it`);
  return judgement;
}

/** The input of a triage case under the real rules. */
export function triageInput(over: Record<string, unknown> = {}): TriageInput {
  const first = detection(over);
  const judgement = judged(first);
  const { sha256, rules } = RULES;
  const { id, version } = rules;
  return { caseId: triageCaseId(judgement, first.at), detection: first, judgement, rules: { id, version, sha256 } };
}
