import path from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../domain/incident/contract';
import { reportStep } from '../../platform/report-step';
import { type RunningTemporal, startTemporal } from '../../stack/temporal';

/** A dev server for one benchmark, its database in `dir`; never the Temporal that the environment is set to. */
export function startBenchTemporal(dir: string): Promise<RunningTemporal> {
  return reportStep('Temporal', (step) =>
    startTemporal({
      searchAttributes: SEARCH_ATTRIBUTES,
      database: path.join(dir, 'temporal.db'),
      env: { ...process.env, TEMPORAL_ADDRESS: undefined, TEMPORAL_CONFIG_FILE: path.join(dir, 'none.toml') },
      headless: true,
      step,
    }),
  );
}
