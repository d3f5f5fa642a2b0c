/** What is common to every entry of the register, whatever it is about. */
import type { Instant } from './time';

/**
 * What every entry of the register carries, whatever it is about. `incidentId` is the id of the incident or of the case;
 * `seq` counts from 1 without gaps within it; `at` is its own clock.
 */
export interface RecordedEvent {
  v: 1;
  incidentId: string;
  seq: number;
  at: Instant;
  by: string;
  exercise: boolean;
  commandId?: string;
  kind: string;
  data: object;
}

/** The name under which Tocsin itself acts. */
export const TOCSIN = 'tocsin';
