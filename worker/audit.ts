/** What a worker has to do with audit logs: it watches them, and writes Tocsin's own. */
import type { Pool } from 'pg';
import type { AuditPort } from '../detection/audit/check-audit-log';
import { AuditError } from '../detection/audit/errors';
import { auditActions, auditConfiguration } from '../detection/audit/own-log';
import { LogWatcher } from '../detection/audit/watcher';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { SCHEDULES } from '../domain/kernel/schedules';
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

/** The audit logs as the activities see them. */
export function createAudit(pool: Pool, settings: WorkerSettings, log: Log): AuditPort {
  const watcher = new LogWatcher(pool, settings.audit.logs, () => new Date());
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
