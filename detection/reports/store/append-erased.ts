import type { Pool } from 'pg';
import { Appender } from '../../../register/append/appender';
import { UnknownIncidentError } from '../../../register/errors';
import { readIncidentEvents } from '../../../register/read-incident';

/** Records that a closed report was erased, as the entry after its last one; once. A report without entries has none. */
export async function appendAfterClose(pool: Pool, reportId: string, by: string, now: Date): Promise<void> {
  const events = await readIncidentEvents(pool, reportId).catch((error: unknown) => {
    if (error instanceof UnknownIncidentError) return [];
    throw error;
  });
  const last = events.at(-1);
  if (!last || events.some(({ kind }) => (kind as string) === 'erased')) return;
  const { exercise, seq } = last;
  const at = now.toISOString();
  const appender = new Appender(pool);
  try {
    await appender.append([{ v: 1, incidentId: reportId, seq: seq + 1, at, by, exercise, kind: 'erased', data: {} }]);
  } finally {
    await appender.close();
  }
}
