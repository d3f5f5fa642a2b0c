/**
 * Places as Tocsin writes them: a country (ISO 3166-1 alpha-2), or a part of one (ISO 3166-2), like `GR`, `CA-QC`, `DE-BY`.
 * The one reader of places for all that people and files hand over.
 */
import { z } from 'zod';
import { nearest } from '../kernel/suggest';
import { COUNTRY_LINES, PART_LINES, PART_NAME_LINES } from './iso-3166';

const lines = (text: string) => text.trim().split('\n');

interface Country {
  code: string;
  alpha3: string;
  name: string;
}

const COUNTRIES: ReadonlyMap<string, Country> = new Map(
  lines(COUNTRY_LINES)
    .map((line) => ({ code: line.slice(0, 2), alpha3: line.slice(3, 6), name: line.slice(7) }))
    // Not of ISO 3166, but the code under which the EU and banks know it.
    .concat({ code: 'XK', alpha3: 'XKX', name: 'Kosovo' })
    .map((country) => [country.code, country]),
);

const PARTS: ReadonlyMap<string, readonly string[]> = new Map(
  lines(PART_LINES).map((line) => {
    const [country, ...parts] = line.split(' ');
    return [country!, parts];
  }),
);

const PART_NAMES: ReadonlyMap<string, string> = new Map(
  lines(PART_NAME_LINES).map((line) => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)];
  }),
);

/** Codes in use beside those of ISO: the EU writes Greece and the United Kingdom so. */
const ALIASES: Record<string, string> = { EL: 'GR', UK: 'GB' };

/** Parts that have a country code of their own: under it they have one name everywhere. */
const OWN_CODE: Record<string, string> = {
  'CN-HK': 'HK',
  'CN-MO': 'MO',
  'CN-TW': 'TW',
  'FI-01': 'AX',
  'FR-971': 'GP',
  'FR-972': 'MQ',
  'FR-973': 'GF',
  'FR-974': 'RE',
  'FR-976': 'YT',
  'FR-BL': 'BL',
  'FR-MF': 'MF',
  'FR-NC': 'NC',
  'FR-PF': 'PF',
  'FR-PM': 'PM',
  'FR-TF': 'TF',
  'FR-WF': 'WF',
  'NL-AW': 'AW',
  'NL-BQ1': 'BQ',
  'NL-BQ2': 'BQ',
  'NL-BQ3': 'BQ',
  'NL-CW': 'CW',
  'NL-SX': 'SX',
  'NO-21': 'SJ',
  'NO-22': 'SJ',
  'US-AS': 'AS',
  'US-GU': 'GU',
  'US-MP': 'MP',
  'US-PR': 'PR',
  'US-UM': 'UM',
  'US-VI': 'VI',
};

/** Names of groups of countries, which hide who lives where. */
const GROUPS = new Set(
  'EU EEA EWR EEE EFTA EZ UN EUROPE EMEA APAC LATAM DACH BENELUX NORDICS MENA ROW WORLD GLOBAL OTHER'.split(' '),
);

/** Codes that ISO only reserves, and what is meant by them. */
const RESERVED: Record<string, string> = {
  AC: 'SH-AC',
  EA: 'ES-CE" or "ES-ML',
  FX: 'FR',
  IC: 'ES-CN',
  SF: 'FI',
  SU: 'RU',
  TA: 'SH-TA',
  TP: 'TL',
  XI: 'GB-NIR',
};

/** What was read: a place, or what is wrong and what to do. */
export type ReadPlace = { place: string } | { problem: string };

/**
 * Reads a place in any case, by its code or a common alias. What is no code is repeated in the problem only where it looks
 * like one: anything else may be somebody's name.
 */
export function readPlace(text: string): ReadPlace {
  const code = text.trim().toUpperCase().replaceAll('_', '-');
  if (GROUPS.has(code)) {
    return { problem: `"${code}" is a group of countries: name the countries, like DE, FR` };
  }
  const [head = '', ...rest] = code.split('-');
  const country = COUNTRIES.get(ALIASES[head] ?? head);
  if (!country) return { problem: notACountry(code, head) };
  if (rest.length === 0) return { place: country.code };
  const part = rest.join('-');
  const place = `${country.code}-${part}`;
  const parts = PARTS.get(country.code) ?? [];
  if (parts.includes(part)) return { place: OWN_CODE[place] ?? place };
  return { problem: notAPart(country, part, parts) };
}

function notACountry(code: string, head: string): string {
  const meant = meantBy(code) ?? (code === head ? nearCode(head) : undefined);
  const what = /^[A-Z]{2,3}(-[A-Z0-9]{1,3})?$/.test(code)
    ? `"${code}" is not a country`
    : 'a place must be a country code';
  const suggestion = meant
    ? `did you mean "${meant}"?`
    : 'use two letters like DE, with a part like CA-QC, or "unknown"';
  return `${what} (ISO 3166-1): ${suggestion}`;
}

function notAPart(country: Country, part: string, parts: readonly string[]): string {
  const what = /^[A-Z0-9]{1,3}$/.test(part) ? `"${country.code}-${part}"` : 'a place';
  const named = [...PART_NAMES].find(
    ([code, name]) => code.startsWith(`${country.code}-`) && name.toUpperCase() === part,
  );
  const meant = named?.[0] ?? (parts.length > 0 && nearest(part, parts, 1));
  const suggestion = meant
    ? `did you mean "${meant.includes('-') ? meant : `${country.code}-${meant}`}"?`
    : `use "${country.code}" alone where the part is not known`;
  return `${what} is not part of ${country.name} (ISO 3166-2): ${suggestion}`;
}

/** The code that is meant by an alpha-3 code, a name, or a code that ISO only reserves. */
function meantBy(word: string): string | undefined {
  const reserved = RESERVED[word];
  if (reserved) return reserved;
  for (const { code, alpha3, name } of COUNTRIES.values()) {
    if (alpha3 === word || name.toUpperCase() === word) return code;
  }
  return [...PART_NAMES].find(([, name]) => name.toUpperCase() === word)?.[0];
}

/** Two letters the wrong way round, like ED for DE. One letter that differs is no hint: too many codes are near. */
function nearCode(word: string): string | undefined {
  const turned = [...word].reverse().join('');
  return word.length === 2 && COUNTRIES.has(turned) ? turned : undefined;
}

/** The place that is meant; undefined where it cannot be read. */
export function placeOf(text: string): string | undefined {
  const read = readPlace(text);
  return 'place' in read ? read.place : undefined;
}

/** The country that a place is, or is a part of. */
export function countryOf(place: string): string {
  return place.slice(0, 2);
}

/** `Quebec, Canada`, `Germany`: for people. A part without a name keeps its code: `Austria (AT-9)`. */
export function placeName(place: string): string {
  const country = COUNTRIES.get(countryOf(place))?.name ?? place;
  if (place.length === 2) return country;
  const part = PART_NAMES.get(place);
  return part ? `${part}, ${country}` : `${country} (${place})`;
}

/** A place; gives its code as Tocsin writes it. */
export const PlaceCodeSchema = z.string().transform((text, context) => {
  const read = readPlace(text);
  if ('place' in read) return read.place;
  context.addIssue({ code: 'custom', message: read.problem });
  return z.NEVER;
});

/** A whole country. */
export const CountryCodeSchema = PlaceCodeSchema.refine((place) => place.length === 2, {
  error: 'must be a whole country, like CA',
});
