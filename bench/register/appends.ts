/** What the parts of the benchmark append, and as the worker does: who acted, and free text, under the incident's data key. */
import type pg from 'pg';
import { loadDisclosures } from '../../policy/load-disclosure';
import { Appender } from '../../register/append/appender';
import type { RegisterEvent } from '../../register/entry';

export const disclosures = loadDisclosures();

export function appenderOn(pool: pg.Pool): Appender {
  return new Appender(pool, (kind, pointer, text) => disclosures.isPersonal(kind, pointer, text));
}

/** An event of the size that is common. */
export const event = (incidentId: string, seq: number): RegisterEvent => ({
  v: 1,
  incidentId,
  seq,
  at: '2026-04-01T03:00:00.000Z',
  kind: 'measure-recorded',
  by: 'on-call',
  exercise: false,
  data: {
    text: `Step ${seq} of the containment: tokens rotated, sessions ended, hosts isolated`,
    category: 'containment',
  },
});
