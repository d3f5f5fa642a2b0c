/**
 * Who must be told: workspaces by their ids, people by data set and country, counted. No address and no id of a person:
 * who they are stands in the directory and in the delivery ledger only.
 */
import { z } from 'zod';
import { id } from '../kernel/text';

/** People of one data set in one country; of neither for the subscribers of status updates. */
export const GroupSchema = z.strictObject({
  dataSet: id('a data set id').optional(),
  /** ISO 3166-1 alpha-2, or `unknown`. */
  country: z
    .string()
    .regex(/^([A-Z]{2}|unknown)$/, 'must be a two-letter country code or "unknown"')
    .optional(),
});
export type Group = z.infer<typeof GroupSchema>;

/** People of a group as assessed; `count` is missing while their number is not established. */
export interface AssessedGroup extends Group {
  count?: number;
  /** There may be more: only their least number is established. */
  atLeast?: true;
}

export type Audience = { of: 'workspaces'; ids: 'all' | string[] } | { of: 'people'; groups: AssessedGroup[] };

/** The one group of those who subscribed to status updates: as many as the directory has. */
export const SUBSCRIBERS: Group = {};

/** A name of a group that no other group has: `account-data/FR`, `subscribers`. */
export function groupName({ dataSet, country }: Group): string {
  return dataSet === undefined ? 'subscribers' : `${dataSet}/${country ?? 'unknown'}`;
}

/** A group without what else stood beside it; a missing part stays missing. */
export function groupOf({ dataSet, country }: Group): Group {
  return { ...(dataSet === undefined ? {} : { dataSet }), ...(country === undefined ? {} : { country }) };
}
