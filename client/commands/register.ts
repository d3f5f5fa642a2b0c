/** `tocsin register`: the breach register. One file a verb beside this one. */
import type { Command } from 'commander';
import type { Shell } from '../shell';
import { registerBackupCommand } from './register-backup';
import { registerConsistencyCommand } from './register-consistency';
import { registerDiffStateCommand } from './register-diff-state';
import { registerEraseCommand } from './register-erase';
import { registerExportCommand } from './register-export';
import { registerKeysCommand } from './register-keys';
import { registerProveCommand } from './register-prove';
import { registerRestoreCommand } from './register-restore';
import { registerRetentionCommand } from './register-retention';
import { registerShowCommand } from './register-show';
import { registerSignCommand } from './register-sign';
import { registerVerifierCommand } from './register-verifier';
import { registerVerifyCommand } from './register-verify';

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
