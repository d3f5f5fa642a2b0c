/** What a condition may ask of one affected data set. One set must meet the whole of a condition by itself. */
import { z } from 'zod';
import { allOf, anyOf, type Finding, no, undecided, yes } from './finding';
import { inRegion, type Residence, residenceCountries, residenceFields } from './places';

/** What conditions read of a data set, as the assessment has it. */
export interface DataSetFacts {
  title: string;
  role: 'controller' | 'processor';
  risk: 'unlikely' | 'risk' | 'high' | 'unknown';
  significantHarm: 'yes' | 'no' | 'unknown';
  protection: { encrypted: 'yes' | 'partly' | 'no' | 'unknown'; keysTaken: 'yes' | 'no' | 'unknown' };
  /** Number of people by country; `null` when it is not known. */
  residence: Record<string, number | null>;
}

/** Holds when one affected data set meets all of it. */
export const DataSetConditionSchema = z.strictObject({
  role: z.enum(['controller', 'processor']).optional(),
  risk: z.array(z.enum(['unlikely', 'risk', 'high'])).optional(),
  significantHarm: z.literal('yes').optional(),
  intelligible: z.enum(['yes', 'no']).optional(),
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
    reads: 'Whether the company holds the data as controller, or as processor for its customers.',
    example: 'role: controller',
    find: ({ role }, dataSet, name) => ({
      value: dataSet.role === role,
      because: [`${name} is held as ${dataSet.role}`],
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
  const countries = residenceCountries(dataSet);
  const meant = countries.filter((country) => inRegion(country, wanted));
  if (meant.length > 0) return yes(`people in ${meant.join(', ')} are in ${name}`);
  const { unknown = 0 } = dataSet.residence;
  if (Object.keys(dataSet.residence).length === 0 || unknown !== 0) {
    return undecided(`where the people in ${name} live is not yet established`);
  }
  return no(`the people in ${name} live in ${countries.join(', ') || 'none of the countries named'}`);
}
