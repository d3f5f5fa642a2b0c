/** What containment may reach, and what it never blocks. */
import path from 'node:path';
import {
  list,
  type Surroundings,
  settingsGroup,
  text,
  type Variables,
  variable,
} from '../../platform/settings/variable';
import type { ContainmentConfig } from './config';
import type { ExerciseTargets } from './provider';
import { PROVIDERS } from './providers';

const own = {
  TOCSIN_VAULT_DIR: variable('The folder into which new secrets go, readable by its owner only.', text, {
    unset: '`vault` in the data folder',
  }),
  TOCSIN_PROTECTED_RANGES: variable(
    'Addresses and ranges that are never blocked, separated by commas; beside loopback, private ranges, those of CDNs and this machine.',
    list,
    {
      default: '',
      unset: 'none of your own',
      neededInProduction:
        'list the public addresses of your servers and offices: behind NAT, nothing else keeps Tocsin from blocking them',
    },
  ),
  TOCSIN_PROTECTED_COUNTRIES: variable(
    'Countries that are never blocked, as two-letter codes separated by commas.',
    list,
    { default: '', unset: 'none' },
  ),
};

export const containmentSettings = settingsGroup({
  title: 'New secrets, and what is never blocked',
  unset: '`vault` in the data folder; loopback, private ranges, those of CDNs and this machine',
  variables: { ...own, ...Object.assign({}, ...PROVIDERS.map(({ settings }) => settings.variables)) } as typeof own &
    Variables,
  build(values, at) {
    const providers: Record<string, object | undefined> = Object.fromEntries(
      PROVIDERS.map(({ name, settings }) => [name, settings.build(values, at)]),
    );
    for (const { name, setting, check } of PROVIDERS) {
      const config = providers[name];
      if (config && values[setting]) tellProblem(at, setting, () => check?.(config as never));
    }
    return {
      providers,
      recordedOnly: PROVIDERS.flatMap(({ name, setting }) => (providers[name] && !values[setting] ? [name] : [])),
      vault: { folder: values.TOCSIN_VAULT_DIR ?? path.join(at.dataDir, 'vault') },
      protect: { ranges: values.TOCSIN_PROTECTED_RANGES, countries: values.TOCSIN_PROTECTED_COUNTRIES },
    } satisfies Omit<ContainmentConfig, 'exercise'>;
  },
});

function tellProblem({ problem }: Surroundings, setting: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    problem(`${setting}: ${(error as Error).message}`);
  }
}

type ContainmentSettings = ReturnType<typeof containmentSettings.build>;

/** Containment in an exercise: recorders and throw-away roles, and a vault of its own. */
export function exerciseContainment(
  live: ContainmentSettings,
  standIns: ExerciseTargets,
  dataDir: string,
): ContainmentConfig {
  return {
    exercise: true,
    providers: Object.fromEntries(
      PROVIDERS.map(({ name, exercise }) => [name, exercise?.(standIns, live.providers[name])]),
    ),
    vault: { folder: path.join(dataDir, 'exercise-vault') },
    protect: live.protect,
  };
}
