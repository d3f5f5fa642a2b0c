/**
 * One round of the audit watch, started by a schedule: every log under watch is verified, and damage is raised as a
 * detection at once. The rules decide what follows; by the default ones, an incident.
 */
import { sleep } from '@temporalio/workflow';
import type { AuditCheck } from '../activities/types';
import type { Detection } from '../domain/detection/detection';
import { toInstant } from '../domain/kernel/time';
import { activities, UNTIL_DONE } from './lib/activity-calls';

/** What a round found, for who looks at it in the Web UI. */
export type AuditRound = Array<Pick<AuditCheck, 'log' | 'outcome'>>;

/** A whole log of any size; the heartbeat tells a dead worker from a long log. */
const VERIFYING = {
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '60 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
} as const;

/** A log that cannot be read may be there a moment later. */
const ATTEMPTS = 3;
const BETWEEN_ATTEMPTS = '20 seconds';

/** @param _begun says under the seal, where there are keys, that the workers' own schedule began it. */
export async function auditWatch(_begun?: object): Promise<AuditRound> {
  const logs = await activities(UNTIL_DONE, 'which audit logs').auditLogs();
  return Promise.all(logs.map(watch));
}

async function watch(log: string): Promise<AuditRound[number]> {
  for (let attempt = 1; ; attempt++) {
    const found = await activities(VERIFYING, `verify ${log}`).checkAuditLog({ log });
    const { outcome } = found;
    if (outcome === 'intact') return { log, outcome };
    if (outcome === 'unreadable' && attempt < ATTEMPTS) {
      await sleep(BETWEEN_ATTEMPTS, { summary: `${log} cannot be read; trying again` });
      continue;
    }
    const detections = [detectionOf(found)];
    await activities(UNTIL_DONE, `${log} is ${outcome}: raise a detection`).raiseDetections({ detections });
    return { log, outcome };
  }
}

/** Damage at one line of a log is one detection, however often it is found; an unreadable log is one a day. */
function detectionOf(found: Exclude<AuditCheck, { outcome: 'intact' }>): Detection {
  const { log, outcome, reason } = found;
  const at = toInstant(Date.now());
  const common = {
    source: 'audit-log',
    format: 'audit-log',
    type: `audit.${outcome}`,
    correlationId: log,
    at,
    scope: 'platform',
  } as const;
  const lists = { systems: [log], indicators: [], subjects: [] };
  if (outcome === 'unreadable') {
    return {
      ...common,
      ...lists,
      eventId: `${log} unreadable ${at.slice(0, 10)}`,
      title: `The audit log ${log} cannot be read`,
      severity: 'sev2',
      facts: { log, reason: reason.slice(0, 500) },
    };
  }
  const { line, kind, entries, head } = found;
  return {
    ...common,
    ...lists,
    eventId: `${log} line ${line}`,
    title: `The audit log ${log} was altered: ${kind} at line ${line}`,
    severity: 'sev1',
    facts: { log, line, kind, reason: reason.slice(0, 500), entries, head },
  };
}
