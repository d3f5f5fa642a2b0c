import { randomBytes } from 'node:crypto';

/** A new id, as `INC-20260401-9f3a`: a day in UTC, and four hex digits against two on the same day. */
export function newIncidentId(now: Date = new Date(), prefix = 'INC'): string {
  return `${prefix}-${now.toISOString().slice(0, 10).replaceAll('-', '')}-${randomBytes(2).toString('hex')}`;
}
