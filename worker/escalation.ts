/** How the alarms of a worker's live cases are repeated: from the settings, through Temporal. */
import { Context } from '@temporalio/activity';
import { createTemporalCases, type InRegister } from '../activities/paging/cases';
import type { EscalationDeps } from '../activities/paging/escalate';
import { createEscalationPorts } from '../activities/paging/ports';
import type { StaffMailDeps } from '../activities/paging/send-once';
import { loadEscalation, repeatFor } from '../policy/load-escalation';
import { rotaFile } from '../policy/rota-file';
import type { WorkerSettings } from '../settings/worker';

/** Throws when the rota or the escalation policy is wrong. `live`: what mails of live cases need. */
export function connectEscalation(
  settings: WorkerSettings['escalation'],
  live: StaffMailDeps,
  inRegister: InRegister,
): EscalationDeps {
  const policy = loadEscalation(settings.policyFile);
  // The client of the worker that runs the activity, with its payload encryption.
  const connected = () => {
    const { client, info } = Context.current();
    return { client, taskQueue: info.taskQueue };
  };
  return {
    ports: createEscalationPorts(settings, live),
    rota: settings.rotaFile ? rotaFile(settings.rotaFile, live.log) : async () => undefined,
    repeat: (severity) => repeatFor(policy, severity),
    cases: createTemporalCases(connected, inRegister, live.log),
    linkMaker: live.linkMaker,
  };
}
