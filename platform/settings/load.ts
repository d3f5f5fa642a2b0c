/** The one way in which settings are read: every problem of every group is found before any is told. */
import { dataDir } from '../folders';
import { isProduction } from '../production';
import type { StandIns } from './stand-ins';
import type { AnyGroup, SettingsGroup, Surroundings, Variable } from './variable';

/** Settings that cannot be used. `problems` name each variable, what is wrong with it and what to do; never a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly string[]) {
    super(`The settings are not valid:\n${problems.join('\n')}`);
  }
}

/** What some groups make, by the names that they were given. */
export type Loaded<G extends Readonly<Record<string, AnyGroup>>> = {
  [K in keyof G]: G[K] extends SettingsGroup<infer _V, infer S> ? S : never;
};

/**
 * Reads the variables of all groups and makes their settings. An empty variable counts as one that is not set.
 *
 * @param standIns the local stack, where one runs; kept from every group in production.
 * @param found problems that are known already, to be told with the others.
 * @throws SettingsError with all problems.
 */
export function loadSettings<G extends Readonly<Record<string, AnyGroup>>>(
  groups: G,
  env: NodeJS.ProcessEnv,
  standIns?: StandIns,
  found: readonly string[] = [],
): Loaded<G> {
  const production = isProduction(env);
  const problems = new Set(found);
  const at: Surroundings = {
    production,
    dataDir: dataDir(env),
    standIns: production ? undefined : standIns,
    problem: (told) => void problems.add(told),
  };
  const made = Object.entries(groups).map(([name, group]) => {
    const values = valuesOf(group, env, at);
    return [name, values && group.build(values, at)];
  });
  if (problems.size > 0) throw new SettingsError([...problems]);
  return Object.fromEntries(made);
}

/** Reads one group, for what needs nothing else. @throws SettingsError */
export function readSettings<S>(
  // biome-ignore lint/suspicious/noExplicitAny: the values of a group are known to the group alone.
  group: SettingsGroup<any, S>,
  env: NodeJS.ProcessEnv,
  standIns?: StandIns,
): S {
  return loadSettings({ group }, env, standIns).group as S;
}

/** The parsed values; `undefined` where one of them is wrong. */
function valuesOf({ variables }: AnyGroup, env: NodeJS.ProcessEnv, at: Surroundings) {
  let sound = true;
  const values = Object.entries(variables as Record<string, Variable>).map(([name, variable]) => {
    const set = env[name] || undefined;
    if (set === undefined && at.production && variable.neededInProduction) {
      at.problem(`${name}: is not set; in production ${variable.neededInProduction}`);
      sound = false;
    }
    const given = set ?? variable.default;
    if (given === undefined) return [name, undefined];
    const parsed = variable.schema.safeParse(given);
    if (parsed.success) return [name, parsed.data];
    for (const { message } of parsed.error.issues) at.problem(`${name}: ${message}`);
    sound = false;
    return [name, undefined];
  });
  return sound ? Object.fromEntries(values) : undefined;
}
