/** What a worker has to do with audit logs: it watches them, and writes Tocsin's own. */
import type { Pool, PoolClient } from 'pg';
import type { AuditPort } from '../detection/audit/check-audit-log';
import { AuditError } from '../detection/audit/errors';
import { auditActions, auditConfiguration } from '../detection/audit/own-log';
import { LogWatcher } from '../detection/audit/watcher';
import { acceptWithin } from '../detection/intake/inbox/accept';
import { InboxProofs } from '../detection/intake/inbox/inbox-proof';
import { SessionConsumer } from '../detection/sessions/consumer';
import { authEventOf } from '../detection/sessions/from-audit';
import { openSight } from '../detection/sessions/open-sessions';
import type { Detection } from '../domain/detection/detection';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { SCHEDULES } from '../domain/kernel/schedules';
import type { AuthEvent } from '../domain/sessions/auth-event';
import type { Log } from '../platform/log';
import type { WorkerSettings } from '../settings/worker';
import { configurationParts } from './configuration';
import type { Recurring } from './schedules';

/** The audit watch. Its first round, at the start, verifies every log whole. */
export function auditSchedule({ taskQueue, audit }: WorkerSettings): Recurring {
  return {
    id: SCHEDULES.audit,
    everyMs: audit.everyMs,
    workflowType: 'auditWatch',
    args: [{}],
    taskQueue,
    summary: 'verifies the audit logs',
    atStart: true,
  };
}

/** The audit logs as the activities see them. `onRaised` is told when sign-ins in them raised detections. */
export async function createAudit(
  pool: Pool,
  settings: WorkerSettings,
  log: Log,
  onRaised: () => void,
): Promise<AuditPort> {
  const signIns = await signInRules(pool, settings, log, onRaised);
  const watcher = new LogWatcher(pool, settings.audit.logs, () => new Date(), signIns);
  return {
    logs: watcher.logs,
    look: (name, onProgress) => watcher.look(name, onProgress),
    async noteConfiguration() {
      try {
        await auditConfiguration(pool, configurationParts(settings), new Date());
      } catch (error) {
        // Neither an outage nor a broken pack keeps the worker from its work; the next round tries again.
        log.error({}, `the configuration could not be written to the audit log: ${(error as Error).message}`);
      }
    },
  };
}

/** The rules over sign-ins for the logs that are to feed them; undefined where none is. Throws as `openSight`. */
async function signInRules(
  pool: Pool,
  { audit, sessions, encryptionKeys }: WorkerSettings,
  log: Log,
  onRaised: () => void,
) {
  if (audit.signIns.length === 0) return undefined;
  const sight = await openSight(sessions);
  const proofs = new InboxProofs(encryptionKeys);
  const accept = (client: PoolClient, detections: readonly Detection[]) => acceptWithin(client, detections, proofs);
  const consumer = new SessionConsumer({ pool, ...sight, accept, onRaised });
  return {
    logs: new Set(audit.signIns),
    eventOf: (entry: unknown) => authEventOf(entry, sight.policy),
    consume: (name: string, events: AuthEvent[]) => consumer.consume(name, events),
    onFailed: (name: string, error: unknown) =>
      log.error(
        { log: name, code: (error as { code?: unknown }).code },
        'sign-ins of an audit log were not taken, or not all of them: they are at the next look',
      ),
  };
}

/** Writes the actions of people among events that the register has taken. An outage is thrown, to be tried again. */
export async function auditTaken(pool: Pool, events: readonly RecordedEvent[], log: Log): Promise<void> {
  try {
    await auditActions(pool, events);
  } catch (error) {
    // A fault that no retry mends must not keep the register from going on.
    if (!(error instanceof AuditError)) throw error;
    log.error({ code: error.code }, `an action could not be written to the audit log: ${error.message}`);
  }
}
