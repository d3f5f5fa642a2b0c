/** `tocsin register`: the breach register. One file a verb beside this one. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { registerBackupCommand } from './backup';
import { registerConsistencyCommand } from './consistency';
import { registerDiffStateCommand } from './diff-state';
import { registerEraseCommand } from './erase';
import { registerExportCommand } from './export';
import { registerKeysCommand } from './keys';
import { registerProveCommand } from './prove';
import { registerRestoreCommand } from './restore';
import { registerRetentionCommand } from './retention';
import { registerShowCommand } from './show';
import { registerSignCommand } from './sign';
import { registerVerifierCommand } from './verifier';
import { registerVerifyCommand } from './verify';

export function registerCommand(program: Command, shell: Shell): void {
  const register = program.command('register').description('Show, verify or export the breach register.');
  registerShowCommand(register, shell);
  registerVerifyCommand(register, shell);
  registerExportCommand(register, shell);
  registerRetentionCommand(register, shell);
  registerEraseCommand(register, shell);
  registerBackupCommand(register, shell);
  registerRestoreCommand(register, shell);
  registerDiffStateCommand(register, shell);
  registerConsistencyCommand(register, shell);
  registerSignCommand(register, shell);
  registerKeysCommand(register, shell);
  registerProveCommand(register, shell);
  registerVerifierCommand(register, shell);
}
