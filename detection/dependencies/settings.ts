/** What is installed, and where it is said what is vulnerable. */
import { list, settingsGroup, variable } from '../../platform/settings/variable';

/** `NAME=PATH` or `PATH` of lock files, SBOMs and VEX; folders, files and addresses with OSV records; KEV and EPSS. */
export interface DependencySettings {
  inventories: string[];
  advisories: string[];
  vex: string[];
  exploitation: string[];
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
    TOCSIN_VEX: variable(
      'Statements that something is not affected (OpenVEX, CycloneDX), as `PATH`, or `NAME=PATH` of what is about one inventory; separated by commas.',
      list,
      { default: '', unset: 'none are known' },
    ),
    TOCSIN_EXPLOITATION: variable(
      "Known exploited vulnerabilities (CISA's KEV, JSON) and EPSS scores (CSV): files and addresses, separated by commas.",
      list,
      { default: '', unset: 'nothing is known to be exploited' },
    ),
  },
  build: (values): DependencySettings => ({
    inventories: values.TOCSIN_INVENTORIES,
    advisories: values.TOCSIN_ADVISORIES,
    vex: values.TOCSIN_VEX,
    exploitation: values.TOCSIN_EXPLOITATION,
  }),
});
