/** `tocsin login`, `logout` and `whoami`: who acts through the server. */

import type { Command } from 'commander';
import { usage } from '../../client/errors';
import { tocsin } from '../../domain/kernel/command-lines';
import { minuteText, toInstant } from '../../domain/kernel/time';
import { visibleLine } from '../rendering/hostile-text';
import type { CommonOptions, Shell } from '../shell';
import { untilStopped } from '../until-stopped';
import { verb } from '../verb';

export function loginCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'login',
    'Log in to the server that TOCSIN_URL names, in a browser on any device. The login is kept for your account alone.',
    'login   # with TOCSIN_URL=https://tocsin.acme.dev',
  ).action(({ json }: CommonOptions) => login(shell, json === true));
}

export function logoutCommand(program: Command, shell: Shell): void {
  verb(program, 'logout', 'End the login at the server that TOCSIN_URL names, and forget its tokens.', 'logout').action(
    async ({ json }: CommonOptions) => {
      const { url, loginsFile } = serverOf(shell);
      const { keepLogin, loginAt, whileAlone } = await import('../../client/server/logins.js');
      const found = loginAt(loginsFile, url);
      if (!found) return json ? shell.out.json({ url, was: false }) : shell.out.line(`Nobody is logged in to ${url}.`);
      await whileAlone(loginsFile, () => keepLogin(loginsFile, url, undefined));
      const { revoke } = await import('../../client/server/issuer.js');
      const revoked = await revoke(found).then(
        () => true,
        () => false,
      );
      if (json) return shell.out.json({ url, was: true, revoked });
      shell.out.line(`You are logged out of ${url}.`);
      if (!revoked)
        shell.out.line(
          `The issuer ${found.issuer} did not revoke the tokens: they are deleted here, but stay valid until they expire.`,
        );
    },
  );
}

export function whoamiCommand(program: Command, shell: Shell): void {
  verb(
    program,
    'whoami',
    'Show who you are to the server, with which roles, and until when.',
    'whoami\nwhoami --token   # for TEMPORAL_CODEC_AUTH="Bearer …"',
  )
    .option('--token', 'print only the access token, renewed if need be, for other programs that speak to the server')
    .action(async ({ json, token: alone }: CommonOptions & { token?: boolean }) => {
      const { url, token } = serverOf(shell);
      if (alone && json) throw usage('use --token or --json, not both');
      if (alone) return shell.out.line(await (await shell.throughServer()).target.token());
      const { me, until } = await who(shell);
      if (json) return shell.out.json({ url, ...me, until });
      shell.out.line(`${visibleLine(me.by)} at ${url}`);
      shell.out.line(`Roles: ${me.roles.join(', ') || 'none, so nothing is allowed'}`);
      if (until)
        shell.out.line(
          `The token is valid until ${minuteText(until)} UTC${token ? '' : '; it is renewed while the login lasts'}.`,
        );
    });
}

async function login(shell: Shell, json: boolean): Promise<void> {
  const { url, token, loginsFile } = serverOf(shell);
  if (token) throw usage('TOCSIN_TOKEN: is set and would be used in place of the login: unset it first');
  const { deviceLogin, loginTerms } = await import('../../client/server/issuer.js');
  const { keepLogin, whileAlone } = await import('../../client/server/logins.js');
  const ending = new AbortController();
  void untilStopped().then(() => ending.abort());
  // A script reads standard output: what a person must do stands beside it.
  const prompted = json ? shell.err : shell.out;
  const kept = await deviceLogin(
    await loginTerms(url),
    ({ verificationUri, userCode }) => {
      prompted.line('To log in, open this address on any device:');
      prompted.line(`  ${visibleLine(verificationUri)}`);
      prompted.line(`It must show or ask for the code ${visibleLine(userCode)}. Confirm it only there. Waiting …`);
    },
    ending.signal,
  );
  await whileAlone(loginsFile, () => keepLogin(loginsFile, url, kept));
  const { me, until } = await who(shell);
  if (json) return shell.out.json({ url, ...me, until });
  shell.out.line(`You are ${visibleLine(me.by)} at ${url}: ${me.roles.join(', ') || 'without a role'}.`);
  shell.out.line(`See what is open: ${tocsin('board', {})}`);
}

async function who(shell: Shell) {
  const { decodeJwt } = await import('jose');
  const { target, client } = await shell.throughServer();
  const token = await target.token();
  // That of a session on this machine says nothing of its end.
  const exp = token.split('.').length === 3 ? decodeJwt(token).exp : undefined;
  return { me: client.me, until: exp === undefined ? undefined : toInstant(exp * 1000) };
}

function serverOf(shell: Shell) {
  if (shell.server) return shell.server;
  throw usage('TOCSIN_URL: is not set: name the server, like https://tocsin.acme.dev');
}
