import type { ContentValue } from '../../domain/incident/content-value';
import { type Reading, say, sayInstant } from '../../domain/incident/say/say';
import { CONTENT_FIELDS } from '../../domain/policy/rule';
import type { DraftInput } from '../types';
import { oneLine } from './inert';
import { phrasesOf } from './phrases';
import { readingOf, type Template } from './templates';

/** One field as a template sees it. */
export interface ListedField {
  field: string;
  title: string;
  citation: string;
  value: string;
  /** The value by lines: more than one is a list. */
  lines: string[];
  known: boolean;
}

/** What stands in a text where its template says, and not among the fields. */
const BESIDE: ReadonlySet<string> = new Set(['sender', 'ground']);

/** All that a template may say. Values are plain text; they are made inert when they are put in. */
export function templateData(template: Template, input: DraftInput, organisation: string): Record<string, unknown> {
  const { notYetEstablished } = phrasesOf(template.language);
  const { incident, toldBefore } = input;
  const reading = readingOf(template);
  const present = new Map(input.contents.map((content) => [content.field, valueText(content, reading)]));
  const fields = CONTENT_FIELDS.map((field) => [field.replaceAll('-', '_'), present.get(field) ?? notYetEstablished]);
  const listed = listedFields(input.contents, template, notYetEstablished);
  const unknown = listed.flatMap(({ known, title }) => (known ? [] : [title]));
  return {
    organisation: present.get('organisation') ?? organisation,
    incident: {
      id: input.incidentId,
      title: oneLine(incident.title),
      severity: incident.severity,
      ...(incident.status && { status: incident.status }),
      ...(incident.detectedAt && { detectedAt: sayInstant(incident.detectedAt, reading) }),
      dueAt: incident.dueAt ? sayInstant(incident.dueAt, reading) : '',
    },
    notice: { title: input.title, citation: template.citations[input.citation] ?? input.citation },
    /** Cites the notice; stands in every subject, so that a mail is found again. */
    reference: noticeReference(input),
    /** The first notice of the obligation, which a supplement adds to. */
    first_reference: noticeReference({ ...input, toldBefore: 0 }),
    earlier_reference: present.get('earlier-reference') ?? '',
    authority: input.authority?.name ?? '',
    at: sayInstant(input.at, reading),
    fields: Object.fromEntries(fields),
    /** Nobody outside reads a title with nothing under it; a dossier keeps each field that its authority asks for. */
    list: listed.filter(({ field, known }) => !BESIDE.has(field) && (known || input.channel === 'filing')),
    /** On which ground a public communication stands in place of direct notices; empty where its law has only one. */
    ground: present.get('ground') ?? '',
    /** Who signs it, line by line: at least the organisation. */
    sender: listed.find(({ field }) => field === 'sender')?.lines ?? [present.get('organisation') ?? organisation],
    purpose: input.purpose,
    /** Whether something that it must say is not yet established. */
    incomplete: unknown.length > 0,
    /** What that is, by the titles. */
    open: unknown,
    /** Whether its recipients have had a notice that this one adds to. */
    updates: toldBefore > 0,
    /** Whether it takes back what its recipients were told. */
    corrects: input.contents.some(({ field }) => field === 'correction'),
    exercise: input.exercise,
  };
}

/** `INC-7`, and `INC-7/2` from the second notice to the same recipients on. */
export function noticeReference({ incidentId, toldBefore }: { incidentId: string; toldBefore: number }): string {
  return toldBefore === 0 ? incidentId : `${incidentId}/${toldBefore + 1}`;
}

/** The fields in the order of the pack. An optional one without value is left out. */
function listedFields(contents: ContentValue[], template: Template, notYetEstablished: string): ListedField[] {
  const reading = readingOf(template);
  return contents
    .map((content) => ({ content, value: valueText(content, reading) }))
    .filter(({ content, value }) => value !== undefined || !content.optional)
    .map(({ content, value }) => ({
      field: content.field,
      title: template.titles[content.field] ?? oneLine(content.title),
      citation: content.citation,
      value: value ?? notYetEstablished,
      lines: (value ?? notYetEstablished)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
      known: value !== undefined,
    }));
}

/** The value for a reader; lists are one item a line. A blank value is none. */
export function valueText({ said, value }: ContentValue, reading: Reading): string | undefined {
  const words = said ? say(said, reading).join('\n') : value;
  const text = words?.replace(/\r\n?/g, '\n').trim();
  return text ? text : undefined;
}
