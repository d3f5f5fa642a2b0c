// Places: codes of ISO 3166 that exist, the aliases in use, groups refused, territories under the law that covers them.
import { MaliciousSourceSchema } from '../../../domain/incident/incident';
import { isUncovered, isUnderLawOf } from '../../../domain/places/law';
import { placeName, readPlace } from '../../../domain/places/place';
import { PackSchema } from '../../../domain/policy/pack';
import { readPack } from '../../../policy/read-pack';

const EEA = PackSchema.parse(readPack('gdpr').pack).regions.EEA!;
const read = (text: string) => {
  const result = readPlace(text);
  return 'place' in result ? result.place : result.problem;
};

test.each([
  ['DE', 'DE'],
  ['de', 'DE'],
  [' gr ', 'GR'],
  ['EL', 'GR'],
  ['UK', 'GB'],
  ['uk-sct', 'GB-SCT'],
  ['CA-QC', 'CA-QC'],
  ['ca_qc', 'CA-QC'],
  ['DE-BY', 'DE-BY'],
  ['US-CA', 'US-CA'],
  ['XK', 'XK'],
  ['FR-973', 'GF'],
  ['FI-01', 'AX'],
  ['US-PR', 'PR'],
])('%p is read as %s', (text, place) => {
  expect(read(text)).toBe(place);
});

test.each([
  ['EU', '"EU" is a group of countries: name the countries'],
  ['eea', '"EEA" is a group of countries: name the countries'],
  ['ED', 'did you mean "DE"?'],
  ['DEU', 'did you mean "DE"?'],
  ['Germany', 'did you mean "DE"?'],
  ['Quebec', 'did you mean "CA-QC"?'],
  ['CA-QB', '"CA-QB" is not part of Canada (ISO 3166-2): did you mean'],
  ['CA-ZZ', 'use "CA" alone where the part is not known'],
  ['DE-BAYERN', 'did you mean "DE-BY"?'],
  ['ZZ', '"ZZ" is not a country (ISO 3166-1)'],
  ['IC', 'did you mean "ES-CN"?'],
  ['', 'a place must be a country code'],
])('%p is refused with what to write instead', (text, problem) => {
  expect(read(text)).toContain(problem);
});

test('what does not look like a code is not repeated: it may be a name', () => {
  expect(read('jane.doe@example.com')).not.toContain('jane');
  expect(read('DE-Jane Doe')).not.toMatch(/jane/i);
});

test.each(['GF', 'GP', 'MQ', 'RE', 'YT', 'MF', 'AX', 'SJ', 'DE-BY'])('the GDPR covers %s', (place) => {
  expect(isUnderLawOf(place, EEA)).toBe(true);
  expect(isUncovered(place, EEA)).toBe(false);
});

test.each(['GI', 'JE', 'GG', 'IM', 'GL', 'FO', 'NC', 'PF', 'BL', 'AW', 'CH', 'GB', 'GB-NIR'])(
  'the GDPR does not cover %s',
  (place) => {
    expect(isUnderLawOf(place, EEA)).toBe(false);
    expect(isUncovered(place, EEA)).toBe(true);
  },
);

test('a province with a law of its own is uncovered beside the law of its state, until its own is in force', () => {
  expect(isUnderLawOf('CA-QC', ['CA'])).toBe(true);
  expect(isUncovered('CA-QC', ['CA'])).toBe(true);
  expect(isUncovered('CA-QC', ['CA', 'CA-QC'])).toBe(false);
  expect(isUncovered('CA-ON', ['CA'])).toBe(false);
});

test('places have names for people', () => {
  expect(['GB', 'CA-QC', 'AT-9'].map(placeName)).toEqual(['United Kingdom', 'Quebec, Canada', 'Austria (AT-9)']);
});

test('a malicious source of a country is read the same way', () => {
  expect(MaliciousSourceSchema.parse('country:uk')).toBe('country:GB');
  expect(MaliciousSourceSchema.safeParse('country:EU').success).toBe(false);
  expect(MaliciousSourceSchema.safeParse('country:ZZ').success).toBe(false);
});
