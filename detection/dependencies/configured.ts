/** The dependency check as it is configured: paths and addresses from the environment, the rest in Postgres. */
import path from 'node:path';
import type { Pool } from 'pg';
import { loadDependencyPolicy } from '../../policy/load-dependencies';
import type { DependencyPort } from './dependency-activities';
import { runCheck } from './run-check';
import { receivedAdvisories } from './store/advisories';
import { changePatchRows, donePatchActions, pendingPatchActions, settlePatchTask } from './store/patch-rows';

/** `NAME=PATH` or `PATH` of lock files and SBOMs; folders, files and addresses with OSV records. */
export interface DependencySettings {
  inventories: string[];
  advisories: string[];
}

export function configuredDependencies(pool: Pool, dataDir: string, settings: DependencySettings): DependencyPort {
  const cacheDir = path.join(dataDir, 'advisories');
  return {
    check: (beat) => runCheck({ ...settings, cacheDir, received: () => receivedAdvisories(pool) }, new Date(), beat),
    policy: () => loadDependencyPolicy(),
    tasks: {
      change: (decide) => changePatchRows(pool, decide),
      pending: (limit) => pendingPatchActions(pool, limit),
      done: (done) => donePatchActions(pool, done),
      settle: (key, round) => settlePatchTask(pool, key, round),
    },
  };
}
