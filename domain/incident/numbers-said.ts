/** What a notice says of how many: people and records, of each workspace its own, and where the people live. */

import { type Count, sumOf } from '../kernel/count';
import type { ContentField } from '../policy/rule';
import type { ContentValue, NoticeAbout } from './content-value';
import type { DataSet } from './incident';
import { type Line, some } from './said';

/** The people, or the records, of all data sets (GDPR Art. 33(3)(a)): what is known so far where one has no count yet. */
export function countLine(dataSets: DataSet[], of: (dataSet: DataSet) => Count | undefined): Line[] | undefined {
  const known = dataSets.map(of).filter((count) => count !== undefined);
  const count = sumOf(known);
  if (count === undefined) return undefined;
  return [{ is: 'count', count, open: dataSets.length - known.length, of: dataSets.length }];
}

/** A total over several customers is nobody's number. */
export function isOfManyCustomers({ reader, state }: NoticeAbout): boolean {
  const workspaces = state.assessment?.facts.workspaces ?? [];
  return reader === 'customer' && (workspaces === 'all' || workspaces.length !== 1);
}

/** What each workspace is told of itself, where it is known. */
export function ownNumbers(field: ContentField, { reader, dataSets, state }: NoticeAbout): ContentValue['own'] {
  if (reader !== 'customer' || (field !== 'individuals-count' && field !== 'records-count')) return undefined;
  const what = field === 'individuals-count' ? 'individuals' : 'records';
  const affected = state.assessment?.facts.workspaces ?? [];
  const bySet = state.assessment?.facts.perWorkspace ?? {};
  const countsOf = (workspace: string) => dataSets.flatMap(({ id }) => bySet[id]?.[workspace]?.[what] ?? []);
  const named = [...new Set(dataSets.flatMap(({ id }) => Object.keys(bySet[id] ?? {})))].sort();
  const workspaces = named.filter((workspace) => countsOf(workspace).length > 0);
  if (workspaces.length === 0) return undefined;
  const of = Object.fromEntries(
    workspaces.map((workspace) => {
      const count = sumOf(countsOf(workspace))!;
      return [workspace, [{ is: 'count', count, open: 0, of: dataSets.length } satisfies Line]];
    }),
  );
  return { of, all: affected !== 'all' && affected.every((workspace) => workspace in of) };
}

/** Where the people of all data sets live, and how many; a place with an unknown count in one set has none. */
export function residenceLines(dataSets: DataSet[]): Line[] | undefined {
  const totals = new Map<string, number | null>();
  for (const dataSet of dataSets) {
    for (const [place, n] of Object.entries(dataSet.residence)) {
      const before = totals.get(place);
      totals.set(place, n === null || before === null ? null : (before ?? 0) + n);
    }
  }
  const sorted = [...totals].sort(([a], [b]) => (a < b ? -1 : 1));
  return some(sorted.map(([place, count]) => ({ is: 'residence', place, count })));
}
