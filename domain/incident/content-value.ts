/** One field of a notice as data, and what its value is worked out from. */

import type { Policy } from '../policy/policy';
import type { ContentField, ObligationRule } from '../policy/rule';
import type { Established } from './established';
import type { DataSet } from './incident';
import type { Reader } from './readers';
import type { Line } from './said';
import type { IncidentState, Obligation } from './state';

export const NOT_YET_ESTABLISHED = 'not yet established';

/** Late, or late by the hour of an act whose time is not known exactly. */
export type Delay = true | 'by-the-hour';

/** One field of a notice: what the law asks for, by which citation, and what is known. */
export interface ContentValue {
  field: ContentField;
  title: string;
  citation: string;
  /** What it says, as data: each reader reads it in a language. */
  said?: Line[];
  /** The same in plain English; lists are one item a line. */
  value?: string;
  optional: boolean;
  /** Demanded by the authority's form, not by the law: the report is not ready without it. */
  form?: boolean;
  /** Who established it, and when: for dossiers. */
  established?: Established;
  /** Optional as long as nobody is late; who is owes it (GDPR Art. 33(1)). */
  owed?: Delay;
  /** Of a notice to customers: what single workspaces are told instead, by their ids; `all`: every affected one. */
  own?: { of: Record<string, Line[]>; all: boolean };
}

/** What the fields of a notice are worked out from: its rule, who reads it, and the facts as they stand. */
export interface NoticeAbout {
  rule: ObligationRule;
  state: IncidentState;
  pack: Policy;
  reader: Reader;
  /** Those that the rule is about. */
  dataSets: DataSet[];
  obligation: Obligation | undefined;
}
