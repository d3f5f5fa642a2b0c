/** What commands on Temporal ask the register, which may be away. */

import type { RegisteredCases } from '../../client/lost-cases';
import type { CaseState } from '../../domain/case/lifecycle';
import type { IncidentState } from '../../domain/incident/state';
import { stateOfAny } from '../../domain/watch/registered-case';
import { databaseOfCli } from '../../settings/cli';
import { registeredBehind } from '../registered-behind';
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

/** The register as lists ask it; `undefined` where none is set up. */
export function registeredCases(shell: Shell): RegisteredCases | undefined {
  return databaseOfCli(shell.env) ? registeredBehind(() => shell.register()) : undefined;
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
