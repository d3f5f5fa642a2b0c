/** Cases that the register has as open and Temporal has not, as after the loss of its database, or past its retention. */

import type { CaseClient } from '../../client/cases';
import { KINDS, type KindName } from '../../client/kinds';
import type { ListedCase } from '../../client/list';
import type { Standing, Stopped } from '../../client/stopped';
import type { CaseState } from '../../domain/case/lifecycle';
import { overdueCount } from '../../domain/incident/clocks';
import { INCIDENT_WORKFLOW } from '../../domain/incident/contract';
import type { IncidentState } from '../../domain/incident/state';
import { registeredCase, stateOfAny, workflowBegunBy } from '../../domain/watch/registered-case';
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
  const state = await caseInRegister(shell, id);
  return state?.closedAt !== undefined;
}

/** How the register has a case of any kind; `undefined` where it has none, none is set up, or it does not answer. */
export function caseInRegister(shell: Shell, id: string): Promise<CaseState | undefined> {
  return ask(shell, async () => {
    const { readEvents } = await import('../../register/read-incident.js');
    return stateOfAny(await readEvents(await shell.register(), id));
  });
}

const AT_ONCE = 10;

/** Open cases that the lists of Temporal have not. `unread`: the register did not answer in time, so that there may be more. */
export interface Lost {
  cases: ListedCase[];
  unread: boolean;
}

/** The open cases of the register of a kind that are not among `known`, as rows of the list, each as Temporal has it. */
export async function lostCases(
  shell: Shell,
  client: CaseClient,
  kind: KindName,
  known: ReadonlySet<string>,
): Promise<Lost> {
  if (!databaseOfCli(shell.env)) return { cases: [], unread: false };
  const heads = await ask(shell, async () => {
    const { registeredHeads } = await import('../../register/registered-heads.js');
    return registeredHeads(await shell.register());
  });
  const asked = heads?.filter(
    ({ caseId, first, mayBeOpen }) =>
      workflowBegunBy(first) === KINDS[kind].workflow && mayBeOpen && !known.has(caseId),
  );
  const lost: Lost = { cases: [], unread: !asked };
  for (let n = 0; n < (asked?.length ?? 0); n += AT_ONCE) {
    const rows = await Promise.all(asked!.slice(n, n + AT_ONCE).map(({ caseId }) => rowOf(shell, client, caseId)));
    lost.cases.push(...rows.flatMap((row) => (typeof row === 'object' ? [row] : [])));
    lost.unread ||= rows.includes('unread');
  }
  return lost;
}

async function rowOf(shell: Shell, client: CaseClient, id: string): Promise<ListedCase | 'unread' | undefined> {
  const { readEvents } = await import('../../register/read-incident.js');
  const events = await readEvents(await shell.register(), id).catch(() => undefined);
  const found = events && registeredCase(events);
  if (!found) return 'unread';
  if (!found.open || found.exercise) return undefined;
  const stands = await client.stands(id);
  const { title, severity, status, owner, nextDueAt } = found;
  const incident = found.workflow === INCIDENT_WORKFLOW ? (stateOfAny(events) as IncidentState) : undefined;
  return {
    id,
    title,
    open: true,
    ...(stands !== 'running' && { stopped: stoppedAs(stands) }),
    startedAt: incident?.declaration.declaredAt ?? events[0]!.at,
    severity,
    status,
    owner,
    nextDeadline: nextDueAt,
    overdue: incident ? overdueCount(incident, new Date().toISOString()) : 0,
    personalData: incident?.assessment?.facts.personalData,
    exercise: false,
  };
}

function stoppedAs(stands: Standing | undefined): Stopped {
  if (typeof stands === 'object') return stands;
  return { how: stands === 'closed' ? 'ended' : 'missing' };
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
