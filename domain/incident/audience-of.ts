/** Whom a rule tells, counted from the facts of the assessment. */
import { boundsOf, figureOf } from '../kernel/count';
import { countryOf } from '../places/place';
import { dataSetsOf } from '../policy/affected';
import { inRegion, UNKNOWN_PLACE } from '../policy/places';
import type { Policy } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { livingOf } from '../policy/scope';
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
      const groups = dataSetsOf(rule as ObligationRule, pack, state).flatMap((dataSet) => {
        const living = livingOf(recipient, dataSet);
        return groupsOf(dataSet, (place) => inRegion(place, living));
      });
      return { of: 'people', groups };
    }
    case 'status-subscribers':
      return { of: 'people', groups: [{ ...SUBSCRIBERS, count: 0 }] };
    default:
      return undefined;
  }
}

/**
 * The people of a data set who are meant, by country: the parts of one together, as a directory may know the country alone.
 * Those who live nowhere that is known are a group of their own.
 */
function groupsOf(
  { id: dataSet, individuals, residence }: DataSet,
  meant: (place: string) => boolean,
): AssessedGroup[] {
  const { [UNKNOWN_PLACE]: unknown, ...placed } = residence;
  const counts = Object.values(placed);
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  const all = figureOf(individuals);
  // Stated; else what is left of the total; else everybody, where nothing is known of where they live.
  const elsewhere =
    unknown !== undefined
      ? (unknown ?? undefined)
      : all !== undefined && !counts.includes(null)
        ? Math.max(0, all - sum)
        : counts.length > 0
          ? 0
          : undefined;
  const byCountry = new Map<string, number | null>();
  for (const [place, count] of Object.entries(placed).filter(([place]) => meant(place))) {
    const before = byCountry.get(countryOf(place));
    byCountry.set(countryOf(place), before === null || count === null ? null : (before ?? 0) + count);
  }
  const known = [...byCountry].map(([country, count]) => ({ dataSet, country, ...(count === null ? {} : { count }) }));
  // Whoever is beyond "at least so many" lives where nobody knows.
  const atLeast = individuals !== undefined && boundsOf(individuals)?.most === undefined && all !== undefined;
  const rest = {
    dataSet,
    country: UNKNOWN_PLACE,
    ...(elsewhere === undefined ? {} : { count: elsewhere }),
    ...(atLeast && { atLeast }),
  };
  return [...known, ...(meant(UNKNOWN_PLACE) ? [rest] : [])].filter(
    (group: AssessedGroup) => group.count !== 0 || group.atLeast,
  );
}
