/** `tocsin keys create`: makes a key that seals what Temporal stores of cases. */
import type { Command } from 'commander';
import { toInstant } from '../../domain/kernel/time';
import { newEncryptionKey } from '../../platform/encryption-key';
import type { CommonOptions, Shell } from '../shell';
import { verb } from '../verb';

export function keysCommand(program: Command, shell: Shell): void {
  const keys = program.command('keys').description('Make a key with which everything that Temporal stores is sealed.');
  verb(
    keys,
    'create',
    'Print a new key for TOCSIN_ENCRYPTION_KEYS. Put it into your secret store, and give the same to workers, servers, ' +
      'intake, watchdog and commands. To rotate, put the new one first, and a comma and the old ones behind it.',
    'keys create   # prints k20260401:…',
  ).action((options: CommonOptions) => {
    const key = newEncryptionKey(`k${toInstant(Date.now()).slice(0, 10).replaceAll('-', '')}`);
    if (options.json) shell.out.json({ key });
    else {
      shell.out.line(key);
      shell.err.line(
        'Give it to every process in TOCSIN_ENCRYPTION_KEYS. Whoever has it can give orders to workflows.',
      );
      shell.err.line('It is shown once and stored nowhere.');
    }
  });
}
