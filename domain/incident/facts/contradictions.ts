/** Facts that cannot both be true. Whoever states them is told which two, and decides which one is. */
import { boundsOf, type Count, isExact } from '../../kernel/count';
import { earliestOf, latestOf, type When } from '../../kernel/inexact-instant';
import { toMs } from '../../kernel/time';
import { residentsOf, TOLERANCE } from '../../policy/places';
import type { Contradiction } from './contradiction';
import type { DataSet } from './data-set';
import { type WorkspaceNumbers, workspaceContradictions } from './workspace-numbers';

interface Stated {
  personalData: string;
  periodFrom?: When | undefined;
  periodTo?: When | undefined;
  perWorkspace?: WorkspaceNumbers | undefined;
  dataSets: Array<
    Pick<DataSet, 'id' | 'individuals' | 'records' | 'residence' | 'risk' | 'significantHarm' | 'protection'>
  >;
}

/** The contradictions within an assessment. */
export function contradictionsIn({
  personalData,
  periodFrom,
  periodTo,
  dataSets,
  perWorkspace = {},
}: Stated): Contradiction[] {
  // Of times that are not known exactly, only readings of which none fits contradict.
  const reversed = periodFrom && periodTo && toMs(earliestOf(periodFrom)) > toMs(latestOf(periodTo));
  const to = typeof periodTo === 'object' ? periodTo.stated : periodTo;
  const period = { path: ['periodFrom'], message: `is after "periodTo", which is ${to}: correct one of them` };
  return [
    ...(reversed ? [period] : []),
    ...dataSets.flatMap((_, index) => inDataSet(personalData, dataSets, index)),
    ...workspaceContradictions(perWorkspace, dataSets),
  ];
}

function inDataSet(personalData: string, dataSets: Stated['dataSets'], index: number): Contradiction[] {
  const dataSet = dataSets[index]!;
  const at = (...names: string[]) => ['dataSets', index, ...names];
  const found: Contradiction[] = [];
  // Whoever was told of the one would count as told of the other.
  const first = dataSets.findIndex(({ id }) => id === dataSet.id);
  if (first < index) {
    found.push({
      path: at('id'),
      message: `is "${dataSet.id}", as is that of "dataSets.${first}": give each data set an id of its own`,
    });
  }
  if (personalData === 'no' && ['risk', 'high'].includes(dataSet.risk)) {
    found.push({
      path: at('risk'),
      message: `is ${dataSet.risk} while "personalData" is "no": without personal data nobody is at risk; correct one of them`,
    });
  }
  if (personalData === 'no' && dataSet.significantHarm === 'yes') {
    found.push({
      path: at('significantHarm'),
      message: 'is "yes" while "personalData" is "no": without personal data nobody comes to harm; correct one of them',
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
}

function mostOf(count: Count): number {
  const most = boundsOf(count)?.most ?? Number.POSITIVE_INFINITY;
  return isExact(count) ? most : most * (1 + TOLERANCE);
}
