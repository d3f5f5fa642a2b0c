/**
 * Everything that happens is one of these events; the register holds them, the state is their fold.
 * No event carries a secret, a recipient or an address: `by` is a member of staff or a tool, audiences are counts.
 */

import { type Alarm, obligationOf } from '../case/alarm';
import type { RecordedEvent } from '../kernel/recorded-event';
import type { Instant } from '../kernel/time';
import type { PolicyRef } from '../policy/policy';
import type { Anchor } from '../policy/rule';
import type { Audience } from './audience';
import type { Assessment, ContainmentMeasure, Declaration, IncidentStatus } from './incident';
import type { MessageName } from './messages';
import type { CHANNELS, Counted, Named } from './tally';

/** One rendering of a notice in one language, stored by its hash. */
export interface Rendering {
  language: string;
  sha256: string;
  template: string;
  templateSha256: string;
}

/** What shows that an obligation was fulfilled. */
export interface Evidence {
  channel: string;
  recipients?: number;
  sent?: number;
  failed?: number;
  firstSentAt?: Instant;
  lastSentAt?: Instant;
  renderings?: Rendering[];
  reference?: string;
  authority?: string;
  url?: string;
  note?: string;
  /** How many were to be told, and of them were told: by mail and outside of the product. Workspaces, or people. */
  of?: number;
  told?: number;
  outside?: number;
  /** How many stay untold by a person's decision. */
  left?: number;
  firstToldAt?: Instant;
  lastToldAt?: Instant;
  /** The obligation whose notice served this one too. */
  toldWith?: string;
}

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
}

export interface Due {
  dueAt: Instant;
  /** When an unapproved notice goes out by itself, or its owner is alarmed: margin before `dueAt`. */
  marginAt: Instant;
}

/** Workspaces and data sets that a dispatch goes to. */
export interface Coverage {
  workspaces: 'all' | string[];
  dataSets: string[];
}

export type ContainmentOutcome = 'applied' | 'verified' | 'failed' | 'refused' | 'undone';

interface EventData {
  declared: { declaration: Declaration; policy: PolicyRef };
  assessed: { revision: number; assessment: Assessment; reason?: string };
  'awareness-recorded': { awareAt: Instant; previousAt?: Instant; reason?: string };
  'status-changed': { status: IncidentStatus; at: Instant; previous: IncidentStatus; note?: string };
  'obligation-armed': {
    obligation: string;
    rule: string;
    recipient?: string;
    clock: ArmedClock;
    because: string[];
  } & Due;
  'obligation-due-changed': { obligation: string; clock: ArmedClock; previousDueAt?: Instant } & Due;
  /** `proposed`: what Tocsin had proposed, where a person confirmed it; `reason` is then that person's own. */
  'obligation-not-required': { obligation: string; rule: string; reason: string; decidedBy: string; proposed?: string };
  /** By Tocsin, under the rule: a person confirms it or it stays open. `facts`: the assessment that it rests on. */
  'not-owed-proposed': {
    obligation: string;
    rule: string;
    recipient?: string;
    reason: string;
    because: string[];
    facts: string;
    clock?: ArmedClock;
  } & Partial<Due>;
  'not-owed-withdrawn': { obligation: string; reason: string };
  'obligation-reopened': {
    obligation: string;
    round: number;
    purpose: 'new-facts' | 'new-recipients' | 'supplement' | 'follow-up';
    reason: string;
    clock: ArmedClock;
  } & Due;
  'notice-drafted': {
    obligation: string;
    round: number;
    fingerprint: string;
    renderings: Rendering[];
    missing: string[];
    url?: string;
    reach?: Reach;
  };
  /** `incomplete`: what its law requires and it lacks, and why a person sends it all the same. */
  'notice-approved': {
    obligation: string;
    round: number;
    draft: string;
    incomplete?: { missing: string[]; reason: string };
  };
  'obligation-held': { obligation: string; reason: string; ground?: string; until?: Instant };
  'obligation-released': { obligation: string; reason?: string };
  'obligation-waived': { obligation: string; rule: string; reason: string; ground: string };
  'filing-opened': { obligation: string; round: number; authority: string };
  'dispatch-started': {
    obligation: string;
    round: number;
    trigger: 'approved' | 'silence' | 'automatic';
    covers: Coverage;
  };
  /** `audience`: the workspaces that it went to, or the people whom the facts named when it was counted. */
  'delivery-counted': { obligation: string; round: number; evidence: Evidence; counted: Counted; audience: Audience };
  'told-outside': {
    obligation: string;
    round: number;
    at: Instant;
    channel: (typeof CHANNELS)[number];
    note?: string;
    evidence?: { sha256: string; bytes: number };
  } & Named;
  'left-untold': { obligation: string; round: number; reason: string } & Named;
  'obligation-fulfilled': {
    obligation: string;
    round: number;
    at: Instant;
    lateByMs: number;
    evidence: Evidence;
    sets?: Anchor;
  };
  'obligation-supplemented': { obligation: string; round: number; at: Instant; evidence: Evidence };
  'deadline-missed': { obligation: string; dueAt: Instant; heldBy?: string; holdReason?: string };
  'delay-reasons-requested': { obligation: string };
  'delay-reasons-recorded': { obligation: string; reasons: string };
  'alarm-raised': Alarm;
  /** `alarms`: sequence numbers of `alarm-raised` events that are not repeated any more. */
  'alarm-acknowledged': { alarms: number[] };
  'containment-requested': { id: string; measure: ContainmentMeasure };
  'containment-undo-requested': { id: string };
  'containment-step': { id: string; outcome: ContainmentOutcome; detail: string };
  'measure-recorded': { text: string; category: string; at: Instant };
  reviewed: { rootCause: string; controls: string[]; shareSummary: boolean; summary?: string };
  'register-verified': { entries: number; head: string };
  /** `message` is the name under which it came, which may be none of ours. */
  rejected: { message: string; problems: string[] };
  noted: { message: MessageName; note: string };
  closed: { note?: string };
}

export type EventKind = keyof EventData;
export type DataOf<K extends EventKind> = EventData[K];

/** An event before it has its place in the incident's sequence. */
export type NewEvent = { [K in EventKind]: { kind: K; data: EventData[K]; by?: string } }[EventKind];

/** An event of an incident as it stands in the register. */
export type IncidentEvent = NewEvent & Omit<RecordedEvent, 'kind' | 'data'>;

export type EventOf<K extends EventKind> = Extract<IncidentEvent, { kind: K }>;

/** The obligation that an event is about. */
export function obligationOfEvent(event: IncidentEvent): string | undefined {
  if (event.kind === 'alarm-raised') return obligationOf(event.data);
  return 'obligation' in event.data ? event.data.obligation : undefined;
}
