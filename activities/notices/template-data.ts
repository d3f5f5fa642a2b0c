import { type ContentValue, human } from '../../domain/incident/contents';
import { CONTENT_FIELDS } from '../../domain/policy/rule';
import type { DraftInput } from '../types';
import { oneLine } from './inert';
import { phrasesOf } from './phrases';
import type { Template } from './templates';

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

/** All that a template may say. Values are plain text; they are made inert when they are put in. */
export function templateData(template: Template, input: DraftInput, organisation: string): Record<string, unknown> {
  const { notYetEstablished } = phrasesOf(template.language);
  const { incident } = input;
  const present = new Map(input.contents.map((content) => [content.field, valueText(content)]));
  const fields = CONTENT_FIELDS.map((field) => [field.replaceAll('-', '_'), present.get(field) ?? notYetEstablished]);
  const updates = ['supplement', 'follow-up'].includes(input.purpose);
  return {
    organisation: present.get('organisation') ?? organisation,
    incident: {
      id: input.incidentId,
      title: oneLine(incident.title),
      severity: incident.severity,
      status: incident.status,
      detectedAt: human(incident.detectedAt),
      dueAt: incident.dueAt ? human(incident.dueAt) : '',
    },
    notice: { title: input.title, citation: template.citations[input.citation] ?? input.citation },
    /** Cites the notice; stands in every subject, so that a mail is found again. */
    reference: noticeReference(input),
    /** The first notice of the obligation, which a supplement adds to. */
    first_reference: noticeReference({ ...input, round: 1 }),
    earlier_reference: present.get('earlier-reference') ?? '',
    authority: input.authority?.name ?? '',
    at: human(input.at),
    fields: Object.fromEntries(fields),
    list: listedFields(input.contents, template.titles, notYetEstablished),
    purpose: input.purpose,
    updates,
    round: input.round,
    exercise: input.exercise,
  };
}

/** `INC-7`, and `INC-7/2` from the second round on. */
export function noticeReference({ incidentId, round }: { incidentId: string; round: number }): string {
  return round === 1 ? incidentId : `${incidentId}/${round}`;
}

/** The fields in the order of the pack. An optional one without value is left out. */
function listedFields(contents: ContentValue[], titles: Template['titles'], notYetEstablished: string): ListedField[] {
  return contents
    .map((content) => ({ content, value: valueText(content) }))
    .filter(({ content, value }) => value !== undefined || !content.optional)
    .map(({ content, value }) => ({
      field: content.field,
      title: titles[content.field] ?? oneLine(content.title),
      citation: content.citation,
      value: value ?? notYetEstablished,
      lines: (value ?? notYetEstablished)
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
      known: value !== undefined,
    }));
}

/** A blank value is none. */
export function valueText({ value }: ContentValue): string | undefined {
  const text = value?.replace(/\r\n?/g, '\n').trim();
  return text ? text : undefined;
}
