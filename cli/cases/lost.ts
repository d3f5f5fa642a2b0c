/** Incidents that the register has and Temporal has not, as after the loss of its database, or past its retention. */

import type { ListedCase } from '../../client/list';
import { nextDeadline, overdueCount } from '../../domain/incident/clocks';
import type { IncidentState } from '../../domain/incident/state';
import { stateOfAny } from '../../domain/watch/registered-case';
import { databaseOfCli } from '../../settings/cli';
import type { Shell } from '../shell';

/** A command on Temporal does not wait longer for the register, which may be away. */
const PATIENCE_MS = 3_000;

/** How the register has an incident; `undefined` where it has none, none is set up, or it does not answer. */
export function inRegister(shell: Shell, id: string): Promise<IncidentState | undefined> {
  return ask(shell, async () => {
    const { stateFromRegister } = await import('../../register/state-from-register.js');
    return stateFromRegister(await shell.register(), id);
  });
}

/** Whether the register has a case of any kind, and has it as closed. */
export async function isClosedInRegister(shell: Shell, id: string): Promise<boolean> {
  const state = await ask(shell, async () => {
    const { readEvents } = await import('../../register/read-incident.js');
    return stateOfAny(await readEvents(await shell.register(), id));
  });
  return state?.closedAt !== undefined;
}

/** The open incidents of the register that are not among `known`, as rows of the list. */
export async function lostIncidents(shell: Shell, known: ReadonlySet<string>): Promise<ListedCase[]> {
  const states = await ask(shell, async () => {
    const { registeredHeads } = await import('../../register/registered-heads.js');
    const { stateFromRegister } = await import('../../register/state-from-register.js');
    const pool = await shell.register();
    const lost = (await registeredHeads(pool)).filter(({ caseId, openIncident }) => openIncident && !known.has(caseId));
    return Promise.all(lost.map(({ caseId }) => stateFromRegister(pool, caseId)));
  });
  return (states ?? []).filter(({ exercise }) => !exercise).map(rowOf);
}

function rowOf(state: IncidentState): ListedCase {
  return {
    id: state.caseId,
    title: state.title,
    open: true,
    stopped: { how: 'missing' },
    startedAt: state.declaration.declaredAt,
    severity: state.severity,
    status: state.status,
    owner: state.owner,
    nextDeadline: nextDeadline(state),
    overdue: overdueCount(state, new Date().toISOString()),
    personalData: state.assessment?.facts.personalData,
    exercise: false,
  };
}

/** Asks the register, and waits no longer than a command on Temporal may; `undefined` where it has no answer. */
export async function ask<T>(shell: Shell, question: () => Promise<T>): Promise<T | undefined> {
  try {
    if (!databaseOfCli(shell.env)) return undefined;
    const patience = new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS, undefined).unref());
    return await Promise.race([question(), patience]);
  } catch {
    // The register is not what was asked about: the answer of Temporal stands alone.
    return undefined;
  }
}
