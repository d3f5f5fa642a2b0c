/** What happens to a case of any kind beside its clock: somebody asked to cancel it, or its work fails. */
import type { Alarm, Threshold } from './alarm';
import { showLine } from './alarm-commands';

/** `obligation` and `measure` name what it is about; `detail` is in the words of what failed. */
export interface Occasion {
  threshold: Extract<Threshold, { kind: 'cancel-requested' | 'failing' | 'register-damaged' | 'undecided' }>;
  obligation?: string;
  measure?: string;
  detail?: string;
}

/** The alarm of an occasion that is about the case as a whole. */
export function caseAlarm({ threshold, detail }: Occasion, { caseId }: { caseId: string }): Alarm {
  return { threshold, about: { kind: 'case' }, todo: 'look-into', detail, commands: [showLine(caseId)] };
}
