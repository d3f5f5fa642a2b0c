/** What is looked at before detections join or leave an incident: the case learns only later that the incident takes nothing. */
import type { CaseView } from '../domain/case/contract';
import { ask, tocsin } from '../domain/kernel/command-lines';
import { leftBy } from '../domain/triage/decided';
import type { TriageMessage } from '../domain/triage/messages';
import type { TriageState } from '../domain/triage/state';
import { type CommandError, NeverOpened, refused } from './errors';
import { KINDS } from './kinds';
import { type Standing, stoppedError } from './stopped';

type Message = { commandId?: string | undefined };

interface Looks {
  find(id: string): Promise<{ workflow: string } | undefined>;
  stands(id: string): Promise<Standing | undefined>;
  view(id: string): Promise<CaseView<TriageState> | undefined>;
}

/**
 * Throws a CommandError where the incident that a `merge` or `unmerge` is about is not there, closed or stopped. A command that the
 * case has handled goes on to it, as it answers that.
 */
export async function incidentMustTake(looks: Looks, caseId: string, name: string, message: Message): Promise<void> {
  const problem = await whyNot(looks, caseId, name, message);
  if (problem === undefined) return;
  const { commandId } = message;
  if (commandId !== undefined && (await stateOf(looks, caseId))?.handled.includes(commandId)) return;
  throw problem;
}

async function whyNot(looks: Looks, caseId: string, name: string, message: Message): Promise<CommandError | undefined> {
  if (name === 'merge') {
    const { into } = message as TriageMessage<'merge'>;
    const found = await looks.find(into);
    if (found?.workflow !== KINDS.incident.workflow)
      return refused(`there is no incident "${into}". \`${tocsin('list', {})}\` lists open ones`);
    return notRunning(
      looks,
      into,
      () => `incident "${into}" is closed: merge it into an open one, or declare a new one`,
    );
  }
  if (name === 'unmerge') {
    const from = await leaves(looks, caseId, message as TriageMessage<'unmerge'>);
    if (from === undefined) return undefined;
    const line = tocsin('reopen', { id: from, reason: ask('reason') });
    return notRunning(
      looks,
      from,
      () =>
        `incident "${from}" is closed: what it was closed on stays as it is. Reopen it first, then undo the merge: \`${line}\``,
    );
  }
  return undefined;
}

/** Why an incident takes nothing: it is closed, or has stopped and is to be resumed, not reopened. */
async function notRunning(looks: Looks, id: string, closed: () => string): Promise<CommandError | undefined> {
  const stands = await looks.stands(id);
  if (typeof stands === 'object') return stoppedError(id, stands);
  if (stands === 'never opened') return new NeverOpened(KINDS.incident.noun, id);
  return stands === 'running' ? undefined : refused(closed());
}

/** The incident that is to be left; `undefined` where the case itself has more to say to that. */
async function leaves(looks: Looks, caseId: string, message: TriageMessage<'unmerge'>): Promise<string | undefined> {
  const state = await stateOf(looks, caseId);
  if (!state) return undefined;
  const left = leftBy(state, message);
  return 'from' in left ? left.from : undefined;
}

async function stateOf(looks: Looks, caseId: string): Promise<TriageState | undefined> {
  return (await looks.view(caseId).catch(() => undefined))?.state;
}
