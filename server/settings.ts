/** Who may act through the server, and which pages may use it. */
import { existsSync } from 'node:fs';
import { serverUrlProblem, TOCSIN_SERVER_URL } from '../platform/settings/server-url';
import { list, settingsGroup, text, url, variable } from '../platform/settings/variable';
import { addressProblem } from './identity/bounded-fetch';
import { type Granted, readSubjects } from './identity/grants';
import type { LoginSettings } from './identity/login';
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
    TOCSIN_SERVER_URL,
    TOCSIN_OIDC_CLIENT_ID: variable('The client at the issuer by which people log in to the pages.', text, {
      unset: 'nobody logs in to the pages; the API takes tokens all the same',
    }),
    TOCSIN_OIDC_CLIENT_SECRET: variable('The secret of that client.', text, {
      secret: true,
      unset: 'a public client: PKCE alone protects the login',
    }),
    TOCSIN_OIDC_SCOPES: variable(
      'The scopes that a login asks for, separated by spaces: those that bring the claims of the name and the roles.',
      text,
      { default: 'openid email' },
    ),
    TOCSIN_OIDC_DEVICE_CLIENT_ID: variable(
      'The public client at the issuer by which `npx tocsin login` logs people in, with the device flow (RFC 8628).',
      text,
      { unset: 'the command line takes tokens of `TOCSIN_TOKEN` alone' },
    ),
    TOCSIN_OIDC_DEVICE_SCOPES: variable(
      'The scopes that it asks for, separated by spaces: those that bring the claims of the name and the roles, and renewal.',
      text,
      { default: 'openid email offline_access' },
    ),
    TOCSIN_SERVER_ORIGINS: variable(
      'Origins of pages that may use the server, such as that of your Temporal Web UI, separated by commas.',
      list,
      { default: '', unset: 'none' },
    ),
  },
  build(values, { problem }): ServerSettings {
    const { TOCSIN_OIDC_ISSUER: issuer, TOCSIN_OIDC_AUDIENCE: audiences, TOCSIN_OIDC_ROLES_CLAIM: claim } = values;
    for (const origin of values.TOCSIN_SERVER_ORIGINS)
      if (!URL.canParse(origin) || new URL(origin).origin !== origin)
        problem('TOCSIN_SERVER_ORIGINS: each must be an origin, like https://temporal.acme.dev, without a path');
    const subjects = subjectsOf(values.TOCSIN_SUBJECTS, problem);
    const origins = values.TOCSIN_SERVER_ORIGINS;
    const address = values.TOCSIN_SERVER_URL;
    const wrongAddress = address && serverUrlProblem(address);
    if (wrongAddress) problem(`TOCSIN_SERVER_URL: ${wrongAddress}`);
    const pages = { ...(address && !wrongAddress && { address: new URL(address).origin }) };
    if (!issuer) return { origins, pages };
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
    const device = values.TOCSIN_OIDC_DEVICE_CLIENT_ID;
    const base = {
      origins,
      oidc,
      ...(device && {
        device: { client: device, scopes: values.TOCSIN_OIDC_DEVICE_SCOPES.split(/\s+/).filter(Boolean) },
      }),
    };
    const clientId = values.TOCSIN_OIDC_CLIENT_ID;
    if (!clientId) return { ...base, pages };
    if (!address)
      problem('TOCSIN_SERVER_URL: is needed with TOCSIN_OIDC_CLIENT_ID: the issuer sends people back there');
    const scopes = values.TOCSIN_OIDC_SCOPES.split(/\s+/).filter(Boolean);
    if (!scopes.includes('openid')) problem('TOCSIN_OIDC_SCOPES: must have openid among them');
    const login: LoginSettings = {
      clientId,
      ...(values.TOCSIN_OIDC_CLIENT_SECRET && { clientSecret: values.TOCSIN_OIDC_CLIENT_SECRET }),
      scopes,
    };
    return { ...base, pages: { ...pages, login } };
  },
});

/** What `build` makes. */
export interface ServerSettings {
  origins: string[];
  /** Without it nobody proves who they are. */
  oidc?: OidcSettings;
  /** The client by which the command line logs people in. */
  device?: { client: string; scopes: string[] };
  pages: {
    /** Where browsers reach the server, as an origin. */
    address?: string;
    /** How people log in with the issuer. */
    login?: LoginSettings;
  };
}

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
