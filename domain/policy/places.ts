/** Where affected people live, as rules speak of it: countries, and regions that packs define as lists of countries. */
import { z } from 'zod';

/**
 * A country (ISO 3166-1 alpha-2) or the name of a region, in capitals. Packs are composed with regions replaced by their
 * countries, so nothing that reads a policy in force meets a region.
 */
export const PlaceSchema = z
  .string()
  .regex(/^[A-Z][A-Z-]{1,29}$/, 'must be a two-letter country code (ISO 3166-1) or a region, in capitals');

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

/** True when somebody who lives in a country is meant. */
export function inRegion(country: string, { residence, residenceOtherThan }: Residence): boolean {
  return (!residence || residence.includes(country)) && !residenceOtherThan?.includes(country);
}

/** Countries with at least one (or an unknown number of) affected individuals; `unknown` left out. */
export function residenceCountries(dataSet: { residence: Record<string, number | null> }): string[] {
  return Object.entries(dataSet.residence)
    .filter(([country, count]) => country !== 'unknown' && count !== 0)
    .map(([country]) => country)
    .sort();
}
