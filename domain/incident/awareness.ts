/**
 * When the company became aware. What people state stands side by side, each instant by what it is of; one of them counts.
 * Pure.
 */
import type { Rung } from '../kernel/alarm-clock';
import { type InexactInstant, whenText } from '../kernel/inexact-instant';
import { HOUR_MS, type Instant, minuteText, toMs } from '../kernel/time';

/** What an instant of awareness is of. */
export const AWARENESS_BASES = [
  'first-signal',
  'processor-told',
  'reasonable-certainty',
  'confirmed',
  'set-by-regulator',
] as const;
export type AwarenessBasis = (typeof AWARENESS_BASES)[number];

/** The basis of an instant that is stated without one: what the law means by awareness. */
export const USUAL_BASIS: AwarenessBasis = 'reasonable-certainty';

/** One statement of an instant of awareness. Later ones replace it on its basis; all stay in view. */
export interface AwarenessStatement {
  basis: AwarenessBasis;
  /** The earliest reading, where it is not known exactly: that one counts. */
  awareAt: Instant;
  inexact?: InexactInstant;
  by: string;
  recordedAt: Instant;
  reason?: string;
  /** The second person, where the instant that counts moved forward. */
  agreedBy?: string;
}

/** As many statements as a state keeps beside the latest on each basis. */
const STATEMENTS_KEPT = 50;

/** The statements after one more. */
export function stated(before: readonly AwarenessStatement[] = [], one: AwarenessStatement): AwarenessStatement[] {
  const all = [...before, one];
  const latest = AWARENESS_BASES.map((basis) => all.findLastIndex((each) => each.basis === basis));
  return all.filter((_, i) => i >= all.length - STATEMENTS_KEPT || latest.includes(i));
}

/** What an instant is of, in words. */
export const BASIS_WORDS: Record<AwarenessBasis, string> = {
  'first-signal': 'the first signal',
  'processor-told': 'the processor told us',
  'reasonable-certainty': 'a reasonable degree of certainty',
  confirmed: 'the breach was confirmed',
  'set-by-regulator': 'set by the regulator',
};

/**
 * The statement that counts, and why. An authority's finding binds. Else aware is who has a reasonable degree of certainty
 * that personal data were compromised (EDPB Guidelines 9/2022, para. 31), a controller once its processor told it (para.
 * 44): the earlier of both. Where neither is stated, the confirmation; the first signal only where nothing else is known.
 */
export function counting(
  statements: readonly AwarenessStatement[] | undefined,
): { statement: AwarenessStatement; because: string } | undefined {
  const on = (basis: AwarenessBasis) => statements?.findLast((each) => each.basis === basis);
  const regulator = on('set-by-regulator');
  if (regulator) return { statement: regulator, because: 'an authority’s finding is binding' };
  const [certain, told] = [on('reasonable-certainty'), on('processor-told')];
  if (certain && told) {
    const statement = toMs(told.awareAt) < toMs(certain.awareAt) ? told : certain;
    return {
      statement,
      because:
        'the earlier of reasonable certainty and notice by the processor (EDPB Guidelines 9/2022, paras 31 and 44)',
    };
  }
  if (told)
    return {
      statement: told,
      because: 'a controller is aware once its processor informs it (EDPB Guidelines 9/2022, para. 44)',
    };
  if (certain)
    return {
      statement: certain,
      because: 'awareness means a reasonable degree of certainty (EDPB Guidelines 9/2022, para. 31)',
    };
  const confirmed = on('confirmed');
  if (confirmed) return { statement: confirmed, because: 'nobody has stated an earlier certainty' };
  const signal = on('first-signal');
  return signal && { statement: signal, because: 'nothing later was stated, and the earliest reading counts' };
}

/** The instants stated, for people: the one that counts first, with its reason and what would change it. */
export function awarenessLines(awareness: readonly AwarenessStatement[] | undefined): string[] {
  const counts = counting(awareness);
  if (!counts) return [];
  const { statement, because } = counts;
  const others = (awareness ?? []).filter((each) => each !== statement);
  return [
    `counts: ${line(statement)}, because ${because}`,
    ...others.map((each) => {
      const replaced = (awareness ?? []).findLast(({ basis }) => basis === each.basis) !== each;
      return `${replaced ? 'replaced' : 'beside it'}: ${line(each)}`;
    }),
  ];
}

function line({ basis, awareAt, inexact, by, reason, agreedBy }: AwarenessStatement): string {
  const who = agreedBy ? `${by}, agreed by ${agreedBy}` : by;
  const at = `${minuteText(awareAt)} UTC${inexact ? `, the earliest reading of ${whenText(inexact)}` : ''}`;
  return `${at}, ${BASIS_WORDS[basis]} (stated by ${who}${reason ? `: ${reason}` : ''})`;
}

/**
 * How long a person has to look at a doubtful awareness before it is alarmed as unanswered: half a working day, so that
 * whoever is on call reads it within a shift, and far less than the shortest period that the law counts from it.
 */
export const ANSWER_WITHIN_MS = 4 * HOUR_MS;

/** An awareness that was recorded and that a person must look at: until then nothing that hangs on it is sent by itself. */
export interface AwarenessDoubt {
  awareAt: Instant;
  why: string[];
  since: Instant;
  answerBy: Instant;
  rung?: Rung;
}
