/** By what a page is known when a paging service calls back. Pure. */

/** PagerDuty's limit for a deduplication key. */
const MOST_CHARACTERS = 255;

/** The button of a message in Slack that acknowledges; the others open an address. */
export const SLACK_ACKNOWLEDGE = 'acknowledge';

/** By which PagerDuty tells the pages of one climb from those of another, and from what other tools send there. */
export interface PageKey {
  caseId: string;
  /** The number of the climb within its escalation, from 1. */
  climb: number;
}

/** The case's id, and for later climbs the id with their number, as an incident that was acknowledged pages nobody again. */
export function pageKeyOf({ caseId, climb }: PageKey): string {
  return (climb === 1 ? caseId : `${caseId}#${climb}`).slice(0, MOST_CHARACTERS);
}

/** What a key says, where it is of the form of ours. */
export function readPageKey(key: string): PageKey | undefined {
  const [, caseId, number] = /^([^#\s]+)(?:#([1-9]\d{0,8}))?$/.exec(key) ?? [];
  if (caseId === undefined || number === '1') return undefined;
  return { caseId, climb: number === undefined ? 1 : Number(number) };
}
