/**
 * The few styles of the command's own words. A text from outside cannot pass for one, or reach the terminal with a
 * control character of its own: styles are marked with a word drawn anew in each process, and turned into escape
 * sequences when a line is written.
 */
import { randomBytes } from 'node:crypto';
import { visible } from '../../domain/kernel/visible-text';

/** The styles used. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

// Written out: `util.styleText` came with Node 20.12 and later began to judge the stream by itself.
const CODES: Record<Style, [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

const MARK = `\u001b${randomBytes(8).toString('hex')}:`;
const OWN_STYLE = new RegExp(`${MARK}(\\d+)m`, 'g');

/** Text in a style, to be written with `forTerminal`. */
export function styled(text: string, style: Style): string {
  const [on, off] = CODES[style];
  return `${MARK}${on}m${text}${MARK}${off}m`;
}

/** Text without its styles: what takes up columns. */
export function unstyled(text: string): string {
  return text.replace(OWN_STYLE, '');
}

/** Text as it may be written: our styles as escape sequences, whatever else hides, reorders or acts as its code. */
export function forTerminal(text: string): string {
  return text
    .split(OWN_STYLE)
    .map((part, i) => (i % 2 === 1 ? `\u001b[${part}m` : visible(part)))
    .join('');
}
