/** Asking a person at a terminal before something that cannot be undone. */
import { createInterface } from 'node:readline/promises';
import { refused, usage } from '../client/errors';
import { visible } from '../domain/kernel/visible-text';
import { wrap } from './rendering/table';

const WIDTH = 80;

/** Lets a person at the terminal be asked line by line; at the end of the input the answer is `undefined`. */
export async function atTerminal<T>(
  conversation: (ask: (prompt: string) => Promise<string | undefined>) => Promise<T>,
): Promise<T> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<undefined>((resolve) => lines.once('close', () => setImmediate(resolve, undefined)));
  try {
    return await conversation((prompt) => Promise.race([lines.question(visible(prompt)), ended]));
  } finally {
    lines.close();
  }
}

/**
 * Has a person type a word before something that cannot be undone. Without a terminal there is nobody to ask: then `--yes`
 * is needed.
 *
 * @throws CommandError when it was not confirmed.
 */
export async function confirm(question: string, word: string, stdin: NodeJS.ReadStream = process.stdin): Promise<void> {
  if (!stdin.isTTY) throw usage('cannot prompt for confirmation here: use --yes');
  const lines = createInterface({ input: stdin, output: process.stderr });
  try {
    // The end of the input is an answer too, which `question` does not give; a line before it counts.
    const ended = new Promise<string>((resolve) => lines.once('close', () => setImmediate(resolve, '')));
    const answer = await Promise.race([
      lines.question(`${wrap(visible(question), WIDTH).join('\n')}\nType ${visible(word)} to continue: `),
      ended,
    ]);
    if (answer.trim() !== word) throw refused('not confirmed: nothing was done');
  } finally {
    lines.close();
  }
}
