/** `tocsin register`: the breach register. One file a verb beside this one. */
import type { Command } from 'commander';
import type { Shell } from '../shell';
import { registerExportCommand } from './register-export';
import { registerProveCommand } from './register-prove';
import { registerShowCommand } from './register-show';
import { registerVerifierCommand } from './register-verifier';
import { registerVerifyCommand } from './register-verify';

export function registerCommand(program: Command, shell: Shell): void {
  const register = program.command('register').description('Show, verify or export the breach register.');
  registerShowCommand(register, shell);
  registerVerifyCommand(register, shell);
  registerExportCommand(register, shell);
  registerProveCommand(register, shell);
  registerVerifierCommand(register, shell);
}
