import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MeasureInput } from '../../../activities/types';
import type { ContainmentMeasure } from '../../../domain/incident/incident';
import { measureId } from '../../../domain/incident/incident';
import {
  type CloudflareRecorder,
  type CloudflareRecorderOptions,
  startCloudflareRecorder,
} from '../../../stack/cloudflare-recorder';

/** The secret of the signed webhooks in these tests. */
export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** The call that the workflow makes for a measure. */
export function call(measure: ContainmentMeasure, over: Partial<MeasureInput> = {}): MeasureInput {
  return { incidentId: 'INC-1', exercise: false, round: 1, id: measureId(measure), measure, ...over };
}

export const block = (source: string, over?: Partial<MeasureInput>) => call({ action: 'block-source', source }, over);
export const rotate = (provider: string, ref: string, over?: Partial<MeasureInput>) =>
  call({ action: 'rotate-credential', credential: { provider, ref } }, over);
export const isolate = (system: string, over?: Partial<MeasureInput>) =>
  call({ action: 'isolate-system', system }, over);

const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Has something undone after the test, last come first served. */
export function afterTest(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** A folder for the test, removed after it. */
export function folder(): string {
  const dir = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'tocsin-containment-'));
  afterTest(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A recorder for the test, stopped after it. */
export async function recorder(options: Partial<CloudflareRecorderOptions> = {}): Promise<CloudflareRecorder> {
  const started = await startCloudflareRecorder({ dir: folder(), ...options });
  afterTest(() => started.stop());
  return started;
}
