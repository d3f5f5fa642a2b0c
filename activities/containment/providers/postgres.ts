/** Postgres: rotates the passwords of roles. */
import { list, settingsGroup, url, variable } from '../../../platform/settings/variable';
import { containmentProvider, credentialRef, notConfigured } from '../provider';
import type { PostgresConfig } from './postgres-role';

/** Postgres cuts longer names off: another role than the one meant would be rotated. */
const LONGEST_NAME = 63;

const settings = settingsGroup({
  title: 'Postgres roles to rotate',
  unset: 'such measures are refused',
  variables: {
    TOCSIN_ROTATE_DATABASE_URL: variable('A Postgres whose roles may be rotated, as a role that may alter them.', url, {
      secret: true,
      unset: 'such measures are refused',
    }),
    TOCSIN_ROTATABLE_ROLES: variable('The roles that may be rotated, separated by commas.', list, {
      default: '',
      unset: 'none',
    }),
  },
  build: (values): PostgresConfig | undefined =>
    values.TOCSIN_ROTATE_DATABASE_URL
      ? { url: values.TOCSIN_ROTATE_DATABASE_URL, rotatableRoles: values.TOCSIN_ROTATABLE_ROLES }
      : undefined,
});

export const postgres = containmentProvider({
  name: 'postgres',
  takes: ['rotate-credential'],
  credential: 'postgres-role',
  refProblem: (ref) =>
    Buffer.byteLength(ref) > LONGEST_NAME ? `is longer than a role's name can be (${LONGEST_NAME} bytes)` : undefined,
  setting: 'TOCSIN_ROTATE_DATABASE_URL',
  settings,
  exercise: ({ databaseUrl }, live): PostgresConfig => ({
    url: databaseUrl,
    rotatableRoles: live?.rotatableRoles ?? [],
  }),
  hosts: ({ url: connectionString }) => {
    const { Client } = require('pg') as typeof import('pg');
    const { host } = new Client({ connectionString });
    return { 'postgres.url': host.startsWith('/') ? 'localhost' : host };
  },
  probe(config) {
    const { probePostgresRoles } = require('./postgres-role') as typeof import('./postgres-role');
    return probePostgresRoles(config);
  },
  create(config, { vault, timeoutMs }) {
    const { rotatePostgresRole } = require('./postgres-role') as typeof import('./postgres-role');
    return {
      'rotate-credential': {
        async apply(input) {
          if (!vault) return notConfigured('rotate a credential', 'a vault for the new secret');
          return rotatePostgresRole(config, vault, input, credentialRef(input), timeoutMs);
        },
      },
    };
  },
});
