/** What is installed, and where it is said what is vulnerable. */
import { list, settingsGroup, variable } from '../../platform/settings/variable';

/** `NAME=PATH` or `PATH` of lock files and SBOMs; folders, files and addresses with OSV records. */
export interface DependencySettings {
  inventories: string[];
  advisories: string[];
}

export const dependencySettings = settingsGroup({
  title: 'Dependencies under watch',
  unset: 'none',
  variables: {
    TOCSIN_INVENTORIES: variable(
      'Lock files (npm, pnpm, Yarn, Bun) and SBOMs (CycloneDX, SPDX), as `PATH` or `NAME=PATH`, separated by commas.',
      list,
      { default: '', unset: 'nothing is checked' },
    ),
    TOCSIN_ADVISORIES: variable('OSV records: folders, files and addresses, separated by commas.', list, {
      default: '',
      unset: 'only those that the intake received',
    }),
  },
  build: (values): DependencySettings => ({
    inventories: values.TOCSIN_INVENTORIES,
    advisories: values.TOCSIN_ADVISORIES,
  }),
});
