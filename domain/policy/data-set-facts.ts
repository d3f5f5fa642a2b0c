/** What a condition may ask of one affected data set. One set must meet the whole of a condition by itself. */
import { z } from 'zod';
import { allOf, anyOf, type Finding, no, undecided, yes } from './finding';
import { hasUnknownPlaces, inRegion, PlaceSchema, type Residence, residenceFields, residencePlaces } from './places';
import { protects, type ScopedDataSet, ScopeOperandSchema, whyUnknown } from './scope';
import { uncoveredPlaces, unsaidParts } from './uncovered';

/** What conditions read of a data set, as the assessment has it. */
export interface DataSetFacts extends ScopedDataSet {
  title: string;
  role: 'controller' | 'joint-controller' | 'processor';
  risk: 'unlikely' | 'risk' | 'high' | 'unknown';
  significantHarm: 'yes' | 'no' | 'unknown';
  protection: { encrypted: 'yes' | 'partly' | 'no' | 'unknown'; keysTaken: 'yes' | 'no' | 'unknown' };
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

interface DataSetFact {
  /** The fields of a condition that it answers to. */
  fields: Array<keyof DataSetCondition>;
  /** What it reads, as one sentence for whoever writes a pack. */
  reads: string;
  example: string;
  find(wanted: DataSetCondition, dataSet: DataSetFacts, name: string): Finding;
}

/** All that can be asked of a data set. */
export const DATA_SET_FACTS: DataSetFact[] = [
  {
    fields: ['role'],
    reads: 'Whether the company holds the data as controller, alone or jointly, or as processor for its customers.',
    example: 'role: controller',
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
    find: ({ risk = [] }, dataSet, name) => {
      if (dataSet.risk === 'unknown') return undecided(`the risk for ${name} is not yet assessed`);
      const why = { unlikely: 'a risk is unlikely', risk: 'a risk is likely', high: 'a high risk is likely' };
      return { value: risk.includes(dataSet.risk), because: [`${why[dataSet.risk]} for ${name}`] };
    },
  },
  {
    fields: ['significantHarm'],
    reads: 'Whether there is a real risk of significant harm to the people, judged apart from `risk`.',
    example: 'significantHarm: "yes"',
    find: (_wanted, { significantHarm }, name) =>
      significantHarm === 'unknown'
        ? undecided(`significant harm is not yet assessed for ${name}`)
        : { value: significantHarm === 'yes', because: [`significant harm for ${name}: ${significantHarm}`] },
  },
  {
    fields: ['intelligible'],
    reads: 'Whether those who reached the data can read it: it was not wholly encrypted, or its keys were taken too.',
    example: 'intelligible: "no"',
    find: ({ intelligible }, { protection: { encrypted, keysTaken } }, name) => {
      if (encrypted === 'yes' && keysTaken === 'no') {
        return { value: intelligible === 'no', because: [`${name} is wholly encrypted, and its keys are safe`] };
      }
      if (encrypted === 'no' || encrypted === 'partly' || keysTaken === 'yes') {
        return { value: intelligible === 'yes', because: [`${name} is not wholly encrypted with its keys safe`] };
      }
      return undecided(`it is not yet assessed whether ${name} is wholly encrypted and its keys are safe`);
    },
  },
  {
    fields: ['protectedBy'],
    reads:
      "Whether the law of a regime protects somebody in the data set: it is handled for an establishment in the regime's territory, or somebody lives there.",
    example: 'protectedBy: gdpr',
    find: ({ protectedBy }, dataSet, name) => protects(protectedBy!, dataSet, name),
  },
  {
    fields: ['mayBeProtectedBy'],
    reads: 'The same, and yes while it is undecided: people of unknown place stop no clock.',
    example: 'mayBeProtectedBy: gdpr',
    find: ({ mayBeProtectedBy }, dataSet, name) => {
      const { value, because } = protects(mayBeProtectedBy!, dataSet, name);
      return { value: value ?? true, because };
    },
  },
  {
    fields: ['uncoveredBy'],
    reads: 'Whether somebody in the data set lives where a law holds that none of the places given covers.',
    example: 'uncoveredBy: [OTHER-REGIMES]',
    find: ({ uncoveredBy = [] }, dataSet, name) => {
      const places = uncoveredPlaces(dataSet, uncoveredBy);
      if (places.length > 0) return yes(`people in ${places.join(', ')} are in ${name}, and no pack has their law`);
      if (hasUnknownPlaces(dataSet)) return undecided(whyUnknown(dataSet, name));
      return no(`the law of every place where the people in ${name} live has a pack${unsaidParts(dataSet)}`);
    },
  },
  {
    fields: ['residence', 'residenceOtherThan'],
    reads: 'Whether somebody in the data set lives in one of the places given, and in none of those excluded.',
    example: 'residence: [EEA], or residenceOtherThan: [CA]',
    find: livesThere,
  },
];

/** Judges all data sets: yes as soon as one meets the condition. */
export function judgeDataSets(dataSets: DataSetFacts[], wanted: DataSetCondition): Finding {
  return anyOf(dataSets.map((dataSet) => judgeDataSet(dataSet, wanted)));
}

/** Judges one data set against a condition. */
export function judgeDataSet(dataSet: DataSetFacts, wanted: DataSetCondition): Finding {
  const asked = DATA_SET_FACTS.filter(({ fields }) => fields.some((field) => wanted[field] !== undefined));
  return allOf(asked.map(({ find }) => find(wanted, dataSet, `data set "${dataSet.title}"`)));
}

function livesThere(wanted: Residence, dataSet: DataSetFacts, name: string): Finding {
  const places = residencePlaces(dataSet);
  const meant = places.filter((place) => inRegion(place, wanted));
  if (meant.length > 0) return yes(`people in ${meant.join(', ')} are in ${name}`);
  if (hasUnknownPlaces(dataSet)) return undecided(whyUnknown(dataSet, name));
  return no(`the people in ${name} live in ${places.join(', ') || 'none of the places named'}`);
}
