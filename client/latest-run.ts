/** What an id stands for in Temporal. */
import type { Client } from '@temporalio/client';
import type { Instant } from '../domain/kernel/time';
import { latestOf } from './executions';
import { ATTRIBUTES } from './start-options';

/** What runs or ran under an id: the type of its workflow, whether it runs, how and when it ended. */
export interface LatestRun {
  workflow: string;
  open: boolean;
  status: string;
  endedAt?: Instant;
  /** Of a case: its own word for where it stands. */
  caseStatus?: string;
  /** The first run of those that followed each other by continue-as-new. */
  first?: string;
  /** Changes with whatever happens to a case: its run, how long its history is, how it stands. */
  mark: string;
}

/** The latest run under an id, whatever it is. `undefined` where there is none. */
export async function latestRun(temporal: Client, id: string): Promise<LatestRun | undefined> {
  const latest = await latestOf(temporal, id);
  if (!latest) return undefined;
  const { type, status, closeTime } = latest;
  const caseStatus = latest.typedSearchAttributes.get(ATTRIBUTES.status);
  const endedAt = closeTime?.toISOString();
  const mark = [latest.runId, latest.historyLength, status.code].join('.');
  return {
    ...{ workflow: type, open: status.name === 'RUNNING', status: status.name, mark },
    ...(latest.raw.firstRunId && { first: latest.raw.firstRunId }),
    ...(endedAt && { endedAt }),
    ...(caseStatus && { caseStatus }),
  };
}
