/** What a workflow is started with, so that lists and the Web UI are right before its first task has run. */
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from '@temporalio/common';
import { TASK_TIMEOUT } from '../domain/case/contract';
import { ownerHandle } from '../domain/case/owner-handle';
import type { SEARCH_ATTRIBUTES } from '../domain/incident/contract';
import type { Declaration } from '../domain/incident/incident';
import { whenText } from '../domain/kernel/inexact-instant';
import { type Instant, minuteText } from '../domain/kernel/time';
import { KINDS } from './kinds';

/** How a case is started. The texts are what lists and the Web UI show at first; the workflow keeps them current. */
export interface CaseStart {
  /** The workflow's type, such as `triage`. */
  workflow: string;
  /** The case's id, which is the workflow's. One id is one case, for ever. */
  id: string;
  input: unknown;
  title: string;
  severity: string;
  owner: string;
  status: string;
  nextDeadline?: Instant;
  personalData?: string;
  exercise?: boolean;
  /** A few lines for the Web UI; hostile texts may stand in it. */
  details?: string[];
}

type AttributeName = keyof typeof SEARCH_ATTRIBUTES;

/** Typed keys of the search attributes in the contract. */
export const ATTRIBUTES = {
  severity: defineSearchAttributeKey('TocsinSeverity' satisfies AttributeName, SearchAttributeType.KEYWORD),
  status: defineSearchAttributeKey('TocsinStatus' satisfies AttributeName, SearchAttributeType.KEYWORD),
  owner: defineSearchAttributeKey('TocsinOwner' satisfies AttributeName, SearchAttributeType.KEYWORD),
  nextDeadline: defineSearchAttributeKey('TocsinNextDeadline' satisfies AttributeName, SearchAttributeType.DATETIME),
  overdue: defineSearchAttributeKey('TocsinOverdue' satisfies AttributeName, SearchAttributeType.INT),
  personalData: defineSearchAttributeKey('TocsinPersonalData' satisfies AttributeName, SearchAttributeType.KEYWORD),
  exercise: defineSearchAttributeKey('TocsinExercise' satisfies AttributeName, SearchAttributeType.BOOL),
};

/** How an incident is started. `input` goes to the workflow as it was given; `declaration` is its parsed part. */
export function incidentStart(input: unknown, declaration: Declaration, exercise: boolean): CaseStart {
  const { id, title, kind, severity, owner, declaredBy, source, affects, systems, detectedAt, detectedAs } =
    declaration;
  return {
    workflow: KINDS.incident.workflow,
    id,
    input,
    title,
    severity,
    owner,
    status: 'declared',
    personalData: declaration.assessment?.personalData ?? 'unknown',
    exercise,
    details: [
      `${kind}, ${severity}, affects ${affects.join(', ')}`,
      `detected ${detectedAs ? whenText(detectedAs) : `${minuteText(detectedAt)} UTC`} by ${source}; declared by ${declaredBy}; owner ${owner}`,
      ...(systems.length > 0 ? [`systems: ${systems.join(', ')}`] : []),
    ],
  };
}

/** The options of Temporal for a start. Temporal renders the details as Markdown. */
export function startOptions(start: CaseStart) {
  const { id, input, title, severity, owner, status, nextDeadline, personalData, exercise, details = [] } = start;
  const typedSearchAttributes: SearchAttributePair[] = [
    { key: ATTRIBUTES.severity, value: severity },
    { key: ATTRIBUTES.status, value: status },
    { key: ATTRIBUTES.owner, value: ownerHandle(owner) },
    ...(nextDeadline ? [{ key: ATTRIBUTES.nextDeadline, value: new Date(nextDeadline) }] : []),
    ...(personalData ? [{ key: ATTRIBUTES.personalData, value: personalData }] : []),
    ...(exercise === undefined
      ? []
      : [
          { key: ATTRIBUTES.exercise, value: exercise },
          { key: ATTRIBUTES.overdue, value: 0 },
        ]),
  ];
  return {
    workflowId: id,
    args: [input],
    workflowTaskTimeout: TASK_TIMEOUT,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    memo: { title },
    typedSearchAttributes,
    staticSummary: cutBytes(`${exercise ? 'EXERCISE ' : ''}${severity} ${title}`, 200),
    staticDetails: [`**${plain(title)}**`, ...details.map(plain)].join('\n\n'),
  };
}

/** Texts of incidents and cases are hostile: nothing in them may form Markdown. */
function plain(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]<>()#!|~]/g, '\\$&');
}

/** Cuts text to at most `max` bytes of UTF-8, on a character boundary, with "…" where something was cut. */
export function cutBytes(text: string, max: number): string {
  if (Buffer.byteLength(text) <= max) return text;
  let cut = '';
  for (const character of text) {
    if (Buffer.byteLength(cut + character) + Buffer.byteLength('…') > max) break;
    cut += character;
  }
  return `${cut}…`;
}
