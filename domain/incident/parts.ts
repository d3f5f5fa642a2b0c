/**
 * When each part of a breach was established: a data set, and a country in which its people live. A duty that only a part
 * found later brings about counts from the awareness of that part, so that none is born overdue on a clock that nobody
 * could have kept. What was merely undetermined before is no new part: its clock ran all the while. Nor is a place that
 * takes people from another one: that they live elsewhere corrects what was known of them, and the breach of their data was
 * known since then. Pure.
 */
import { type Instant, toMs } from '../kernel/time';
import { hasUnknownPlaces, residencePlaces, UNKNOWN_PLACE } from '../policy/places';
import type { Assessment, DataSet } from './incident';

/** Part of the breach since it was first known at all. */
export const START = 'start';

/** By data set, and by data set and country: the awareness of that part, or `start`. */
export type Parts = Record<string, Instant | typeof START>;

/** The key of a data set's people in a country. */
export const placeOf = (dataSet: string, country: string) => `${dataSet} ${country}`;

/** The parts after an assessment. `at`: when what it newly names became known; `previous`: the one that it replaces. */
export function partsAfter(
  before: Parts | undefined,
  { dataSets }: Assessment,
  at: Instant,
  previous?: Assessment,
): Parts {
  const parts: Parts = { ...before };
  const first = before === undefined || Object.keys(before).length === 0;
  for (const dataSet of dataSets) {
    // In a copy of the register that withholds them, the data sets are no objects.
    if (typeof dataSet !== 'object') continue;
    const { id } = dataSet;
    const isNew = parts[id] === undefined;
    const since = parts[id] ?? (first ? START : at);
    parts[id] = since;
    const places = [...residencePlaces(dataSet), ...(hasUnknownPlaces(dataSet) ? [UNKNOWN_PLACE] : [])];
    const undetermined = isNew || !placesKnown(before, id) || before?.[placeOf(id, UNKNOWN_PLACE)] !== undefined;
    const from = undetermined ? since : (correctedFrom(parts, dataSet, previous) ?? at);
    for (const place of places) parts[placeOf(id, place)] ??= from;
  }
  return parts;
}

/** Since when those places of a data set were known whose people, or some of them, the assessment has elsewhere now. */
function correctedFrom(before: Parts, { id, residence }: DataSet, previous?: Assessment): Parts[string] | undefined {
  const old = previous?.dataSets.find((each) => typeof each === 'object' && each.id === id);
  const left = Object.entries(old?.residence ?? {}).flatMap(([place, was]) => {
    const is = residence[place];
    const fewer = was !== 0 && (is === undefined || (is !== null && was !== null && is < was));
    return fewer ? (before[placeOf(id, place)] ?? []) : [];
  });
  return left.includes(START) ? START : left.sort((a, b) => toMs(a) - toMs(b))[0];
}

function placesKnown(parts: Parts | undefined, id: string): boolean {
  return Object.keys(parts ?? {}).some((key) => key.startsWith(`${id} `));
}
