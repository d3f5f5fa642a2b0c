/** Texts from outside on a terminal: nothing in them may move the cursor, colour, hide, reorder, or pass for our own words. */
import { wrap } from './table';

export { visible, visibleLine } from '../../domain/kernel/visible-text';

/** Text as a quotation: each line stands behind a bar, so that none can be taken for the command's own. */
export function quoted(text: string, width: number): string[] {
  const room = Math.max(20, Math.min(width, 100_000) - 2);
  return wrap(text, room).map((line) => `│ ${line}`.trimEnd());
}
