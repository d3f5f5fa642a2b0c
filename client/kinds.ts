/** The kinds of case by their ids: an incident, a detection in triage, a vulnerability report, a patch task. */
import { z } from 'zod';
import type { CaseView } from '../domain/case/contract';
import { COMMON_MESSAGES } from '../domain/case/messages';
import { INCIDENT_WORKFLOW, type IncidentView } from '../domain/incident/contract';
import type { IncidentEvent } from '../domain/incident/events';
import { AFTER_CLOSING } from '../domain/incident/links';
import { MESSAGE_SCHEMAS } from '../domain/incident/messages';
import { tooLarge } from '../domain/kernel/bytes';
import { problemsOf } from '../domain/kernel/problems';
import { PATCH_MESSAGES } from '../domain/patch/messages';
import { PATCH_WORKFLOW } from '../domain/patch/patch-task';
import type { PatchEvent, PatchState } from '../domain/patch/state';
import { REPORT_MESSAGES } from '../domain/report/messages';
import type { VulnerabilityReportEvent, VulnerabilityReportState } from '../domain/report/state';
import { VULNERABILITY_REPORT_WORKFLOW } from '../domain/report/vulnerability-report';
import { AFTER_DECISION, TRIAGE_MESSAGES } from '../domain/triage/messages';
import { TRIAGE_WORKFLOW, type TriageEvent, type TriageState } from '../domain/triage/state';

/** A kind of case, as a sender knows it. */
export interface Kind {
  /** What people call one of it. */
  noun: string;
  /** How ids of this kind begin. An incident may have any other id too. */
  prefixes: string[];
  /** The workflow's type. */
  workflow: string;
  /** The messages that it takes, by name. */
  messages: Record<string, z.ZodType>;
  /** Those that it takes also when it is closed. */
  afterClosing?: readonly string[];
}

type Described = Record<string, { schema: z.ZodType }>;

function schemasOf<T extends Described>(messages: T) {
  const schemas = Object.entries({ ...messages, ...COMMON_MESSAGES }).map(([name, { schema }]) => [name, schema]);
  type All = T & typeof COMMON_MESSAGES;
  return Object.fromEntries(schemas) as { [N in keyof All]: All[N]['schema'] };
}

export const KINDS = {
  incident: {
    noun: 'incident',
    prefixes: ['INC-', 'EX-'],
    workflow: INCIDENT_WORKFLOW,
    messages: MESSAGE_SCHEMAS,
    afterClosing: AFTER_CLOSING,
  },
  triage: {
    noun: 'triage case',
    prefixes: ['TRG-'],
    workflow: TRIAGE_WORKFLOW,
    messages: schemasOf(TRIAGE_MESSAGES),
    afterClosing: AFTER_DECISION,
  },
  report: {
    noun: 'vulnerability report',
    prefixes: ['VR-'],
    workflow: VULNERABILITY_REPORT_WORKFLOW,
    messages: { ...REPORT_MESSAGES, ...schemasOf({}) },
  },
  patch: {
    noun: 'patch task',
    prefixes: ['PATCH-'],
    workflow: PATCH_WORKFLOW,
    messages: schemasOf(PATCH_MESSAGES),
  },
} satisfies Record<string, Kind>;

export type KindName = keyof typeof KINDS;

/** The messages that a closed incident or triage case takes. */
export type AfterClosing = (typeof AFTER_CLOSING)[number] | (typeof AFTER_DECISION)[number];

/** Whether a case takes a message also when it is closed. */
export function isAfterClosing(kind: KindName, name: string): name is AfterClosing {
  const { afterClosing = [] }: Kind = KINDS[kind];
  return afterClosing.includes(name);
}

/** Where each kind stands in the API of the server, as in `/v1/incidents`. */
export const COLLECTIONS = {
  incident: 'incidents',
  triage: 'triage-cases',
  report: 'vulnerability-reports',
  patch: 'patch-tasks',
} as const satisfies Record<KindName, string>;

/** What the queries of a kind answer. */
export interface Answers {
  incident: { view: IncidentView; event: IncidentEvent };
  triage: { view: CaseView<TriageState>; event: TriageEvent };
  report: { view: CaseView<VulnerabilityReportState>; event: VulnerabilityReportEvent };
  patch: { view: CaseView<PatchState>; event: PatchEvent };
}

/** The name of a message of any kind. */
export type MessageName = { [K in KindName]: keyof (typeof KINDS)[K]['messages'] & string }[KindName];

/**
 * A message as a sender writes it, before defaults are filled in. Where kinds share a name, such as `waive`, either form:
 * the id says which is meant.
 */
export type MessageInput<N extends MessageName> = {
  [K in KindName]: N extends keyof (typeof KINDS)[K]['messages']
    ? (typeof KINDS)[K]['messages'][N] extends z.ZodType
      ? z.input<(typeof KINDS)[K]['messages'][N]>
      : never
    : never;
}[KindName];

/** The kind that an id belongs to by its prefix; `undefined` for an incident whose id was chosen freely. */
export function kindOf(id: string): KindName | undefined {
  const names = Object.keys(KINDS) as KindName[];
  return names.find((name) => KINDS[name].prefixes.some((prefix) => id.startsWith(prefix)));
}

/** What is wrong with a message in itself, one line each; on the facts of its case only the case can judge it. */
export function messageProblems(kind: KindName, name: string, message: unknown): string[] {
  const { noun, messages }: Kind = KINDS[kind];
  const schema = messages[name];
  if (!schema) return [`message: a ${noun} takes no "${name}"; it takes ${Object.keys(messages).join(', ')}`];
  const large = tooLarge(message, 'message');
  if (large) return [large];
  const parsed = schema.safeParse(message);
  const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  return parsed.success ? [] : problemsOf(parsed.error, { raw: message, known });
}
