/** Where affected people live, as rules speak of it: places, and regions that packs define as lists of places. */
import { z } from 'zod';
import { boundsOf, type Count, isExact } from '../kernel/count';
import { isUnderLawOf } from '../places/law';

/** People whose place is not known stand under this word. */
export const UNKNOWN_PLACE = 'unknown';

/**
 * A place (a country, or a part of one like CA-QC), or the name of a region, in capitals. Packs are composed with regions
 * replaced by their places, so nothing that reads a policy in force meets a region.
 */
export const PlaceSchema = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9-]{1,29}$/,
    'must be a country code (ISO 3166-1), like CA, a part of one, like CA-QC, or a region, in capitals',
  );

/** The region of a rule that means: the territories of all regimes in force that another pack brings. */
export const OTHER_REGIMES = 'OTHER-REGIMES';

/** Whom a rule means by where they live. Both are optional; with both, `residenceOtherThan` is taken out of `residence`. */
export interface Residence {
  residence?: string[] | undefined;
  residenceOtherThan?: string[] | undefined;
}

/** The fields of a rule that say where people live. */
export const residenceFields = {
  residence: z.array(PlaceSchema).optional(),
  residenceOtherThan: z.array(PlaceSchema).optional(),
};

/** True when somebody who lives in a place is meant: a part belongs to its state, a territory to the state whose law covers it. */
export function inRegion(place: string, { residence, residenceOtherThan }: Residence): boolean {
  return (
    (!residence || isUnderLawOf(place, residence)) && !(residenceOtherThan && isUnderLawOf(place, residenceOtherThan))
  );
}

/** Places with at least one (or an unknown number of) affected individuals; `unknown` left out. */
export function residencePlaces({ residence }: { residence: Record<string, number | null> }): string[] {
  return Object.entries(residence)
    .filter(([place, count]) => place !== UNKNOWN_PLACE && count !== 0)
    .map(([place]) => place)
    .sort();
}

/** Counts that are not exact may differ by this part. */
export const TOLERANCE = 0.1;

/** The people whose number is given by place, those of unknown place among them. */
export function residentsOf(residence: Record<string, number | null>): number {
  return Object.values(residence).reduce<number>((sum, count) => sum + (count ?? 0), 0);
}

/**
 * True when some of the people in a data set have no known place: none is given, some are said to be of unknown place, or
 * there are more people than the places account for.
 */
export function hasUnknownPlaces({
  individuals,
  residence,
}: {
  individuals?: Count | undefined;
  residence: Record<string, number | null>;
}): boolean {
  const { [UNKNOWN_PLACE]: unknown = 0, ...known } = residence;
  if (unknown !== 0) return true;
  const bounds = individuals === undefined ? undefined : boundsOf(individuals);
  if (Object.keys(known).length === 0) return bounds?.most !== 0;
  // A place whose number is not known may hold all the others.
  if (!bounds || Object.values(known).includes(null)) return false;
  const residents = residentsOf(known);
  return bounds.least > (isExact(individuals!) ? residents : residents * (1 + TOLERANCE));
}
