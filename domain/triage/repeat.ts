/** What a dismissal answers for: repeats of what was looked at. Anything else of the same rule opens a case of its own. */
import type { Detection } from '../detection/detection';
import type { CaseJudgement } from '../detection/judgement';
import type { Severity } from '../kernel/severity';
import type { TriageState } from './state';

type Given = Pick<Detection, 'title' | 'systems'>;

/** Whether a detection says what was dismissed once more: the same words, of the same severity, on no other system. */
export function isRepeat(
  dismissed: Pick<TriageState, 'title' | 'severity' | 'systems'>,
  { title, systems }: Given,
  severity: Severity,
): boolean {
  return (
    wording(title) === wording(dismissed.title) &&
    severity === dismissed.severity &&
    systems.every((system) => dismissed.systems.includes(system))
  );
}

/**
 * The judgement of a detection that is no repeat: its case is told by title, severity and systems beside the key of the dismissed
 * one, and by the rule where it joined that by another one.
 */
export function apart(
  judgement: CaseJudgement,
  { title, systems }: Given,
  { rule }: Pick<TriageState, 'rule'>,
): CaseJudgement {
  const other = judgement.rule === rule ? [] : [judgement.rule];
  const key = [judgement.dedupeKey, wording(title), judgement.severity, [...systems].sort(), ...other];
  return { ...judgement, dedupeKey: JSON.stringify(key).slice(0, MOST_KEY) };
}

/** As a judgement may hold it. */
const MOST_KEY = 8000;

/** A title without its figures: "1,204 requests" and "1,377 requests" say the same. */
function wording(title: string): string {
  return title.trim().toLowerCase().replace(/\d+/g, '#');
}
