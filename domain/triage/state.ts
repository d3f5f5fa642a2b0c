/** What a case in triage is: what opens it, where it stands, and the events that it is the fold of. */
import { z } from 'zod';
import type { CaseEventOf, CaseState, CommonCaseEvent, Work } from '../case/lifecycle';
import { type Detection, DetectionSchema } from '../detection/detection';
import type { TriagePlan } from '../detection/detection-rules';
import { type CaseJudgement, CaseJudgementSchema } from '../detection/judgement';
import type { Recounted } from '../incident/detections';
import type { Declaration } from '../incident/incident';
import type { Rung } from '../kernel/alarm-clock';
import { SEVERITIES, type Severity } from '../kernel/severity';
import type { Instant } from '../kernel/time';

export const TRIAGE_WORKFLOW = 'triage';
/** Signal that carries each detection of the case, the first one too; one that was counted before changes nothing. */
export const DETECTED_SIGNAL = 'detected';

/** The rules under which a detection was judged. */
export const RulesRefSchema = z.strictObject({
  id: z.string().max(80),
  version: z.string().max(40),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type RulesRef = z.infer<typeof RulesRefSchema>;

/** Input of the workflow `triage`: the first detection and how it was judged. The workflow id is `caseId`. */
export const TriageInputSchema = z.strictObject({
  caseId: z.string().regex(/^TRG-[0-9a-f]{12}$/, 'must be TRG- and twelve hex digits'),
  detection: DetectionSchema,
  judgement: CaseJudgementSchema,
  rules: RulesRefSchema,
});
export type TriageInput = z.infer<typeof TriageInputSchema>;

/** Payload of the signal `detected`. `severity` is that of the judgement. */
export const DetectedSchema = z.strictObject({ detection: DetectionSchema, severity: z.enum(SEVERITIES) });
export type Detected = z.infer<typeof DetectedSchema>;

/** What the case keeps of its first detection, bounded. */
export interface Seen {
  source: string;
  format: string;
  type: string;
  scope: string;
  at: Instant;
  facts: Detection['facts'];
}

export type TriageEvent =
  | CommonCaseEvent
  | CaseEventOf<
      'detected',
      {
        title: string;
        severity: Severity;
        rule: string;
        ruleTitle: string;
        rules: RulesRef;
        action: CaseJudgement['action'];
        why: string[];
        triage?: TriagePlan;
        dueAt: Instant;
        incident: CaseJudgement['incident'];
        detection: Seen;
        systems: string[];
        indicators: string[];
        deliveries?: string[];
      }
    >
  /** `count` is the number of all detections so far; the lists hold what is new. `deliveries`: their short hashes, the latest. */
  | CaseEventOf<
      'detections-counted',
      {
        count: number;
        firstAt: Instant;
        lastAt: Instant;
        severity: Severity;
        systems: string[];
        indicators: string[];
        deliveries?: string[];
      }
    >
  | CaseEventOf<'triage-declared', { trigger: 'rule' | 'silence' | 'person'; declaration: Declaration }>
  | CaseEventOf<'incident-started', { incidentId: string; already: boolean }>
  | CaseEventOf<'triage-dismissed', { reason: string }>
  | CaseEventOf<'triage-merged', { into: string; block: string[] }>
  | CaseEventOf<'merge-delivered', { into: string }>
  /** `dueAt`: where the case belongs to no incident, until when a person decides again. */
  | CaseEventOf<'merge-failed', { into: string; problem: string; dueAt?: Instant }>
  /** A person takes the detections out of an incident that they were merged into. */
  | CaseEventOf<'triage-unmerged', { from: string; reason: string }>
  /** The incident has recorded it. `dueAt`: where the case belongs to none any more, until when a person decides again. */
  | CaseEventOf<'unmerge-delivered', { from: string; dueAt?: Instant }>
  | CaseEventOf<'unmerge-failed', { from: string; problem: string }>
  /** An incident that it belongs to was not told of detections that came after the decision. */
  | CaseEventOf<'recount-failed', { into: string; problem: string }>;

export type TriageStatus = 'waiting' | 'declaring' | 'merging' | 'unmerging' | 'declared' | 'dismissed' | 'merged';

/** What was decided, by whom and when. */
export interface TriageDecision {
  decision: 'declared' | 'dismissed' | 'merged';
  by: string;
  at: Instant;
  /** The incident that was declared or merged into. */
  incidentId?: string;
  reason?: string;
}

export interface TriageState extends CaseState {
  status: TriageStatus;
  severity: Severity;
  rule: string;
  ruleTitle: string;
  rules: RulesRef;
  action: CaseJudgement['action'];
  why: string[];
  triage?: TriagePlan;
  incident: CaseJudgement['incident'];
  detection: Seen;
  openedAt: Instant;
  /** Until when a person decides. */
  dueAt: Instant;
  /** Since when, where that was moved: the case was opened before. */
  clockAt?: Instant;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
  systems: string[];
  indicators: string[];
  /** Short hashes of its latest deliveries, by which a repeated one is known; none in a case of an earlier version. */
  deliveries?: string[];
  /** Those of `count` that came after the case was decided and closed. */
  late?: { count: number; lastAt: Instant };
  /** What of its alarm clock has rung. */
  rung?: Rung | undefined;
  /** The first decision that stands. */
  decision?: TriageDecision;
  /** Further incidents that it was declared as or merged into, in the order of the decisions. */
  further?: TriageDecision[];
  /** The incident that it is being taken out of, by whom and why. */
  leaving?: { from: string; by: string; at: Instant; reason: string };
  /** What was declared, until the incident runs. */
  declaration?: Declaration;
  /** Sources that the incident merged into is asked to block. */
  block?: string[];
}

/**
 * What the outside world must do: start the incident, hand the detections to the one they were merged into, have it let them
 * go, or tell it how many there are since.
 */
export type TriageWork =
  | (Work & { kind: 'declare'; declaration: Declaration })
  | (Work & { kind: 'merge'; into: string; block: string[]; by: string })
  | (Work & { kind: 'unmerge'; from: string; by: string; reason: string })
  | (Work & { kind: 'recount-detections'; into: string; recounted: Recounted });

/** What came of it. `already`: the incident ran before. */
export type TriageOutcome =
  | { kind: 'declared'; incidentId: string; already: boolean }
  | { kind: 'merged'; into: string }
  /** `again`: the case has time to decide once more; not in a history that began before it had. */
  | { kind: 'merge-failed'; into: string; problem: string; again?: true }
  | { kind: 'unmerged'; from: string }
  | { kind: 'unmerge-failed'; from: string; problem: string }
  | { kind: 'recount-failed'; into: string; problem: string };

/** How much a case keeps of what its detections named. */
export const MOST_SYSTEMS = 50;
export const MOST_INDICATORS = 100;
export const MOST_FACTS = 40;
export const MOST_DELIVERIES = 100;
