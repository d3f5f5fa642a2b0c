import { ApplicationFailure } from '@temporalio/common';
import { obligationOf } from '../../domain/case/alarm';
import type { AlarmInput, FilingTaskInput } from '../types';
import { alarmMail, filingTaskMail } from './alarm-text';
import { type EscalationDeps, escalate, firstAddress } from './escalate';
import { mailStaffOnce, type StaffMailDeps } from './send-once';
import { linksOfAlarm } from './staff-links';

/**
 * Mails an alarm to the first person of its escalation, once for its sequence number and instant, and hands it over to the
 * escalation, which repeats it. Both are tried whatever becomes of the other. An alarm of an exercise is one mail to the
 * recorder, and has no escalation.
 */
export async function raiseAlarm(
  deps: StaffMailDeps & { escalation: EscalationDeps },
  input: AlarmInput,
): Promise<void> {
  const key = `${scope(input)}alarm/${input.incidentId}/${input.seq}`;
  // A run that was lost before its entries were written, or was reset, may have given the number to another alarm.
  const mark = `${key} of ${input.at}`;
  const { incidentId, exercise } = input;
  const effect = { incidentId, exercise, obligation: obligationOf(input) };
  if (exercise) return mailStaffOnce(deps, input.to, alarmMail(input), effect, key, mark);
  const { contacts, escalation, log } = deps;
  const [mailed, escalated] = await Promise.allSettled([
    firstAddress({ contacts, rota: escalation.rota }, input).then((to) =>
      mailStaffOnce(
        deps,
        to,
        alarmMail(input, linksOfAlarm(escalation.linkMaker, { caseId: incidentId, to, at: input.at }, input)),
        effect,
        key,
        mark,
      ),
    ),
    escalate(escalation, input),
  ]);
  if (escalated.status === 'rejected') throw escalated.reason;
  if (mailed.status === 'fulfilled') return;
  if (!(mailed.reason instanceof ApplicationFailure) || !mailed.reason.nonRetryable) throw mailed.reason;
  // Repeating this mail cannot help; the escalation goes on through the other ports and to the next person.
  log.error({ caseId: incidentId, key, problem: mailed.reason.message }, 'an alarm could not be mailed');
}

/** Mails the task to file a dossier to its owner, once for its obligation and round. */
export function openFilingTask(deps: StaffMailDeps, input: FilingTaskInput): Promise<void> {
  return mailStaffOnce(
    deps,
    input.to,
    filingTaskMail(input, input.exercise ? undefined : deps.linkMaker?.address),
    input,
    `${scope(input)}filing/${input.incidentId}/${input.obligation}/${input.round}`,
  );
}

/** An exercise's marks never stand for a real alarm of the same number. */
function scope({ exercise }: { exercise: boolean }): string {
  return exercise ? 'exercise/' : '';
}
