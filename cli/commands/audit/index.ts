/** `tocsin audit`: tamper-evident audit logs. One file a verb beside this one. */
import type { Command } from 'commander';
import type { Shell } from '../../shell';
import { auditVerifyCommand } from './verify';

export function auditCommand(program: Command, shell: Shell): void {
  const audit = program.command('audit').description('Verify tamper-evident audit logs.');
  auditVerifyCommand(audit, shell);
}
