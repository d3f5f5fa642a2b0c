/**
 * What is said of single data sets in free text, apart from the data sets: why a risk was judged as it was, and what it may
 * mean for the people. The register shows data sets whole to customers and keeps them; a free text can be erased, and the
 * reasoning is for authorities.
 */
import type { Assessment } from '../assessment';
import type { DataSet } from './data-set';

/** Judgements by the id of their data set. */
export type Judgements = Record<string, NonNullable<DataSet['riskJudgement']>>;
/** Likely consequences by the id of their data set. */
export type Consequences = Record<string, string>;

/** An assessment as an event holds it. */
export interface StatedApart {
  assessment: Assessment;
  judgements?: Judgements;
  consequences?: Consequences;
}

/** Takes what is said of single data sets out of them. */
export function judgementsApart(assessment: Assessment): StatedApart {
  const judgements: Judgements = {};
  const consequences: Consequences = {};
  const dataSets = assessment.dataSets.map(({ riskJudgement, likelyConsequences, ...dataSet }) => {
    if (riskJudgement) judgements[dataSet.id] = riskJudgement;
    if (likelyConsequences) consequences[dataSet.id] = likelyConsequences;
    return dataSet;
  });
  return {
    assessment: { ...assessment, dataSets },
    ...(Object.keys(judgements).length > 0 && { judgements }),
    ...(Object.keys(consequences).length > 0 && { consequences }),
  };
}

/** The assessment as it was stated. Where the data sets are withheld or erased, so is what is said of them. */
export function withJudgements({ assessment, judgements = {}, consequences = {} }: StatedApart): Assessment {
  const dataSets = assessment.dataSets.map((dataSet) => {
    const riskJudgement = judgements[dataSet.id];
    const likelyConsequences = consequences[dataSet.id];
    return { ...dataSet, ...(riskJudgement && { riskJudgement }), ...(likelyConsequences && { likelyConsequences }) };
  });
  return { ...assessment, dataSets };
}
