import type { Detection } from '../../../domain/detection/detection';

/** What became of a detection. */
export interface Settled {
  /**
   * `triaged`: its case has it · `decided`: its case was decided and is closed, and counts it with that decision ·
   * `ignored`: a rule says that nothing follows; it is counted.
   */
  state: 'triaged' | 'decided' | 'ignored';
  /** The rule that judged it. */
  rule: string;
  caseId?: string;
}

/** Judges a detection and hands it to its case. Safe to repeat. Rejects when that cannot be done now. */
export type HandOver = (detection: Detection) => Promise<Settled>;
