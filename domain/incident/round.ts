/** A round of an obligation: why it is opened, until when, and whom it goes to. */

import type { Instant } from '../kernel/time';
import type { Anchor } from '../policy/rule';

/** How many an email notice would reach when it was drafted. */
export interface Reach {
  /** Mails, by the language of the text that each gets. */
  languages: Record<string, number>;
  /** Workspaces or people without a usable address, or that the directory does not know. */
  unreachable: number;
}

/** The clock that counts for an obligation: its anchor and the anchor's recorded instant. */
export interface ArmedClock {
  /** `reopened`: a later round, whose time counts from when it was opened. */
  from: Anchor | 'reopened';
  anchorAt: Instant;
  /** The awareness of the part that made the duty, where that is a part found later: the clock starts no earlier. */
  partAt?: Instant;
}

export interface Due {
  dueAt: Instant;
  /** When an unapproved notice goes out by itself, or its owner is alarmed: margin before `dueAt`. */
  marginAt: Instant;
}

/**
 * Why a round is opened. `first`: nobody was told before · `new-recipients`: others than those told before · `retracted`:
 * what was done turned out not to be.
 */
export type RoundPurpose = 'first' | 'new-recipients' | 'supplement' | 'follow-up' | 'retracted';

/** Workspaces and data sets that a dispatch goes to. */
export interface Coverage {
  workspaces: 'all' | string[];
  dataSets: string[];
}
