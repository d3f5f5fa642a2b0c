/** What happens to a case of any kind beside its clock: somebody asked to cancel it, or its work fails. */
import type { Alarm, Threshold } from './alarm';
import { commandsFor, showLine } from './alarm-commands';

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

/**
 * The alarm of a run that has stopped itself, as the register has another `entry` of the case than it made. An exercise is
 * played again instead.
 */
export function forkedAlarm(entry: number, { caseId, exercise }: { caseId: string; exercise: boolean }): Alarm {
  const about = { kind: 'case' } as const;
  const threshold = { kind: 'forked', entry } as const;
  if (exercise) return { threshold, about, todo: 'look-into', commands: [showLine(caseId)] };
  return { threshold, about, todo: 'resume', commands: commandsFor('resume', caseId, about) };
}
