import type { RecordedEvent } from '../../../domain/kernel/recorded-event';

/** What the parts of the benchmark append and verify: an event of the size that is common. */
export const event = (incidentId: string, seq: number, at = '2026-04-01T03:00:00.000Z'): RecordedEvent => ({
  v: 1,
  incidentId,
  seq,
  at,
  kind: 'measure-recorded',
  by: 'on-call',
  exercise: false,
  data: {
    text: `Step ${seq} of the containment: tokens rotated, sessions ended, hosts isolated`,
    category: 'containment',
  },
});
