/** From an accepted detection to its case: the inbox, the way around it while Postgres is away, and the dispatcher. */

import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { TocsinClient } from '../../../client/tocsin-client';
import type { Detection } from '../../../domain/detection/detection';
import { tocsin } from '../../../domain/kernel/command-lines';
import { Inbox } from './accept';
import { checkingAdvisories, createCheckStarter } from './advisory-checks';
import { Dispatcher, UNPROVED } from './dispatcher';
import { handBack } from './hand-back';
import { createHandOver, isTemporalAway } from './hand-over';
import { InboxProofs } from './inbox-proof';
import { rulesInForce } from './rules-in-force';
import { createStore } from './store';

export interface PipelineOptions {
  pool: Pool;
  /** With the data converter of the workers. */
  temporal: Client;
  taskQueue: string;
  /** Those of workers and intake (`ID:BASE64`), by which what was accepted is proved. */
  encryptionKeys: readonly string[];
  /** Detection rules; `policy/detection.yaml` without it. */
  rulesFile?: string;
  log: Logger;
}

export interface Pipeline {
  /** Stores detections for good, in Postgres or in Temporal; rejects when neither takes them. */
  store(detections: Detection[]): Promise<void>;
  /** What the activities of a worker do with it. */
  inbox: {
    accept(detections: Detection[]): Promise<void>;
    handBack(caseId: string, detections: Detection[]): Promise<number[]>;
  };
  /** Something was put into the inbox otherwise: look now. */
  poke(): void;
  start(): void;
  /** Finishes the rows in hand. */
  stop(): Promise<void>;
}

/** A detection waits no longer for a worker to open its case: Temporal keeps it. */
const OPENED_WITHIN_MS = 3_000;
/** An outage is told at most this often. */
const TELL_MS = 30_000;

/** Puts the parts together. Throws when the rules are not valid. */
export function createPipeline({
  pool,
  temporal,
  taskQueue,
  encryptionKeys,
  rulesFile,
  log,
}: PipelineOptions): Pipeline {
  const rules = rulesInForce(rulesFile, (problem) =>
    log.error({ problem }, 'the edited detection rules are not valid: the former ones stay in force'),
  );
  const handOver = checkingAdvisories(
    createHandOver(new TocsinClient(temporal, taskQueue, OPENED_WITHIN_MS), rules),
    createCheckStarter(temporal, taskQueue),
  );
  const proofs = new InboxProofs(encryptionKeys);
  const toldAt = new Map<string, number>();
  const dispatcher = new Dispatcher({
    pool,
    handOver,
    proofs,
    isAway: isTemporalAway,
    onTrouble(what, fields) {
      if (what === 'parked') {
        log.error(
          fields,
          fields.problem === UNPROVED
            ? `a row of the inbox was written or changed by nobody who has the keys, and opens no case: see \`${tocsin('intake status', {})}\`, and who has the writer's login`
            : `a detection is parked: see \`${tocsin('intake status', {})}\`, mend the cause, then \`${tocsin('intake retry', {})}\``,
        );
        return;
      }
      if (Date.now() - (toldAt.get(what) ?? 0) < TELL_MS) return;
      toldAt.set(what, Date.now());
      if (what === 'keys') log.error(fields, 'detections wait: the workers cannot read what is sealed here');
      else log.warn(fields, `detections wait: ${what} cannot be used`);
    },
  });
  const inbox = new Inbox(pool, () => dispatcher.poke(), proofs);
  const store = createStore(inbox, handOver, (error) => {
    const { code, name } = error as { code?: unknown; name?: string };
    log.warn({ code: code ?? name }, 'the inbox cannot be written: detections go to Temporal');
  });
  const given = {
    accept: store,
    async handBack(caseId: string, detections: Detection[]) {
      const stay = await handBack(pool, caseId, detections, proofs);
      dispatcher.poke();
      return stay;
    },
  };
  return {
    ...{ store, inbox: given },
    ...{ poke: () => dispatcher.poke(), start: () => dispatcher.start(), stop: () => dispatcher.stop() },
  };
}
