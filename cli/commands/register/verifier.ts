/** `tocsin register verifier`: the stand-alone verifier, one file that needs nothing but Node. */
import { copyFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../../../platform/package-root';
import type { CommonOptions, Shell } from '../../shell';
import { verb } from '../../verb';

interface Options extends CommonOptions {
  output: string;
}

export function registerVerifierCommand(register: Command, shell: Shell): void {
  verb(
    register,
    'verifier',
    'Write the stand-alone verifier: one readable file that checks exports and needs nothing but Node.',
    'register verifier -o verify-register.cjs',
  )
    .requiredOption('-o, --output <file>', 'the file to write')
    .action(async ({ output, json }: Options) => {
      await copyFile(path.join(packageRoot(), 'dist', 'verify-register.cjs'), output);
      if (json) shell.out.json({ file: output });
      else shell.out.line(`Written. Anyone with Node can check an export with: node ${output} EXPORT --key KEY`);
    });
}
