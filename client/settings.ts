/** The server through which cases are reached, and as whom. */

import os from 'node:os';
import path from 'node:path';
import { tocsin } from '../domain/kernel/command-lines';
import { isSealedOnItsWay } from '../platform/loopback-host';
import { settingsGroup, text, url, variable } from '../platform/settings/variable';

/** Where the server is, and the token that is set for it. */
export interface ServerSettings {
  /** An origin, like `https://tocsin.acme.dev`. */
  url: string;
  token?: string;
  /** Where logins are kept. */
  loginsFile: string;
}

export const serverClientSettings = settingsGroup({
  title: 'Through the server',
  unset: 'commands go straight to Temporal; in production those that act need `--break-glass`',
  variables: {
    TOCSIN_URL: variable(
      'The server through which commands and scripts act, such as `https://tocsin.acme.dev`: it finds out [who acts](serve.md).',
      url,
      { unset: 'they go straight to Temporal' },
    ),
    TOCSIN_TOKEN: variable('The bearer token that is sent to it, for tools that have one of their own.', text, {
      secret: true,
      unset: `that of \`${tocsin('login', {})}\``,
    }),
    XDG_STATE_HOME: variable(
      'The folder in which logins are kept, for your account alone, by the XDG Base Directory Specification.',
      text,
      { unset: '`~/.local/state`' },
    ),
  },
  build(values, { problem }): ServerSettings | undefined {
    const { TOCSIN_URL: address, TOCSIN_TOKEN: token, XDG_STATE_HOME: state } = values;
    if (address === undefined) return undefined;
    const wrong = serverAddressProblem(address);
    if (wrong) problem(`TOCSIN_URL: ${wrong}`);
    if (token !== undefined && !/^[A-Za-z0-9._~+/=-]+$/.test(token))
      problem('TOCSIN_TOKEN: is not a bearer token: give the token alone, on one line');
    // By the specification a relative path is ignored.
    const base = state && path.isAbsolute(state) ? state : path.join(os.homedir(), '.local', 'state');
    const loginsFile = path.join(base, 'tocsin', 'logins.json');
    return { url: new URL(address).origin, ...(token && { token }), loginsFile };
  },
});

/** A token goes there: over TLS, or on this machine. */
function serverAddressProblem(address: string): string | undefined {
  const { protocol, username, password, pathname, search, hash } = new URL(address);
  if (!['https:', 'http:'].includes(protocol)) return 'must be an https address';
  if (!isSealedOnItsWay(address))
    return 'is not https, so others on the way could read the token and act as you: give an https address (http on this machine alone)';
  if (username || password) return `must not hold a login: \`${tocsin('login', {})}\` asks for one`;
  if (pathname !== '/' || search || hash) return 'must be an origin, like https://tocsin.acme.dev, without a path';
  return undefined;
}
