/** What Tocsin writes into its own audit log: what people did to incidents and cases, and changes of the configuration. */
import type { Pool } from 'pg';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { appendAudit, type KeyedAuditEvent } from './append';
import { AuditConflictError } from './errors';
import { lastAuditEntry } from './read';

/** Under this name Tocsin acts by itself: the register has that; the audit log is about people and tools. */
const ITSELF = 'tocsin';
/** Messages that were refused or changed nothing are actions as well, whoever sent them. */
const ALWAYS = new Set(['rejected', 'noted']);

/**
 * The actions of people and tools among events of the register. The entry names the event; what it says in detail stands
 * in the register, under the incident and number. The address from which a message came is not known here.
 */
export function actionsOf(events: readonly RecordedEvent[]): KeyedAuditEvent[] {
  return events.flatMap(({ incidentId, seq, at, kind, by, exercise, commandId, data }) => {
    if (by === ITSELF && !ALWAYS.has(kind)) return [];
    const { message } = data as { message?: unknown };
    return [
      {
        key: `${incidentId}/${seq}`,
        event: {
          at,
          actor: by,
          action: kind,
          target: incidentId,
          ip: '',
          data: {
            entry: seq,
            exercise,
            ...(commandId !== undefined && { commandId }),
            ...(typeof message === 'string' && { message: message.slice(0, 80) }),
          },
        },
      },
    ];
  });
}

/** Writes the actions among events of the register, each once. @throws like `appendAudit`. */
export async function auditActions(pool: Pool, events: readonly RecordedEvent[]): Promise<void> {
  const actions = actionsOf(events);
  if (actions.length > 0) await appendAudit(pool, actions);
}

/** A part of the configuration, told by a digest; `data` says more about it, without any secret. */
export interface ConfigurationPart {
  target: string;
  sha256: string;
  data?: KeyedAuditEvent['event']['data'];
}

const CHANGED = 'configuration.changed';

/** Writes each part that is another one than was written last. @throws the driver's error. */
export async function auditConfiguration(pool: Pool, parts: ConfigurationPart[], at: Date): Promise<void> {
  for (const { target, sha256, data } of parts) {
    const last = await lastAuditEntry(pool, CHANGED, target);
    if (last?.data.sha256 === sha256) continue;
    const previous = typeof last?.data.sha256 === 'string' ? last.data.sha256 : '';
    const event = {
      at: at.toISOString(),
      actor: ITSELF,
      action: CHANGED,
      target,
      ip: '',
      data: { ...data, sha256, previous },
    };
    try {
      await appendAudit(pool, [{ key: `${CHANGED}/${target}/${last?.seq ?? 0}/${sha256}`, event }]);
    } catch (error) {
      // Another worker, which started at the same moment, has written the same change.
      if (!(error instanceof AuditConflictError)) throw error;
    }
  }
}
