/** How Temporal is reached, on which queue, and with which keys payloads are encrypted. */

import { TASK_QUEUE } from '../domain/incident/contract';
import { tocsin } from '../domain/kernel/command-lines';
import { encryptionKeyOf, KEY_FORM, keyRing } from '../platform/encryption-key';
import { settingsGroup, text, variable } from '../platform/settings/variable';

/** What every process that talks to Temporal must have in common with the others. */
export interface TemporalSettings {
  taskQueue: string;
  /** `ID:BASE64`; the first encrypts, all decrypt. */
  encryptionKeys: string[];
}

const MAKES_ONE = `\`${tocsin('keys create', {})}\` makes one`;

export const temporalSettings = settingsGroup({
  title: 'Queue and encryption',
  unset: 'the keys of the running stack; in production they must be set',
  variables: {
    TOCSIN_ENCRYPTION_KEYS: variable(
      'Keys of payload encryption, as `ID:BASE64` of 32 bytes, separated by commas. The first encrypts, all decrypt.',
      text.transform(keyRing).refine((keys) => keys.every(encryptionKeyOf), `${KEY_FORM}; ${MAKES_ONE}`),
      {
        secret: true,
        default: '',
        unset: 'those of the running stack, else payloads are not encrypted',
        neededInProduction: `payloads must be encrypted: give every process the same key; ${MAKES_ONE}`,
      },
    ),
    TOCSIN_TASK_QUEUE: variable('The task queue of the workers.', text, { default: TASK_QUEUE }),
  },
  build: (values, { standIns }): TemporalSettings => ({
    taskQueue: values.TOCSIN_TASK_QUEUE,
    encryptionKeys:
      values.TOCSIN_ENCRYPTION_KEYS.length > 0
        ? values.TOCSIN_ENCRYPTION_KEYS
        : (standIns?.temporal?.encryptionKeys ?? []),
  }),
});

/** Read by Temporal's own library (`@temporalio/envconfig`), as by the `temporal` command. */
export const connectionSettings = settingsGroup({
  title: 'Temporal',
  unset: 'the development server of the running stack (never in production)',
  variables: {
    TEMPORAL_ADDRESS: variable('Where Temporal is, as `HOST:PORT`.', text, {
      unset: 'that of the profile, else of the running stack (never in production)',
    }),
    TEMPORAL_NAMESPACE: variable('The namespace.', text, { unset: '`default`' }),
    TEMPORAL_API_KEY: variable('An API key, as Temporal Cloud asks for.', text, { secret: true }),
    TEMPORAL_PROFILE: variable('A profile of the configuration file.', text, { unset: '`default`' }),
    TEMPORAL_CONFIG_FILE: variable('The configuration file.', text, { unset: "`temporal.toml` in the user's folder" }),
    TEMPORAL_TLS: variable('Whether TLS is used.', text, { unset: 'where a certificate or an API key is given' }),
    TEMPORAL_TLS_CLIENT_CERT_PATH: variable('The file with the client certificate.', text),
    TEMPORAL_TLS_CLIENT_CERT_DATA: variable('The client certificate itself, in place of a file.', text),
    TEMPORAL_TLS_CLIENT_KEY_PATH: variable('The file with its private key.', text),
    TEMPORAL_TLS_CLIENT_KEY_DATA: variable('Its private key itself, in place of a file.', text, { secret: true }),
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: variable('The file with the certificate of the authority that is trusted.', text),
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: variable('That certificate itself, in place of a file.', text),
    TEMPORAL_TLS_SERVER_NAME: variable('The name that the server must prove.', text, { unset: 'that of the address' }),
    TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: variable('Whether the name of the server is taken on trust.', text, {
      unset: 'it is verified',
    }),
    TEMPORAL_CODEC_ENDPOINT: variable(
      'The codec endpoint of [the plain `temporal` command](temporal.md#the-plain-temporal-command). Tocsin seals by itself and does not use it.',
      text,
    ),
    TEMPORAL_CODEC_AUTH: variable('Its key, as `Bearer KEY`; likewise.', text, { secret: true }),
    'TEMPORAL_GRPC_META_…': variable('Headers of each call to Temporal, by name.', text, { secret: true }),
  },
  build: () => undefined,
});
