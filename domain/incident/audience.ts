/**
 * Who must be told, counted from the facts: workspaces by their ids, people by data set and country. Pure, and without
 * any address or id of a person: who they are stands in the directory and in the delivery ledger only.
 */
import { z } from 'zod';
import { id } from '../kernel/text';
import { dataSetsOf } from '../policy/affected';
import { inRegion } from '../policy/places';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { DataSet } from './incident';
import type { IncidentState } from './state';

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
}

export type Audience = { of: 'workspaces'; ids: 'all' | string[] } | { of: 'people'; groups: AssessedGroup[] };

/** The one group of those who subscribed to status updates: as many as the directory has. */
export const SUBSCRIBERS: Group = {};

/** A name of a group that no other group has: `account-data/FR`, `subscribers`. */
export function groupName({ dataSet, country }: Group): string {
  return dataSet === undefined ? 'subscribers' : `${dataSet}/${country ?? 'unknown'}`;
}

/** Whom a rule tells on the present facts; `undefined` for a rule that tells nobody through the directory. */
export function audienceOf(
  rule: Pick<ObligationRule, 'recipient' | 'appliesWhen'>,
  state: IncidentState,
  pack: Policy,
): Audience | undefined {
  const { recipient } = rule;
  const facts = state.assessment?.facts;
  switch (recipient.to) {
    case 'workspace-owners': {
      const ids = facts?.workspaces ?? [];
      return { of: 'workspaces', ids: ids === 'all' ? ids : [...new Set(ids)].sort() };
    }
    case 'individuals': {
      const groups = dataSetsOf(rule as ObligationRule, pack, state).flatMap(groupsOf);
      return { of: 'people', groups: groups.filter(({ country }) => inRegion(country ?? 'unknown', recipient)) };
    }
    case 'status-subscribers':
      return { of: 'people', groups: [{ ...SUBSCRIBERS, count: 0 }] };
    default:
      return undefined;
  }
}

/** The people of a data set by country. Those who live nowhere that is known are a group of their own. */
function groupsOf({ id: dataSet, individuals, residence }: DataSet): AssessedGroup[] {
  const placed = Object.entries(residence).filter(([country]) => country !== 'unknown');
  const counts = placed.map(([, count]) => count);
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  const { unknown } = residence;
  // Stated; else what is left of the total; else everybody, where nothing is known of where they live.
  const elsewhere =
    unknown !== undefined
      ? (unknown ?? undefined)
      : individuals !== undefined && !counts.includes(null)
        ? Math.max(0, individuals - sum)
        : placed.length > 0
          ? 0
          : undefined;
  const known = placed.map(([country, count]) => ({ dataSet, country, ...(count === null ? {} : { count }) }));
  const rest = { dataSet, country: 'unknown', ...(elsewhere === undefined ? {} : { count: elsewhere }) };
  return [...known, rest].filter(({ count }: AssessedGroup) => count !== 0);
}
