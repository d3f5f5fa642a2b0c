/** Facts that cannot both be true. Whoever states them is told which two, and decides which one is. */
import { boundsOf, type Count, isExact } from '../../kernel/count';
import { residentsOf, TOLERANCE } from '../../policy/places';
import type { DataSet } from './data-set';

/** A contradiction, at one of its two fields; the words name the other. */
export interface Contradiction {
  path: Array<string | number>;
  message: string;
}

interface Stated {
  personalData: string;
  dataSets: Array<Pick<DataSet, 'individuals' | 'residence' | 'risk' | 'significantHarm' | 'protection'>>;
}

/** The contradictions within an assessment. */
export function contradictionsIn({ personalData, dataSets }: Stated): Contradiction[] {
  return dataSets.flatMap((dataSet, index) => {
    const at = (...names: string[]) => ['dataSets', index, ...names];
    const found: Contradiction[] = [];
    if (personalData === 'no' && ['risk', 'high'].includes(dataSet.risk)) {
      found.push({
        path: at('risk'),
        message: `is ${dataSet.risk} while "personalData" is "no": without personal data nobody is at risk; correct one of them`,
      });
    }
    if (personalData === 'no' && dataSet.significantHarm === 'yes') {
      found.push({
        path: at('significantHarm'),
        message:
          'is "yes" while "personalData" is "no": without personal data nobody comes to harm; correct one of them',
      });
    }
    if (dataSet.risk === 'unlikely' && dataSet.protection.keysTaken === 'yes') {
      found.push({
        path: at('risk'),
        message:
          'is "unlikely" while "protection.keysTaken" is "yes": whoever has the keys can read the data; correct one of them',
      });
    }
    const residents = residentsOf(dataSet.residence);
    if (dataSet.individuals !== undefined && residents > mostOf(dataSet.individuals)) {
      found.push({
        path: at('individuals'),
        message: `does not add up with "residence", which has ${residents} people: correct one of them`,
      });
    }
    return found;
  });
}

function mostOf(count: Count): number {
  const most = boundsOf(count)?.most ?? Number.POSITIVE_INFINITY;
  return isExact(count) ? most : most * (1 + TOLERANCE);
}
