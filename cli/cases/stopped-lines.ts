/** What stands above all that is shown of a case that has stopped: that nothing watches its deadlines, and why. */
import type { CaseClient } from '../../client/cases';
import { type Stopped, stoppedRemedy, stoppedText } from '../../client/stopped';
import type { Output } from '../rendering/output';
import { wrap } from '../rendering/table';

/** How a case has stopped; `undefined` where it runs, or is closed. */
export async function stoppedOf(client: CaseClient, id: string): Promise<Stopped | undefined> {
  const stands = await client.stands(id);
  return typeof stands === 'object' ? stands : undefined;
}

export function stoppedLines(id: string, stopped: Stopped, out: Output): string[] {
  return warningLines(
    `STOPPED: ${stoppedText(stopped)}, so nothing watches these deadlines. ${stoppedRemedy(id)}`,
    out,
  );
}

export function warningLines(text: string, out: Output): string[] {
  return [...wrap(text, out.width).map((line) => out.style(line, 'red', 'bold')), ''];
}
