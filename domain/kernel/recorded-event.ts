/** What is common to every entry of the register, whatever it is about. */
import type { Instant } from './time';

/**
 * What every entry of the register carries, whatever it is about. `incidentId` is the id of the incident or of the case;
 * `seq` counts from 1 without gaps within it; `at` is its own clock.
 */
export interface RecordedEvent {
  /** Version of the event's form. */
  v: 1;
  incidentId: string;
  seq: number;
  at: Instant;
  /** A person's handle, a tool's name, or `tocsin`. */
  by: string;
  exercise: boolean;
  /** The id under which the command that caused it came, where it had one. */
  commandId?: string | undefined;
  kind: string;
  data: object;
}

/** The name under which Tocsin itself acts. */
export const TOCSIN = 'tocsin';
