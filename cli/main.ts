/** Entry of the command `tocsin`. */
import { createPrivately } from '../platform/private-files';
import { runCommand } from './program';
import { Shell } from './shell';

async function main(): Promise<void> {
  createPrivately();
  // `tocsin … | head` closes the pipe early; that is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  process.exitCode = await runCommand(process.argv.slice(2), new Shell());
}

void main();
