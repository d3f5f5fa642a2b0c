/** What a provider of containment is: its settings, the measures it takes, and how it carries them out. */
import type { ContainmentMeasure } from '../../domain/incident/incident';
import type { StandIns } from '../../platform/settings/stand-ins';
import type { SettingsGroup, Variables } from '../../platform/settings/variable';
import type { MeasureInput, MeasureResult } from '../types';
import type { VaultPort } from './vault';

export type Action = ContainmentMeasure['action'];

/** What a provider has beside its own settings. */
export interface ProviderTools {
  /** Where new secrets go; without one nothing is rotated whose secret must be kept. */
  vault?: VaultPort;
  /** How long one call may take. */
  timeoutMs: number;
}

/**
 * Carries one kind of measure out. Each call may be repeated: it looks before it acts, and ends in the same state.
 * `verified` only after it was seen to hold. What goes wrong is thrown as a failure of FAILURES; nothing holds a secret.
 */
export interface Handler {
  apply(input: MeasureInput): Promise<MeasureResult>;
  /** A rotation has none: the old secret counts as stolen. */
  undo?(input: MeasureInput): Promise<MeasureResult>;
}

/** What exercises may reach. */
export type ExerciseTargets = Pick<StandIns, 'databaseUrl' | 'recorder'>;

/**
 * One provider. It stands in a file of its own and is listed in `providers/index.ts`: settings, documentation, help and
 * the refusal of a name that nobody knows follow from there.
 *
 * @typeParam S its settings, @typeParam A the measures that it takes.
 */
export interface ContainmentProvider<S extends object, A extends Action> {
  readonly name: string;
  /** What it takes. Where several providers take the same one, a real one comes before a recorder, else the first listed. */
  readonly takes: readonly A[];
  /** The word before the slash in `--rotate postgres-role/deploy`. */
  readonly credential?: string;
  /** What is wrong with a reference that its credentials cannot have. */
  refProblem?(ref: string): string | undefined;
  /** Why it cannot block a source, and what to do. */
  sourceProblem?(source: string): string | undefined;
  /** The variable that sets it up: refusals name it, and without it whatever it reaches is a recorder. */
  readonly setting: string;
  /** Undefined settings: it is not set up, and its measures are refused with a text that says so. */
  readonly settings: SettingsGroup<Variables, S | undefined>;
  /** Its settings in an exercise: it reaches this machine only. Without it exercises simulate its measures. */
  exercise?(standIns: ExerciseTargets, live: S | undefined): S;
  /** Every host that it may call, by the field that names it. An exercise starts only when all are this machine. */
  hosts(settings: S): Record<string, string>;
  /** Throws when the settings are dangerous. */
  check?(settings: S): void;
  /**
   * Asks for something that changes nothing, and says what it may do here. Throws what is wrong and what to do, without a
   * secret. Missing where whatever is asked would act.
   */
  probe?(settings: S): Promise<string>;
  /** Heavy code is loaded here: the list of providers is read by every command. */
  create(settings: S, tools: ProviderTools): Record<A, Handler>;
}

/** Any provider, whatever its settings. */
// biome-ignore lint/suspicious/noExplicitAny: the settings of a provider are known to the provider alone.
export type AnyProvider = ContainmentProvider<any, any>;

/** Declares a provider. */
export function containmentProvider<S extends object, A extends Action>(
  provider: Omit<ContainmentProvider<S, A>, 'settings'> & {
    // biome-ignore lint/suspicious/noExplicitAny: the variables of a provider are known to the provider alone.
    settings: SettingsGroup<any, S | undefined>;
  },
): ContainmentProvider<S, A> {
  return provider;
}

/** The refusal of what nothing is configured for. */
export function notConfigured(what: string, needed: string): MeasureResult {
  return {
    outcome: 'refused',
    detail: `Tocsin is not set up to ${what}`,
    internal: `configure ${needed}, or do it by hand and record it`,
  };
}

/** The reference of a credential, for a handler of `rotate-credential`. */
export function credentialRef({ measure }: MeasureInput): string {
  if (measure.action !== 'rotate-credential') throw new TypeError(`${measure.action} names no credential`);
  return measure.credential.ref;
}

/** The source that a handler of `block-source` blocks. */
export function sourceOf({ measure }: MeasureInput): string {
  if (measure.action !== 'block-source') throw new TypeError(`${measure.action} names no source`);
  return measure.source;
}
