/**
 * Numbers of single workspaces against those of the data set that they are part of. One person may be in several
 * workspaces, so people are compared one workspace at a time; a record is in one of them, so records are added up too.
 */
import { boundsOf, type Count, isExact } from '../../kernel/count';
import { residentsOf, TOLERANCE } from '../../policy/places';
import type { Contradiction } from './contradiction';
import type { DataSet } from './data-set';

type Numbered = Pick<DataSet, 'id' | 'individuals' | 'records' | 'residence'>;
/** By data set and workspace. */
export type WorkspaceNumbers = Record<
  string,
  Record<string, { individuals?: Count | undefined; records?: Count | undefined }>
>;

/** What cannot be so: more in a workspace, or in all of them, than in the whole data set. */
export function workspaceContradictions(perWorkspace: WorkspaceNumbers, dataSets: Numbered[]): Contradiction[] {
  return dataSets.flatMap((dataSet, index) => {
    const of = Object.entries(perWorkspace[dataSet.id] ?? {});
    if (of.length === 0) return [];
    const people = mostPeople(dataSet, index);
    const records = mostOf(dataSet.records);
    const where = (workspace: string, field: string) => ['perWorkspace', dataSet.id, workspace, field];
    const found = of.flatMap(([workspace, own]): Contradiction[] => [
      ...(people && leastOf(own.individuals) > people.most
        ? [{ path: where(workspace, 'individuals'), message: above(people.field, people.said) }]
        : []),
      ...(records !== undefined && leastOf(own.records) > records
        ? [{ path: where(workspace, 'records'), message: above(`dataSets.${index}.records`, figure(dataSet.records!)) }]
        : []),
    ]);
    const sum = of.reduce((total, [, own]) => total + leastOf(own.records), 0);
    if (found.length > 0 || records === undefined || sum <= records) return found;
    const message = `adds up to ${sum} records, more than "dataSets.${index}.records", which has ${figure(dataSet.records!)}: correct one of them`;
    return [{ path: ['perWorkspace', dataSet.id], message }];
  });
}

/** The people of a data set at most: as stated, or else those of its places, where each has a number. */
function mostPeople(
  { individuals, residence }: Numbered,
  index: number,
): { most: number; said: number; field: string } | undefined {
  const most = mostOf(individuals);
  if (most !== undefined) return { most, said: figure(individuals!), field: `dataSets.${index}.individuals` };
  const counts = Object.values(residence);
  if (individuals !== undefined || counts.length === 0 || counts.includes(null)) return undefined;
  const said = residentsOf(residence);
  return { most: said * (1 + TOLERANCE), said, field: `dataSets.${index}.residence` };
}

function mostOf(count: Count | undefined): number | undefined {
  const most = count === undefined ? undefined : boundsOf(count)?.most;
  return most === undefined || isExact(count!) ? most : most * (1 + TOLERANCE);
}

function leastOf(count: Count | undefined): number {
  return (count !== undefined && boundsOf(count)?.least) || 0;
}

function figure(count: Count): number {
  return boundsOf(count)!.most!;
}

function above(field: string, most: number): string {
  return `is more than "${field}", which has ${most} in all: correct one of them`;
}
