/**
 * The facts that a rule's condition may read. Each entry of the registry says what the pack writes, which part of an
 * incident establishes the fact, and how it is read: yes, no, or not yet known, with the reason in words. A new fact is a
 * new entry here, and its field in what a person assesses.
 */
import { z } from 'zod';
import { DataSetConditionSchema, type DataSetFacts, judgeDataSets, wantedOfDataSet } from './data-set-facts';
import { allOf, type Finding, no, undecided, yes } from './finding';
import { PolicyIdSchema } from './ids';

/** The part of an incident that establishes a fact: whoever stated that part decided what follows from it. */
export type FactSource = 'declaration' | 'assessment' | 'review' | 'waiver';

/** What a security incident may take from data (GDPR Art. 4(12); EDPB Guidelines 9/2022, para. 17). */
export const AFFECTS = ['confidentiality', 'integrity', 'availability'] as const;

/** What conditions read of an incident. The state of an incident has this shape. */
export interface Facts {
  declaration: { serviceAffecting: boolean; affects: Array<(typeof AFFECTS)[number]> };
  assessment?: {
    facts: {
      personalData: 'yes' | 'possible' | 'no' | 'unknown';
      dataSets: DataSetFacts[];
      /** Answers to the questions that packs ask, by the question's id. */
      answers?: Record<string, 'yes' | 'no' | 'unknown'>;
    };
  };
  review?: { shareSummary: boolean };
  obligations: Record<string, { rule: string; decision?: { ground?: string } }>;
  /** By rule: the authority that a person decided on, where the facts do not say which one it is. */
  authorityDecided?: Record<string, { authority: string }>;
}

/** What the incident affects: as declared, and as it turned out since for data that was lost or altered. */
function affectedBy({ declaration: { affects }, assessment }: Facts): Facts['declaration']['affects'] {
  const { personalData, dataSets } = assessment?.facts ?? { personalData: 'unknown', dataSets: [] };
  if (personalData === 'no') return affects;
  const lost = dataSets.some(({ loss }) => loss !== undefined);
  const altered = dataSets.some(({ alteration }) => alteration !== undefined);
  return AFFECTS.filter(
    (each) => affects.includes(each) || (each === 'availability' && lost) || (each === 'integrity' && altered),
  );
}

/** An entry of the registry; `O`: what stands behind its name in a condition. */
export interface Fact<O> {
  /** What it reads, as one sentence for whoever writes a pack. */
  reads: string;
  /** How a condition is written, in YAML. */
  example: string;
  operands: z.ZodType<O>;
  establishedBy: FactSource;
  /** What is asked, in words: what would have to be so. */
  wanted(operands: O): string;
  find(operands: O, facts: Facts): Finding;
}

const fact = <O>(entry: Fact<O>): Fact<O> => entry;

/** All facts, by the name that conditions use. */
export const FACTS = {
  always: fact({
    reads: 'Nothing: the rule applies to every incident.',
    example: 'always: true',
    operands: z.literal(true),
    establishedBy: 'declaration',
    wanted: () => 'nothing',
    find: () => yes('applies to every incident'),
  }),
  serviceAffecting: fact({
    reads: 'Whether the incident affects the service, as declared.',
    example: 'serviceAffecting: true',
    operands: z.boolean(),
    establishedBy: 'declaration',
    wanted: (wanted) => `the incident ${wanted ? 'affects' : 'does not affect'} the service`,
    find: (wanted, { declaration: { serviceAffecting } }) => ({
      value: serviceAffecting === wanted,
      because: [serviceAffecting ? 'the incident affects the service' : 'the incident does not affect the service'],
    }),
  }),
  affectsOnly: fact({
    reads: 'Whether the incident affects nothing but what is given, as declared, and as lost or altered data says.',
    example: 'affectsOnly: [confidentiality]',
    operands: z.array(z.enum(AFFECTS)).min(1),
    establishedBy: 'declaration',
    wanted: (wanted) => `the incident affects ${wanted.join(' and ')} alone`,
    find: (wanted, facts) => {
      const affects = affectedBy(facts);
      return {
        value: affects.every((each) => wanted.includes(each)),
        because: [`the incident affects ${affects.join(' and ')}`],
      };
    },
  }),
  personalData: fact({
    reads: 'Whether personal data is affected: any of the answers given.',
    example: 'personalData: ["yes", possible]',
    operands: z.array(z.enum(['yes', 'possible'])).min(1),
    establishedBy: 'assessment',
    wanted: (wanted) => `"personalData" is assessed as ${wanted.join(' or ')}`,
    find: (wanted, { assessment }) => {
      const answer = assessment?.facts.personalData ?? 'unknown';
      if (answer === 'unknown') return undecided('it is not yet assessed whether personal data is affected');
      const why = {
        yes: 'personal data is affected',
        possible: 'personal data may be affected',
        no: 'no personal data is affected',
      }[answer];
      return { value: (wanted as string[]).includes(answer), because: [why] };
    },
  }),
  dataSet: fact({
    reads: 'Whether one affected data set meets all that is asked of it (the table below).',
    example: 'dataSet: { role: controller, risk: [high], residence: [EEA] }',
    operands: DataSetConditionSchema,
    establishedBy: 'assessment',
    wanted: (wanted) => `there is a data set ${wantedOfDataSet(wanted)}`,
    find: (wanted, { assessment }) => {
      const facts = assessment?.facts;
      if (!facts || facts.personalData === 'unknown') return undecided('the affected data sets are not yet assessed');
      if (facts.personalData === 'no') return no('no personal data is affected');
      if (facts.dataSets.length === 0) return undecided('personal data may be affected, but no data set is named yet');
      return judgeDataSets(facts.dataSets, wanted);
    },
  }),
  answers: fact({
    reads: 'The answers of the assessment to questions that a pack asks, by id: all must be as given.',
    example: 'answers: { nis2-significant: "yes" }',
    operands: z
      .record(PolicyIdSchema, z.enum(['yes', 'no']))
      .refine((answers) => Object.keys(answers).length > 0, 'must name a question'),
    establishedBy: 'assessment',
    wanted: (wanted) =>
      Object.entries(wanted)
        .map(([question, answer]) => `the question ${question} is answered ${answer}`)
        .join(' and '),
    find: (wanted, { assessment }) => {
      const findings = Object.entries(wanted).map(([question, answer]): Finding => {
        const given = assessment?.facts.answers?.[question] ?? 'unknown';
        if (given === 'unknown') return undecided(`the question ${question} is not yet answered`);
        return { value: given === answer, because: [`the question ${question} is answered ${given}`] };
      });
      return allOf(findings);
    },
  }),
  shareSummary: fact({
    reads: 'Whether the review decided to share a summary with customers.',
    example: 'shareSummary: true',
    operands: z.boolean(),
    establishedBy: 'review',
    wanted: (wanted) => `the review ${wanted ? 'shares' : 'does not share'} a summary with customers`,
    find: (wanted, { review }) => {
      if (!review) return undecided('the review has not decided yet whether a summary is shared');
      const { shareSummary } = review;
      const why = shareSummary
        ? 'the review shares a summary with customers'
        : 'the review decided not to share a summary';
      return { value: shareSummary === wanted, because: [why] };
    },
  }),
  waived: fact({
    reads: 'Whether another obligation was waived by a person, on a certain ground.',
    example: 'waived: { obligation: gdpr-art34-individuals, ground: gdpr-34-3-c }',
    operands: z.strictObject({ obligation: PolicyIdSchema, ground: PolicyIdSchema }),
    establishedBy: 'waiver',
    wanted: ({ obligation, ground }) => `${obligation} is waived on the ground ${ground}`,
    find: ({ obligation, ground }, { obligations }) => {
      const waived = Object.values(obligations).some((o) => o.rule === obligation && o.decision?.ground === ground);
      return { value: waived, because: [`${obligation} was ${waived ? '' : 'not '}waived on the ground ${ground}`] };
    },
  }),
};

export type FactName = keyof typeof FACTS;
type OperandsOf<N extends FactName> = (typeof FACTS)[N] extends Fact<infer O> ? O : never;

/** A condition on one fact: its name, and what is asked of it. */
export type FactCondition = { [N in FactName]: Record<N, OperandsOf<N>> }[FactName];

/** The name and the entry behind a condition on one fact. */
export function factOf(condition: FactCondition): { name: FactName; fact: Fact<unknown>; operands: unknown } {
  const [name, operands] = Object.entries(condition)[0] as [FactName, unknown];
  return { name, fact: FACTS[name] as Fact<unknown>, operands };
}
