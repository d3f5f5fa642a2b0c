/** How many people of a data set live where. */
import { z } from 'zod';
import { readPlace } from '../../places/place';
import { UNKNOWN_PLACE } from '../../policy/places';

const GivenSchema = z.record(z.string().max(60), z.int().min(0).nullable());
/** Number of people by place (`domain/places`); `null` where the number is not known. */
export type Residence = Record<string, number | null>;

/** Several ways to write one place are added up. */
function add(sums: Residence, place: string, count: number | null): Residence {
  const before = sums[place];
  return { ...sums, [place]: before === undefined ? count : before === null || count === null ? null : before + count };
}

function read(given: Residence): { residence: Residence; problems: string[] } {
  const problems: string[] = [];
  let residence: Residence = {};
  for (const [text, count] of Object.entries(given)) {
    const word = text.trim().toLowerCase() === UNKNOWN_PLACE ? { place: UNKNOWN_PLACE } : readPlace(text);
    if ('problem' in word) problems.push(word.problem);
    residence = add(residence, 'place' in word ? word.place : UNKNOWN_PLACE, count);
  }
  return { residence, problems };
}

/** As a person assesses it: what is no place is refused, with what to write instead. */
export const ResidenceSchema = GivenSchema.transform((given, context) => {
  const { residence, problems } = read(given);
  for (const message of problems) context.addIssue({ code: 'custom', message });
  return problems.length > 0 ? z.NEVER : residence;
});

/**
 * As it stands in a declaration, which must not be lost: people whose place cannot be read have an unknown one, so that their
 * clocks run, and what was wrong is told with the data set (`placesNotRead`).
 */
export function toleratedResidence(dataSet: unknown): unknown {
  const { residence, placesNotRead } = (dataSet ?? {}) as { residence?: unknown; placesNotRead?: unknown };
  const given = GivenSchema.safeParse(residence);
  if (!given.success) return dataSet;
  const { residence: known, problems } = read(given.data);
  if (problems.length === 0) return dataSet;
  const before = Array.isArray(placesNotRead) ? placesNotRead : [];
  return { ...(dataSet as object), residence: known, placesNotRead: [...new Set([...before, ...problems])] };
}
