/** What is looked at before detections join or leave an incident: the case learns only later that the incident takes nothing. */
import type { CaseView } from '../domain/case/contract';
import { ask, tocsin } from '../domain/kernel/command-lines';
import { leftBy } from '../domain/triage/decided';
import type { TriageMessage } from '../domain/triage/messages';
import type { TriageState } from '../domain/triage/state';
import { refused } from './errors';
import { KINDS } from './kinds';
import { type Standing, stoppedError } from './stopped';

interface Looks {
  find(id: string): Promise<{ workflow: string } | undefined>;
  stands(id: string): Promise<Standing | undefined>;
  view(id: string): Promise<CaseView<TriageState> | undefined>;
}

/** Throws a CommandError where the incident that a `merge` or `unmerge` is about is not there, closed or stopped. */
export async function incidentMustTake(looks: Looks, caseId: string, name: string, message: object): Promise<void> {
  if (name === 'merge') {
    const { into } = message as TriageMessage<'merge'>;
    const found = await looks.find(into);
    if (found?.workflow !== KINDS.incident.workflow)
      throw refused(`there is no incident "${into}". \`${tocsin('list', {})}\` lists open ones`);
    if (!(await runs(looks, into)))
      throw refused(`incident "${into}" is closed: merge it into an open one, or declare a new one`);
  }
  if (name === 'unmerge') {
    const from = await leaves(looks, caseId, message as TriageMessage<'unmerge'>);
    if (from === undefined || (await runs(looks, from))) return;
    const line = tocsin('reopen', { id: from, reason: ask('reason') });
    throw refused(
      `incident "${from}" is closed: what it was closed on stays as it is. Reopen it first, then undo the merge: \`${line}\``,
    );
  }
}

/** Whether an incident runs, as opposed to being closed. Throws where it has stopped: that is to be resumed, not reopened. */
async function runs(looks: Looks, id: string): Promise<boolean> {
  const stands = await looks.stands(id);
  if (typeof stands === 'object') throw stoppedError(id, stands);
  return stands === 'running';
}

/** The incident that is to be left; `undefined` where the case itself has more to say to that. */
async function leaves(looks: Looks, caseId: string, message: TriageMessage<'unmerge'>): Promise<string | undefined> {
  const state = (await looks.view(caseId).catch(() => undefined))?.state;
  if (!state) return undefined;
  const left = leftBy(state, message);
  return 'from' in left ? left.from : undefined;
}
