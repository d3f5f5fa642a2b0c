/** How severe an advisory is for a package: by its CVSS vectors, else by its database's own word, else unknown. */
import { Cvss3P0, Cvss3P1, Cvss4P0 } from 'ae-cvss-calculator';
import type { Advisory, AffectedPackage, Rating } from '../../domain/patch/advisory';

export interface Severity {
  rating: Rating;
  /** The CVSS score that the rating follows. */
  score?: number;
}

const BASE_3 = ['AV', 'AC', 'PR', 'UI', 'S', 'C', 'I', 'A'];
const BASE_4 = ['AV', 'AC', 'AT', 'PR', 'UI', 'VC', 'VI', 'VA', 'SC', 'SI', 'SA'];
const LONGEST_VECTOR = 400;
const VECTOR = /^CVSS:(3\.0|3\.1|4\.0)(?:\/[A-Za-z]{1,3}:[A-Za-z]{1,6})+$/;

/** The words that databases use (GitHub: MODERATE) and the ratings they stand for. */
const WORDS: Record<string, Rating> = {
  CRITICAL: 'critical',
  HIGH: 'high',
  IMPORTANT: 'high',
  MODERATE: 'medium',
  MEDIUM: 'medium',
  LOW: 'low',
};

/** What is said of this package wins over what is said of all. Of several vectors the highest score counts. */
export function severityOf(advisory: Advisory, affected: AffectedPackage): Severity {
  // A package that exists to do harm is known by its database (https://github.com/ossf/malicious-packages).
  if (isMalicious(advisory)) return { rating: 'critical' };
  for (const { severity, rated } of [affected, advisory]) {
    const scores = severity.flatMap(({ score }) => cvssScore(score) ?? []);
    if (scores.length > 0) {
      const score = Math.max(...scores);
      return { rating: ratingOf(score), score };
    }
    const word = rated?.trim().toUpperCase();
    if (word && Object.hasOwn(WORDS, word)) return { rating: WORDS[word]! };
  }
  return { rating: 'unknown' };
}

/** Records of malicious packages have ids of their own, as aliases too. */
export function isMalicious({ id, aliases }: Pick<Advisory, 'id' | 'aliases'>): boolean {
  return [id, ...aliases].some((each) => each.startsWith('MAL-'));
}

/** CVSS's own bands, in versions 3 and 4 alike. A score of 0 ("none") counts as low: somebody wrote an advisory. */
export function ratingOf(score: number): Rating {
  return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : 'low';
}

/** The score of a CVSS vector of version 3.0, 3.1 or 4.0; undefined unless all base metrics are there and valid. */
export function cvssScore(vector: string): number | undefined {
  const match = vector.length > LONGEST_VECTOR ? null : VECTOR.exec(vector);
  if (!match) return undefined;
  try {
    const cvss =
      match[1] === '4.0' ? new Cvss4P0(vector) : match[1] === '3.1' ? new Cvss3P1(vector) : new Cvss3P0(vector);
    // The calculator fills what is missing or wrong with X, and scores it 0.
    const filled = cvss.toString();
    const missing = (match[1] === '4.0' ? BASE_4 : BASE_3).some((metric) => !hasMetric(filled, metric));
    const score = missing ? Number.NaN : cvss.calculateScores().overall;
    return Number.isFinite(score) && score >= 0 && score <= 10 ? score : undefined;
  } catch {
    return undefined;
  }
}

function hasMetric(vector: string, metric: string): boolean {
  const part = vector.split('/').find((each) => each.startsWith(`${metric}:`));
  return part !== undefined && part !== `${metric}:X`;
}
