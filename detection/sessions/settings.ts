/** By which rules sign-ins and sessions are judged, and how accounts get their pseudonyms. */
import { settingsGroup, text, variable } from '../../platform/settings/variable';
import { LEAST_KEY_BYTES } from './pseudonyms';

export const sessionSettings = settingsGroup({
  title: 'Sign-ins and sessions',
  unset: '[`policy/sessions.yaml`](../policy/sessions.yaml), networks by prefix, a random key in the data folder',
  variables: {
    TOCSIN_SESSIONS: variable('The file of rules over authentication events.', text, {
      unset: '[`policy/sessions.yaml`](../policy/sessions.yaml)',
    }),
    TOCSIN_MMDB: variable('A local database of countries or cities (MMDB).', text, {
      unset: 'countries are not known',
    }),
    TOCSIN_MMDB_ASN: variable('A local database of AS numbers (MMDB).', text, { unset: 'networks are told by prefix' }),
    TOCSIN_PSEUDONYM_KEY: variable(
      'The key of pseudonyms. Another key makes other pseudonyms.',
      text.refine(
        (key) => Buffer.byteLength(key) >= LEAST_KEY_BYTES,
        `is too short; give at least ${LEAST_KEY_BYTES} bytes of random text`,
      ),
      { secret: true, unset: 'a random one, made once in the data folder' },
    ),
  },
  build: (values, { dataDir }) => ({
    policyFile: values.TOCSIN_SESSIONS,
    countryFile: values.TOCSIN_MMDB,
    asnFile: values.TOCSIN_MMDB_ASN,
    pseudonymKey: values.TOCSIN_PSEUDONYM_KEY,
    dataDir,
  }),
});

/** What `build` makes. */
export type SessionSettings = ReturnType<typeof sessionSettings.build>;
