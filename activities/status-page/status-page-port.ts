import type { IncidentStatus } from '../../domain/incident/incident';
import type { Instant } from '../../domain/kernel/time';

/** The statuses that readers know from public status pages. */
export type PublicStatus = 'investigating' | 'identified' | 'monitoring' | 'resolved';

/**
 * One approved update. It stands once for its incident, obligation and round, whatever is repeated; a correction takes the place
 * of a text that one page took and another refused.
 */
export interface StatusUpdate {
  incidentId: string;
  obligation: string;
  round: number;
  at: Instant;
  status: PublicStatus;
  /** Text as approved; nothing else of the incident is published. */
  subject: string;
  text: string;
  detectedAt: Instant;
  exercise: boolean;
  /** The first, second … correction of its round. */
  correction?: number;
}

/** Where the public reads how the service is. */
export interface StatusPagePort {
  publish(update: StatusUpdate): Promise<{ url: string }>;
}

/** `contained` says that the damage is stopped, not that a fix is in place: `identified`, the more careful of the two. */
export function publicStatus(status: IncidentStatus): PublicStatus {
  switch (status) {
    case 'declared':
    case 'investigating':
      return 'investigating';
    case 'identified':
    case 'contained':
      return 'identified';
    default:
      return status;
  }
}
