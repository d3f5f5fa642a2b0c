/** Which policy applies, and to whom. */
import { settingsGroup, text, variable } from '../platform/settings/variable';

/** The packs in force where TOCSIN_POLICY names no others. */
export const DEFAULT_PACKS = 'trust-center,gdpr,pipeda';

/** Which policy is loaded. */
export interface PolicySource {
  /** Names or files, separated by commas. */
  packs: string;
  organisationFile?: string;
}

export const policySettings = settingsGroup({
  title: 'Policy',
  unset: 'commitments to customers, the GDPR and PIPEDA: [`policy/packs`](../policy/packs)',
  variables: {
    TOCSIN_POLICY: variable(
      'The packs in force, separated by commas: names of those in `policy/packs`, or files.',
      text,
      {
        default: DEFAULT_PACKS,
      },
    ),
    TOCSIN_ORGANISATION: variable(
      'A file with your organisation: name, contact point, establishments, like [`examples/organisation.yaml`](../examples/organisation.yaml).',
      text,
      { unset: "the pack's own" },
    ),
  },
  build: (values): PolicySource => ({ packs: values.TOCSIN_POLICY, organisationFile: values.TOCSIN_ORGANISATION }),
});
