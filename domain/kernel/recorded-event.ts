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
  /**
   * Why the command went straight to Temporal, past the server that finds out who acts: `by` is then how its sender named
   * themselves.
   */
  breakGlass?: string | undefined;
  kind: string;
  data: object;
}

/** The name under which Tocsin itself acts. */
export const TOCSIN = 'tocsin';

/** Ends the name of whoever acts without having proved who they are. */
export const UNAUTHENTICATED = '(unauthenticated)';

/** A name that nobody proved, as entries have it: cut to what an entry takes. */
export function unauthenticated(name: string): string {
  if (name.endsWith(` ${UNAUTHENTICATED}`)) return name;
  return `${name.slice(0, 100).trim() || 'somebody'} ${UNAUTHENTICATED}`;
}
