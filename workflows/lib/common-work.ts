/** The work that every kind of case has done for its events: alarms go out, acknowledgements reach the escalation. */
import type { AlarmInput } from '../../activities/types';
import type { Alarm } from '../../domain/case/alarm';
import type { CaseState, Work } from '../../domain/case/lifecycle';
import type { Acknowledgement } from '../../domain/escalation/escalation';
import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { activities, UNTIL_DONE } from './activity-calls';
import { alarmSummary } from './alarm-summary';
import { tellEscalation } from './tell-escalation';

/** Kept until it is done. */
export type CommonWork =
  | (Work & { kind: 'alarm'; alarm: AlarmInput })
  | (Work & { kind: 'tell-acknowledged'; caseId: string; acknowledgement: Acknowledgement });

/** The common work that an event causes. An exercise has no escalation. */
export function commonWork(event: RecordedEvent, state: CaseState): CommonWork[] {
  const { kind, seq, by } = event;
  if (kind === 'alarm-raised') return [{ kind: 'alarm', key: `alarm ${seq}`, alarm: alarmOf(event, state) }];
  if (kind !== 'alarm-acknowledged' || state.exercise) return [];
  const { alarms, via } = event.data as Omit<Acknowledgement, 'by'>;
  const { caseId } = state;
  const acknowledgement = { by, alarms, ...(via && { via }) };
  return [{ kind: 'tell-acknowledged', key: `acknowledged ${seq}`, caseId, acknowledgement }];
}

export function isCommon(work: Work): work is CommonWork {
  return work.kind === 'alarm' || work.kind === 'tell-acknowledged';
}

export async function doCommonWork(work: CommonWork): Promise<void> {
  if (work.kind === 'tell-acknowledged') await tellEscalation(work.caseId, work.acknowledgement);
  else await activities(UNTIL_DONE, alarmSummary(work.alarm)).raiseAlarm(work.alarm);
}

function alarmOf({ seq, at, data }: RecordedEvent, state: CaseState): AlarmInput {
  const { caseId: incidentId, exercise, owner: to, severity, title: incidentTitle } = state;
  return { ...(data as Alarm), incidentId, exercise, seq, at, to, severity, incidentTitle };
}
