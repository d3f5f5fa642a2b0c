/** Asking a person at a terminal before something that cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { refused, usage } from '../client/errors';
import { visible } from '../domain/kernel/visible-text';

/**
 * Has a person type a word before something that cannot be undone. Without a terminal nobody can be asked: then `--yes`
 * must say so.
 *
 * @throws CommandError when it was not confirmed.
 */
export async function confirm(question: string, word: string, stdin: NodeJS.ReadStream = process.stdin): Promise<void> {
  if (!stdin.isTTY) throw usage('nobody can be asked to confirm this here: give --yes, after a look with --dry-run');
  const lines = createInterface({ input: stdin, output: process.stderr });
  try {
    // The end of the input is an answer too, which `question` does not give; a line before it counts.
    const ended = new Promise<string>((resolve) => lines.once('close', () => setImmediate(resolve, '')));
    const answer = await Promise.race([lines.question(`${visible(question)}\nType ${word} to go on: `), ended]);
    if (answer.trim() !== word) throw refused('nothing was done: it was not confirmed');
  } finally {
    lines.close();
  }
}
