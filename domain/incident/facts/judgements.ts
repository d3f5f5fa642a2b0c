/**
 * Why a risk was judged as it was, apart from the data sets that it is about. The register shows data sets to customers; the
 * reasoning is for authorities, and can be erased.
 */
import type { Assessment } from '../assessment';
import type { DataSet } from './data-set';

/** Judgements by the id of their data set. */
export type Judgements = Record<string, NonNullable<DataSet['riskJudgement']>>;

/** An assessment as an event holds it. */
export function judgementsApart(assessment: Assessment): { assessment: Assessment; judgements?: Judgements } {
  const judgements: Judgements = {};
  const dataSets = assessment.dataSets.map(({ riskJudgement, ...dataSet }) => {
    if (riskJudgement) judgements[dataSet.id] = riskJudgement;
    return dataSet;
  });
  const apart = { ...assessment, dataSets };
  return Object.keys(judgements).length > 0 ? { assessment: apart, judgements } : { assessment: apart };
}

/** The assessment as it was stated. Where the data sets are withheld or erased, so is what is said of them. */
export function withJudgements(assessment: Assessment, judgements: Judgements = {}): Assessment {
  const dataSets = assessment.dataSets.map((dataSet) => {
    const riskJudgement = judgements[dataSet.id];
    return riskJudgement ? { ...dataSet, riskJudgement } : dataSet;
  });
  return { ...assessment, dataSets };
}
