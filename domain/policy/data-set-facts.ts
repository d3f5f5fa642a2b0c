/** What a condition may ask of one affected data set. One set must meet the whole of a condition by itself. */
import { z } from 'zod';
import { allOf, anyOf, type Finding, no, undecided, yes } from './finding';
import { hasUnknownPlaces, inRegion, PlaceSchema, type Residence, residenceFields, residencePlaces } from './places';
import { protects, regimeText, type ScopedDataSet, ScopeOperandSchema, whyUnknown } from './scope';
import { uncoveredPlaces, unsaidParts } from './uncovered';

/** What conditions read of a data set, as the assessment has it. */
export interface DataSetFacts extends ScopedDataSet {
  title: string;
  role: 'controller' | 'joint-controller' | 'processor';
  risk: 'unlikely' | 'risk' | 'high' | 'unknown';
  significantHarm: 'yes' | 'no' | 'unknown';
  protection: {
    encrypted: 'yes' | 'partly' | 'no' | 'unknown';
    keysTaken: 'yes' | 'no' | 'unknown';
    intact?: 'yes' | 'may-be-subverted' | 'no' | 'not-assessable' | undefined;
  };
  /** What became of data that was lost or altered, where it was. */
  loss?: string | undefined;
  alteration?: string | undefined;
}

/** Holds when one affected data set meets all of it. */
export const DataSetConditionSchema = z.strictObject({
  role: z.enum(['controller', 'processor']).optional(),
  risk: z.array(z.enum(['unlikely', 'risk', 'high'])).optional(),
  significantHarm: z.literal('yes').optional(),
  intelligible: z.enum(['yes', 'no']).optional(),
  protectedBy: ScopeOperandSchema.optional(),
  mayBeProtectedBy: ScopeOperandSchema.optional(),
  uncoveredBy: z.array(PlaceSchema).optional(),
  ...residenceFields,
});
export type DataSetCondition = z.infer<typeof DataSetConditionSchema>;

/** The levels of risk, in words. */
export const RISK_WORDS = {
  unlikely: 'a risk is unlikely',
  risk: 'a risk is likely',
  high: 'a high risk is likely',
  unknown: 'the risk is not yet assessed',
} as const satisfies Record<DataSetFacts['risk'], string>;

interface DataSetFact {
  /** The fields of a condition that it answers to. */
  fields: Array<keyof DataSetCondition>;
  /** What it reads, as one sentence for whoever writes a pack. */
  reads: string;
  example: string;
  /** What is asked, in words that follow "a data set". */
  wanted(asked: DataSetCondition): string;
  /** The part of a data set that it reads: while that is the same, so is the finding. */
  of(dataSet: DataSetFacts): unknown;
  find(wanted: DataSetCondition, dataSet: DataSetFacts, name: string): Finding;
}

/** All that can be asked of a data set. */
export const DATA_SET_FACTS: DataSetFact[] = [
  {
    fields: ['role'],
    reads: 'Whether the company holds the data as controller, alone or jointly, or as processor for its customers.',
    example: 'role: controller',
    wanted: ({ role }) => `held as ${role}`,
    of: ({ role }) => role,
    find: ({ role }, dataSet, name) => ({
      // A joint controller has the duties of a controller (GDPR Art. 26).
      value: (dataSet.role === 'processor') === (role === 'processor'),
      because: [`${name} is held as ${dataSet.role.replace('-', ' ')}`],
    }),
  },
  {
    fields: ['risk'],
    reads: 'How likely a risk to the rights and freedoms of the people is, as assessed: any of the levels given.',
    example: 'risk: [risk, high]',
    wanted: ({ risk = [] }) => `with "risk" assessed as ${risk.join(' or ')}`,
    of: ({ risk }) => risk,
    find: ({ risk = [] }, dataSet, name) => {
      if (dataSet.risk === 'unknown') return undecided(`the risk for ${name} is not yet assessed`);
      const value = risk.includes(dataSet.risk);
      const notHigh = !value && dataSet.risk === 'risk' && risk.includes('high') ? ', but not a high one,' : '';
      return { value, because: [`${RISK_WORDS[dataSet.risk]}${notHigh} for ${name}`] };
    },
  },
  {
    fields: ['significantHarm'],
    reads: 'Whether there is a real risk of significant harm to the people, judged apart from `risk`.',
    example: 'significantHarm: "yes"',
    wanted: () => 'with "significantHarm" assessed as yes',
    of: ({ significantHarm }) => significantHarm,
    find: (_wanted, { significantHarm }, name) =>
      significantHarm === 'unknown'
        ? undecided(`significant harm is not yet assessed for ${name}`)
        : { value: significantHarm === 'yes', because: [`significant harm for ${name}: ${significantHarm}`] },
  },
  {
    fields: ['intelligible'],
    reads:
      'Whether those who reached the data can read it: it was not wholly encrypted, its keys were taken too, or its protection did not hold.',
    example: 'intelligible: "no"',
    wanted: ({ intelligible }) =>
      intelligible === 'yes'
        ? 'that is not wholly encrypted, or whose keys or encryption are not safe'
        : 'that is wholly encrypted, its keys and its encryption safe',
    of: ({ protection }) => [protection.encrypted, protection.keysTaken, protection.intact],
    find: ({ intelligible }, { protection: { encrypted, keysTaken, intact = 'yes' } }, name) => {
      if (encrypted === 'no' || encrypted === 'partly' || keysTaken === 'yes') {
        return {
          value: intelligible === 'yes',
          because: [`${name} is not wholly encrypted, or its keys are not safe`],
        };
      }
      if (intact === 'no')
        return { value: intelligible === 'yes', because: [`the protection of ${name} did not hold`] };
      // What may be broken in time was not made unintelligible "to any person" (GDPR Art. 34(3)(a)).
      if (intact !== 'yes')
        return undecided(`it is not established that the protection of ${name} holds (${words(intact)})`);
      if (encrypted === 'yes' && keysTaken === 'no') {
        return { value: intelligible === 'no', because: [`${name} is wholly encrypted, and its keys are safe`] };
      }
      return undecided(`it is not yet assessed whether ${name} is wholly encrypted and its keys are safe`);
    },
  },
  {
    fields: ['protectedBy'],
    reads:
      "Whether the law of a regime protects somebody in the data set: it is handled for an establishment in the regime's territory, or somebody lives there.",
    example: 'protectedBy: gdpr',
    wanted: ({ protectedBy }) => `with somebody whom ${regimeText(protectedBy!)} protects`,
    of: placesOf,
    find: ({ protectedBy }, dataSet, name) => protects(protectedBy!, dataSet, name),
  },
  {
    fields: ['mayBeProtectedBy'],
    reads: 'The same, and yes while it is undecided: people of unknown place stop no clock.',
    example: 'mayBeProtectedBy: gdpr',
    wanted: ({ mayBeProtectedBy }) => `with somebody whom ${regimeText(mayBeProtectedBy!)} may protect`,
    of: placesOf,
    find: ({ mayBeProtectedBy }, dataSet, name) => {
      const { value, because } = protects(mayBeProtectedBy!, dataSet, name);
      return { value: value ?? true, because };
    },
  },
  {
    fields: ['uncoveredBy'],
    reads: 'Whether somebody in the data set lives where a law holds that none of the places given covers.',
    example: 'uncoveredBy: [OTHER-REGIMES]',
    wanted: () => 'with somebody under a law that no pack covers',
    of: placesOf,
    find: ({ uncoveredBy = [] }, dataSet, name) => {
      const places = uncoveredPlaces(dataSet, uncoveredBy);
      if (places.length > 0) return yes(`${name} has people in ${places.join(', ')}, whose law no pack covers`);
      if (hasUnknownPlaces(dataSet)) return undecided(whyUnknown(dataSet, name));
      return no(`a pack covers the law of every place where the people in ${name} live${unsaidParts(dataSet)}`);
    },
  },
  {
    fields: ['residence', 'residenceOtherThan'],
    reads: 'Whether somebody in the data set lives in one of the places given, and in none of those excluded.',
    example: 'residence: [EEA], or residenceOtherThan: [CA]',
    wanted: ({ residence, residenceOtherThan }) =>
      `with somebody who lives ${residence ? `in ${residence.join(', ')}` : `elsewhere than in ${residenceOtherThan?.join(', ')}`}`,
    of: placesOf,
    find: livesThere,
  },
];

/** Judges all data sets: yes as soon as one meets the condition. */
export function judgeDataSets(dataSets: DataSetFacts[], wanted: DataSetCondition): Finding {
  return anyOf(dataSets.map((dataSet) => judgeDataSet(dataSet, wanted)));
}

/** Judges one data set against a condition. */
export function judgeDataSet(dataSet: DataSetFacts, wanted: DataSetCondition): Finding {
  return allOf(factsAsked(wanted).map(({ find }) => find(wanted, dataSet, `data set "${dataSet.title}"`)));
}

/** What a condition asks of a data set, in words: `held as controller, with "risk" assessed as high`. */
export function wantedOfDataSet(asked: DataSetCondition): string {
  return factsAsked(asked)
    .map(({ wanted }) => wanted(asked))
    .join(', ');
}

/** The parts of a data set that a condition reads. */
export function readOfDataSet(dataSet: DataSetFacts, asked: DataSetCondition): unknown[] {
  return factsAsked(asked).map(({ of }) => of(dataSet));
}

function factsAsked(asked: DataSetCondition): DataSetFact[] {
  return DATA_SET_FACTS.filter(({ fields }) => fields.some((field) => asked[field] !== undefined));
}

const words = (code: string) => code.replaceAll('-', ' ');

/** Where its people are, as scopes and places are judged by: how many there are of each does not count. */
function placesOf(dataSet: DataSetFacts): unknown {
  return [[...residencePlaces(dataSet)].sort(), hasUnknownPlaces(dataSet), [...(dataSet.handledFor ?? [])].sort()];
}

function livesThere(wanted: Residence, dataSet: DataSetFacts, name: string): Finding {
  const places = residencePlaces(dataSet);
  const meant = places.filter((place) => inRegion(place, wanted));
  if (meant.length > 0) return yes(`people in ${meant.join(', ')} are in ${name}`);
  if (hasUnknownPlaces(dataSet)) return undecided(whyUnknown(dataSet, name));
  return no(`the people in ${name} live in ${places.join(', ') || 'none of the places named'}`);
}
