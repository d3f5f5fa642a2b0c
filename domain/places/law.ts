/** Under whose law a place stands: territories that the law of a state covers, and parts of states with a law of their own. */
import { countryOf } from './place';

/**
 * Territories with a country code of their own to which the GDPR applies as to their state. Sources: TFEU Art. 355(1), the
 * outermost regions (Guadeloupe, French Guiana, Martinique, Mayotte, Réunion, Saint-Martin); TFEU Art. 355(4) with Protocol
 * 2 of the 1994 Act of Accession (Åland); for Svalbard and Jan Mayen, which Protocol 40 leaves out of the EEA Agreement, the
 * Norwegian regulation of 15 June 2018 no. 876, which extends the Norwegian act and with it the GDPR: confirm with counsel.
 *
 * Not here, because the GDPR does not apply there: Gibraltar, Jersey, Guernsey, the Isle of Man (laws of their own; the last
 * three never were in the Union, TFEU Art. 355(5)(c)), Greenland and the overseas countries of TFEU Annex II (AW, BL, BQ, CW,
 * NC, PF, PM, SX, TF, WF), and the Faroe Islands (TFEU Art. 355(5)(a)).
 */
const COVERED_BY: Record<string, string> = {
  AX: 'FI',
  GF: 'FR',
  GP: 'FR',
  MF: 'FR',
  MQ: 'FR',
  RE: 'FR',
  SJ: 'NO',
  YT: 'FR',
};

/** Parts of a state with breach law of their own beside the state's, for private organisations. */
const OWN_LAW: Record<string, string> = {
  'CA-AB': 'Personal Information Protection Act, s. 34.1',
  'CA-QC': 'Act respecting the protection of personal information in the private sector, CQLR c. P-39.1, s. 3.5',
};

/** The places whose law holds in a place: itself, the state it is part of, the state whose law covers it. */
export function lawsOf(place: string): string[] {
  const state = COVERED_BY[place] ?? countryOf(place);
  return state === place ? [place] : [place, state];
}

/** True when the law of one of these places holds in a place. */
export function isUnderLawOf(place: string, places: readonly string[]): boolean {
  return lawsOf(place).some((each) => places.includes(each));
}

/** The law of its own that a part of a state has beside the state's. */
export function ownLawOf(place: string): string | undefined {
  return OWN_LAW[place];
}

/** The parts of a state that have a law of their own: whoever is known to live in the state alone may live in one. */
export function partsWithOwnLaw(state: string): string[] {
  return Object.keys(OWN_LAW).filter((place) => countryOf(place) === state);
}

/** True when no law of these territories covers all that holds in a place. */
export function isUncovered(place: string, territories: readonly string[]): boolean {
  return OWN_LAW[place] ? !territories.includes(place) : !isUnderLawOf(place, territories);
}
