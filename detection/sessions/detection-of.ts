import { createHash } from 'node:crypto';
import { type Detection, DetectionSchema } from '../../domain/detection/detection';
import { toInstant } from '../../domain/kernel/time';
import type { Finding } from '../../domain/sessions/finding';

/** The source of all detections made from authentication events. */
export const SESSIONS_SOURCE = 'sessions';

/** A finding as a detection. The event id derives from the finding's: the same finding twice is one detection. */
export function detectionOf(finding: Finding): Detection {
  return DetectionSchema.parse({
    source: SESSIONS_SOURCE,
    format: 'sessions',
    eventId: `${finding.rule}-${createHash('sha256').update(finding.id, 'utf8').digest('hex').slice(0, 24)}`,
    type: `auth.${finding.rule}`,
    at: toInstant(finding.atMs),
    title: finding.title,
    severity: finding.severity,
    scope: 'platform',
    indicators: finding.indicators,
    subjects: finding.subjects,
    facts: { ...finding.facts, reportedBy: finding.event.source, why: finding.why },
  });
}
