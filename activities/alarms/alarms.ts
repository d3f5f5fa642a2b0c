import type { AlarmInput, FilingTaskInput } from '../types';
import { alarmMail, filingTaskMail } from './alarm-text';
import { mailStaffOnce, type StaffMailDeps } from './send-once';

/** Mails an alarm to its contact, once for its sequence number. */
export function raiseAlarm(deps: StaffMailDeps, input: AlarmInput): Promise<void> {
  return mailStaffOnce(
    deps,
    input.to,
    alarmMail(input),
    input,
    `${scope(input)}alarm/${input.incidentId}/${input.seq}`,
  );
}

/** Mails the task to file a dossier to its owner, once for its obligation and round. */
export function openFilingTask(deps: StaffMailDeps, input: FilingTaskInput): Promise<void> {
  return mailStaffOnce(
    deps,
    input.to,
    filingTaskMail(input),
    input,
    `${scope(input)}filing/${input.incidentId}/${input.obligation}/${input.round}`,
  );
}

/** An exercise's marks never stand for a real alarm of the same number. */
function scope({ exercise }: { exercise: boolean }): string {
  return exercise ? 'exercise/' : '';
}
