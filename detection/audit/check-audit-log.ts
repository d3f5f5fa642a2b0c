/** The audit watch's look at one log. */

import type { AuditCheck } from '../../activities/types';
import type { LookResult } from './watcher';

/** The logs under watch, as `audit/watcher.ts` gives them. */
export interface AuditPort {
  logs: ReadonlyArray<{ name: string }>;
  look(name: string, onProgress: (sofar: { lines: number; bytes: number }) => void): Promise<LookResult>;
  /** Writes into Tocsin's own audit log what of the configuration has changed since it was last written there. */
  noteConfiguration(): Promise<void>;
}

/** Looks at a log. What is wrong with it is a result, not an error. `beat` is called at least every few seconds. */
export async function checkAuditLog(audit: AuditPort, log: string, beat: (lines: number) => void): Promise<AuditCheck> {
  const found = await audit.look(log, ({ lines }) => beat(lines));
  if (found.outcome === 'unreadable') return { log, outcome: 'unreadable', reason: found.reason };
  const { outcome, whole, entries, head, damage } = found;
  const seen = { log, whole, entries, head: `${head.seq}:${head.hash}` };
  if (!damage) return { outcome: 'intact', ...seen };
  return { outcome: outcome as 'damaged', ...seen, ...damage };
}
