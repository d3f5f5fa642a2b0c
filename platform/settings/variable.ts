/**
 * How a capability says which environment variables it reads. What stands here is enough to parse them, to name every
 * problem at once, and to write the tables of the documentation.
 */
import { z } from 'zod';
import type { StandIns } from './stand-ins';

/** One environment variable. A `secret` is named in problems and in the documentation, never shown. */
export interface Variable<T = unknown> {
  /** What it sets, as it stands in the documentation. */
  readonly about: string;
  readonly schema: z.ZodType<T>;
  /** The text that counts where it is not set. */
  readonly default?: string;
  /** What holds where it is not set and there is no default, as it stands in the documentation. */
  readonly unset?: string;
  readonly secret?: boolean;
  /** Why no process starts without it in production. */
  readonly neededInProduction?: string;
}

type More = Pick<Variable, 'default' | 'unset' | 'secret' | 'neededInProduction'>;

/** Declares a variable: what it is for, what it takes, and what holds without it. */
export function variable<T>(about: string, schema: z.ZodType<T>, more: More & { default: string }): Variable<T>;
export function variable<T>(about: string, schema: z.ZodType<T>, more?: More): Variable<T | undefined>;
export function variable<T>(about: string, schema: z.ZodType<T>, more: More = {}): Variable<T | undefined> {
  return { about, schema: schema as z.ZodType<T | undefined>, ...more };
}

/** Any text. */
export const text = z.string();
/** An address with a scheme. */
export const url = z.url('must be a URL');
/** Items separated by commas; blank ones do not count. */
export const list = z
  .string()
  .transform((items) => items.split(',').flatMap((item) => (item.trim() ? [item.trim()] : [])));
/** A secret of Standard Webhooks. */
export const webhookSecret = z.string().startsWith('whsec_', 'must start with whsec_, as Standard Webhooks secrets do');

/** Variables by name. */
export type Variables = Readonly<Record<string, Variable>>;
/** Their values once they are parsed. */
export type Values<V extends Variables> = { [K in keyof V]: V[K] extends Variable<infer T> ? T : never };

/** What a group sees of the process beside its own variables. */
export interface Surroundings {
  /** In production nothing falls back to a stand-in, and no secret is made up. */
  readonly production: boolean;
  /** What Tocsin keeps on disk. */
  readonly dataDir: string;
  /** The local stack's recorders and servers. Never there in production. */
  readonly standIns?: StandIns;
  /** Notes what is wrong, as `NAME: what, and what to do`. All problems of a process are told together. */
  problem(told: string): void;
}

/** The variables of one capability, and the settings that they make. */
export interface SettingsGroup<V extends Variables = Variables, S = unknown> {
  /** Heading in the documentation. */
  readonly title: string;
  /** What holds where none of them is set, for the short table of the README. */
  readonly unset: string;
  readonly variables: V;
  /** Makes the settings. After a `problem` whatever it returns is never used. */
  build(values: Values<V>, at: Surroundings): S;
}

/** Any group, whatever it makes. */
// biome-ignore lint/suspicious/noExplicitAny: the values of a group are known to the group alone.
export type AnyGroup = SettingsGroup<any, unknown>;

/** Declares the settings of one capability. */
export function settingsGroup<V extends Variables, S>(group: SettingsGroup<V, S>): SettingsGroup<V, S> {
  return group;
}
