/** `tocsin register export`: a file that anybody can verify without this database. */
import type { Command } from 'commander';
import type { CommonOptions, Shell } from '../shell';
import { verb } from './verb';

interface Options extends CommonOptions {
  incident?: string;
  output: string;
}

export function registerExportCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'export',
    'Export the register, or one incident, into a file that verifies on its own.',
    'register export --incident INC-20260401-9f3a -o entry.jsonl',
  )
    .option('--incident <id>', 'this incident only (default: the whole register)')
    .requiredOption('-o, --output <file>', 'the file to write; only its owner may read it')
    .action(async ({ incident, output, json }: Options) => {
      const { exportRegister } = require('../../register/export') as typeof import('../../register/export');
      const { count, position, hash } = await exportRegister(shell.register(), output, { incidentId: incident });
      if (json) {
        shell.out.json({ file: output, entries: count, head: { position, hash } });
        return;
      }
      shell.out.line(`${count} entries written to ${output}.`);
      shell.out.line(`Head ${position}:${hash}`);
      shell.out.line(`Check it anywhere with: tocsin register verify ${output}`);
    });
}
