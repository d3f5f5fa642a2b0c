/** What the commands have in common that hand something of the register over: it is recorded to whom and why. */
import { type Command, Option } from 'commander';
import { AUDIENCES, type Audience } from '../../../domain/policy/disclosure';
import type { CommonOptions } from '../../shell';
import { OPTIONS } from '../../verb';

export interface HandOverOptions extends CommonOptions {
  for: Audience;
  reason?: string;
  recipient?: string;
  output: string;
}

/** Adds the options of a hand-over. */
export function handOver(command: Command): Command {
  return command
    .addOption(
      new Option('--for <audience>', 'who will read it; decides which fields are shown')
        .choices([...AUDIENCES])
        .default('internal'),
    )
    .option('--reason <text>', 'why it is handed over, for the record')
    .option('--recipient <who>', 'who receives it, for the record')
    .option(...OPTIONS.by)
    .requiredOption('-o, --output <file>', 'the file to write; only its owner may read it');
}

/** How whoever is given the file checks it. */
export function checkLines(file: string, key: string): string[] {
  return ['Check it anywhere with the public key of the log:', `  npx tocsin register verify ${file} --key ${key}`];
}
