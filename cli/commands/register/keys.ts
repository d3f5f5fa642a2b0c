/** `tocsin register keys`: the keys of the register's log, to hand out; `create` and `rotate` beside it. */
import type { Command } from 'commander';
import { refused } from '../../../client/errors';
import { openedLog } from '../../checkpoints';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';
import { registerKeysCreateCommand } from './keys-create';
import { registerKeysRotateCommand } from './keys-rotate';

export function registerKeysCommand(register: Command, shell: Shell): void {
  const keys = verb(
    register,
    'keys',
    'Show the key that signs the register, and those before it. Give it to those who will verify your exports.',
    'register keys',
  ).action(async (options: CommonOptions) => {
    const { LogKeys } = await import('../../../register/verifier/log-keys.js');
    const log = await openedLog(shell);
    if (log === undefined) {
      throw refused(
        'the log has no key yet: the worker makes one when it starts; in production run `npx tocsin register keys create`',
      );
    }
    const { origin, canSign } = log;
    const chain = LogKeys.follow(log.verifierKey, log.rotations);
    if (options.json) {
      shell.out.json({ origin, verifierKey: chain.current, canSign, keys: chain.keys, rotations: log.rotations });
      return;
    }
    const { out } = shell;
    out.line(`${origin}${canSign ? '' : ', read only: the signing key is not on this machine'}`);
    for (const { verifierKey, from, to } of chain.keys) {
      const retired = to < Number.MAX_SAFE_INTEGER;
      const time = retired ? `signed up to ${to} entries` : `signs${from > 0 ? ` from ${from} entries on` : ''}`;
      out.line(`  ${verifierKey}  ${out.style(time, retired ? 'dim' : 'green')}`);
    }
  });
  registerKeysCreateCommand(keys, shell);
  registerKeysRotateCommand(keys, shell);
}
