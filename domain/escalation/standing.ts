/** What a case's own state says about its alarms: the answer of its query `state`, read before a page goes out. Pure. */

import { obligationOf } from '../case/alarm';
import { DOUBT_OF, type Doubted } from '../incident/doubted-kinds';
import type { IncidentState } from '../incident/state';
import { isSettled } from '../incident/state';
import type { Instant } from '../kernel/time';
import type { EscalatedAlarm, Standing } from './escalation';

/** As much as is read of the views of incidents and cases. */
export interface ViewWithAlarms {
  state: {
    exercise?: boolean;
    closedAt?: Instant;
    unacknowledged?: number[];
    /** Incidents only. */
    obligations?: IncidentState['obligations'];
    containment?: IncidentState['containment'];
  } & Pick<IncidentState, (typeof DOUBT_OF)[Doubted]>;
  /** Cases only: the earliest deadline that is still owed, also one in the past; `null`: none. */
  nextDueAt?: Instant | null;
}

/**
 * An alarm is settled when its obligation is fulfilled, waived, not required or gone, or when its case owes no deadline as
 * early as the alarm's any more; that of a block when it no longer waits for a second person; that of a doubtful instant when it was confirmed or replaced. An exercise pages nobody: it stands as closed.
 */
export function standingOf({ state, nextDueAt }: ViewWithAlarms, alarms: readonly EscalatedAlarm[]): Standing {
  const { obligations, containment, unacknowledged } = state;
  const isDone = (alarm: EscalatedAlarm): boolean => {
    const [obligation, { dueAt, about }] = [obligationOf(alarm), alarm];
    if (about.kind === 'awareness' && obligations)
      return state[DOUBT_OF[about.of ?? 'awareness']]?.awareAt !== about.awareAt;
    if (alarm.threshold.kind === 'first-of-two' && about.kind === 'measure' && containment)
      return containment[about.measure]?.state !== 'awaits-second';
    if (obligation !== undefined && obligations) {
      const found = obligations[obligation];
      return !found || isSettled(found);
    }
    if (dueAt === undefined || nextDueAt === undefined) return false;
    return nextDueAt === null || dueAt < nextDueAt;
  };
  const numbers = (of: readonly EscalatedAlarm[]) => of.map(({ seq }) => seq);
  return {
    isClosed: state.closedAt !== undefined || state.exercise === true,
    settled: numbers(alarms.filter(isDone)),
    // A state from before alarms could be acknowledged knows nothing of it.
    acknowledged: unacknowledged ? numbers(alarms.filter(({ seq }) => !unacknowledged.includes(seq))) : [],
  };
}
