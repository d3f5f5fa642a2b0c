/** The dependency check as it is configured: paths and addresses from the settings, the rest in Postgres. */
import path from 'node:path';
import type { Pool } from 'pg';
import { loadDependencyPolicy } from '../../policy/load-dependencies';
import type { DependencyPort } from './dependency-activities';
import { runCheck } from './run-check';
import type { DependencySettings } from './settings';
import { receivedAdvisories } from './store/advisories';
import { changePatchRows, donePatchActions, pendingPatchActions, settlePatchTask } from './store/patch-rows';

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
