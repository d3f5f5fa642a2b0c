/** Which policy applies, and to whom. */
import { settingsGroup, text, variable } from '../platform/settings/variable';

/** The pack without a setting of its own. */
export const DEFAULT_PACK = 'trust-center';

export const policySettings = settingsGroup({
  title: 'Policy',
  unset: '[`policy/trust-center.yaml`](../policy/trust-center.yaml)',
  variables: {
    TOCSIN_POLICY: variable('The policy pack: the name of one in `policy/`, or a path.', text, {
      default: DEFAULT_PACK,
    }),
    TOCSIN_ORGANISATION: variable(
      "A file with the organisation's own values: name, contact point, establishment.",
      text,
      { unset: "the pack's own" },
    ),
  },
  build: ({ TOCSIN_POLICY }) => TOCSIN_POLICY,
});
