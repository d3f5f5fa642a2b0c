import { createHash } from 'node:crypto';
import type { CaseJudgement } from '../../../domain/detection/judgement';
import { type Instant, toMs } from '../../../domain/kernel/time';

/**
 * The id of the triage case that a detection belongs to: `TRG-` and 12 hex digits of the SHA-256 of its dedupe key and
 * of its window. Windows of one key follow each other without a gap, counted from the epoch in UTC.
 * @param at the instant of the detection.
 */
export function triageCaseId(
  { dedupeKey, windowMs }: Pick<CaseJudgement, 'dedupeKey' | 'windowMs'>,
  at: Instant,
): string {
  const bucket = Math.floor(toMs(at) / windowMs);
  const hash = createHash('sha256')
    .update(JSON.stringify([dedupeKey, windowMs, bucket]), 'utf8')
    .digest('hex');
  return `TRG-${hash.slice(0, 12)}`;
}
