/** Whom a rule tells, counted from the facts of the assessment. */
import { dataSetsOf } from '../policy/affected';
import { inRegion } from '../policy/places';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { type AssessedGroup, type Audience, SUBSCRIBERS } from './audience';
import type { DataSet } from './incident';
import type { IncidentState } from './state';

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
