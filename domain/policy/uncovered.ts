/** Places whose law no pack in force has: what is owed there is open until a person decides it. */
import { isUncovered, ownLawOf, partsWithOwnLaw } from '../places/law';
import { placeName } from '../places/place';
import { residencePlaces } from './places';

/** The pack that is always in force beside those that are named: what is owed under laws that none of them has. */
export const UNCOVERED_PACK = 'uncovered-law';

/** True when more than one pack was named: then a problem says in which it is. */
export function areSeveral(packs: ReadonlyArray<{ id: string }>): boolean {
  return packs.filter(({ id }) => id !== UNCOVERED_PACK).length > 1;
}

/** The places in a data set where a law holds that none of these territories covers. */
export function uncoveredPlaces(
  dataSet: { residence: Record<string, number | null> },
  territories: readonly string[],
): string[] {
  return residencePlaces(dataSet).filter((place) => isUncovered(place, territories));
}

/** What nobody said of where people live: in which part of a state some of whose parts have laws of their own. */
export function unsaidParts(dataSet: { residence: Record<string, number | null> }): string {
  return residencePlaces(dataSet)
    .flatMap((place) => {
      const parts = partsWithOwnLaw(place);
      return parts.length > 0
        ? `; where in ${place} they live is not said, and ${parts.join(' and ')} have laws of their own`
        : [];
    })
    .join('');
}

/** Why a place is uncovered, for people: `United Kingdom: no pack covers its law; counsel decides`. */
export function uncoveredBecause(place: string): string {
  const own = ownLawOf(place);
  return `${placeName(place)}: no pack covers its law${own ? ` (${own})` : ''}; counsel decides what is owed there`;
}
