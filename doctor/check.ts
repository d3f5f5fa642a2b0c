/** What a check of a set-up is, and how several are made one after the other. */
import type { TocsinClient } from '../client/tocsin-client';
import type { SettingsGroup } from '../platform/settings/variable';
import { within } from '../platform/within';

/** The processes whose set-up can be looked at. */
export const PATIENTS = ['worker', 'server', 'intake', 'watchdog'] as const;
export type PatientName = (typeof PATIENTS)[number];

/**
 * `ok`: looked at and in order · `warning`: works, and will hurt · `problem`: something that was promised cannot be kept ·
 * `not checked`: nobody knows, with the reason.
 */
export type State = 'ok' | 'warning' | 'problem' | 'not checked';

/** What one look found. */
export interface Found {
  state: State;
  /** What was seen, without a secret. */
  says: string;
  /** What to do about it. */
  todo?: string;
}

/** A finding with what it is about. */
export interface Finding extends Found {
  /** Like `Postgres`; findings of one check stand together. */
  about: string;
}

/** The set-up that is looked at. */
export interface Patient {
  name: PatientName;
  env: NodeJS.ProcessEnv;
  production: boolean;
  /** The settings of a group; `undefined` where they are not valid, which the check of the settings has told. */
  // biome-ignore lint/suspicious/noExplicitAny: the values of a group are known to the group alone.
  read<S>(group: SettingsGroup<any, S>): S | undefined;
  /** Connects once. Throws an error that says what to do. */
  temporal(): Promise<TocsinClient>;
  /** Who gets a test mail; nobody gets one without. */
  mailTo?: string;
  /** The TXT records of a name; none where there are none. */
  txt(name: string): Promise<string[]>;
}

/** One thing that is looked at. It changes nothing, but for the test mail and the object of the object store. */
export interface Check {
  about: string;
  /** The processes that it concerns; all without. */
  of?: readonly PatientName[];
  look(patient: Patient): Promise<Found[]>;
}

/** For one look: a part that does not answer must not keep the others from being looked at. */
const LOOK_MS = 20_000;

/** Makes the checks that concern a patient in turn, and tells each finding as it is made. */
export async function examine(
  checks: readonly Check[],
  patient: Patient,
  tell: (finding: Finding) => void,
): Promise<Finding[]> {
  const all: Finding[] = [];
  for (const { about, look } of checks.filter(({ of }) => !of || of.includes(patient.name))) {
    for (const found of await lookedAt(look(patient))) {
      const finding = { about, ...found };
      all.push(finding);
      tell(finding);
    }
  }
  return all;
}

export const ok = (says: string): Found => ({ state: 'ok', says });
export const warning = (says: string, todo: string): Found => ({ state: 'warning', says, todo });
export const problem = (says: string, todo?: string): Found => ({ state: 'problem', says, ...(todo && { todo }) });
export const notChecked = (says: string, todo?: string): Found => ({
  state: 'not checked',
  says,
  ...(todo && { todo }),
});

/** For settings that are told to be wrong already. */
export const WRONG_SETTINGS: Found[] = [notChecked('its settings are not valid: see above')];

/** The message of whatever was thrown, on one line. */
export function messageOf(error: unknown): string {
  // A connection that was tried on several addresses has its reasons in a list, and `fetch` has its own behind it.
  const { message, errors, cause } = error as Error & { errors?: Error[] };
  const told = message || errors?.map((each) => each.message).join(', ') || String(error);
  const behind = message === 'fetch failed' && cause ? ` (${messageOf(cause)})` : '';
  return `${told}${behind}`.replaceAll(/\s+/g, ' ');
}

/** What a look finds; that there was no answer in time, or why it failed, is a finding too. */
function lookedAt(look: Promise<Found[]>): Promise<Found[]> {
  return within(LOOK_MS, look, `no answer in ${LOOK_MS / 1000} s`).catch((error) => [
    problem(
      messageOf(error),
      error.code === 'late' ? 'Check that it runs and that this machine may reach it' : undefined,
    ),
  ]);
}
