/** `tocsin register keys create`: makes the key of a new log, where a worker must not make one by itself. */

import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import { ask, tocsin } from '../../../domain/kernel/command-lines';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

export function registerKeysCreateCommand(keys: Command, shell: Shell): void {
  verb(
    keys,
    'create',
    'Make the signing key of a new log in TOCSIN_LOG_KEYS, once. Keep a copy away from the database.',
    'register keys create   # with TOCSIN_LOG_ORIGIN=register.example.com/incidents',
  ).action(async (_options: CommonOptions, command: Command) => {
    const { makeKeys, readKeys } = await import('../../../register/log/key-file.js');
    const { keysFile, origin } = shell.settings.log;
    const before = await readKeys(keysFile);
    if (before)
      throw refused(
        `${keysFile} already contains the key of ${before.origin}: \`${tocsin('register keys rotate', { reason: ask('reason'), by: ask('by') })}\` replaces it`,
      );
    const { signer } = await makeKeys(keysFile, origin);
    if (command.optsWithGlobals().json) shell.out.json({ file: keysFile, verifierKey: signer.verifierKey });
    else {
      shell.out.line(`The signing key is in ${keysFile}; whoever can read it can sign in your name.`);
      shell.out.line(`Hand out its verifier key: ${signer.verifierKey}`);
    }
  });
}
