/** Who may act through the server, and which pages may use it. */
import { existsSync } from 'node:fs';
import { list, settingsGroup, text, url, variable } from '../platform/settings/variable';
import { addressProblem } from './identity/bounded-fetch';
import { type Granted, readSubjects } from './identity/grants';
import type { OidcSettings } from './identity/oidc';

export const serverSettings = settingsGroup({
  title: 'The server',
  unset: 'one person on this machine, with the key of the session; entries say "(unauthenticated)"',
  variables: {
    TOCSIN_OIDC_ISSUER: variable('The OpenID Connect issuer whose tokens are taken, exactly as it names itself.', url, {
      unset: 'nobody proves who they are: one person on this machine',
      neededInProduction: 'people must prove who they are: name the issuer of your identity provider',
    }),
    TOCSIN_OIDC_AUDIENCE: variable(
      'The audiences for one of which a token must be, separated by commas: the names by which the issuer knows this server.',
      list,
      {
        default: '',
        unset: 'must be set with `TOCSIN_OIDC_ISSUER`',
      },
    ),
    TOCSIN_OIDC_NAME_CLAIM: variable(
      'The claim that names who acts, in entries. Tools of the role `service` and subjects of the file may lack it: then it is their `sub`.',
      text,
      {
        default: 'email',
      },
    ),
    TOCSIN_OIDC_ROLES_CLAIM: variable(
      'The claim that lists [the roles](serve.md#roles), such as `roles` or `realm_access.roles`.',
      text,
      { unset: 'roles come from `TOCSIN_SUBJECTS` alone' },
    ),
    TOCSIN_SUBJECTS: variable(
      'The file of subjects with their roles, like [`examples/subjects.yaml`](../examples/subjects.yaml).',
      text,
      {
        unset: 'roles come from the claim alone',
      },
    ),
    TOCSIN_SERVER_ORIGINS: variable(
      'Origins of pages that may use the server, such as that of your Temporal Web UI, separated by commas.',
      list,
      { default: '', unset: 'none' },
    ),
  },
  build(values, { problem }) {
    const { TOCSIN_OIDC_ISSUER: issuer, TOCSIN_OIDC_AUDIENCE: audiences, TOCSIN_OIDC_ROLES_CLAIM: claim } = values;
    for (const origin of values.TOCSIN_SERVER_ORIGINS)
      if (!URL.canParse(origin) || new URL(origin).origin !== origin)
        problem('TOCSIN_SERVER_ORIGINS: each must be an origin, like https://temporal.acme.dev, without a path');
    const subjects = subjectsOf(values.TOCSIN_SUBJECTS, problem);
    const origins = values.TOCSIN_SERVER_ORIGINS;
    if (!issuer) return { origins };
    const wrong = addressProblem(issuer);
    if (wrong) problem(`TOCSIN_OIDC_ISSUER: ${wrong}`);
    if (audiences.length === 0)
      problem(
        'TOCSIN_OIDC_AUDIENCE: is needed with TOCSIN_OIDC_ISSUER, so that tokens for other services open nothing here',
      );
    if (!claim && !values.TOCSIN_SUBJECTS)
      problem(
        'TOCSIN_OIDC_ROLES_CLAIM: is not set, nor is TOCSIN_SUBJECTS, so nobody could do anything: set one of them',
      );
    const oidc: OidcSettings = {
      issuer,
      audiences,
      nameClaim: values.TOCSIN_OIDC_NAME_CLAIM,
      grants: { claim, subjects },
    };
    return { origins, oidc };
  },
});

/** What `build` makes. */
export type ServerSettings = ReturnType<typeof serverSettings.build>;

function subjectsOf(file: string | undefined, problem: (told: string) => void): Map<string, Granted> {
  if (file === undefined) return new Map();
  try {
    if (!existsSync(file)) throw new Error('there is no such file');
    return readSubjects(file);
  } catch (error) {
    problem(`TOCSIN_SUBJECTS: ${file}: ${(error as Error).message}`);
    return new Map();
  }
}
