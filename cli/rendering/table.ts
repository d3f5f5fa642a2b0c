/** Small tables and wrapped text for a terminal of a given width. Plain strings; colour is applied to whole cells. */
import stringWidth from 'string-width';
import { visible, visibleLine } from '../../domain/kernel/visible-text';
import { unstyled } from './styles';

/** A cell: its text, and how it is painted after it was laid out. */
export interface Cell {
  text: string;
  paint?: (text: string) => string;
}

export interface Column {
  title: string;
  /** Shrinks, and wraps its text, when the terminal is too narrow. Never for ids: who copies half of one has nothing. */
  flex?: boolean;
  /** Shrinks likewise, and its text is cut short with "…". For titles. */
  shorten?: boolean;
  /** Is left out when the other columns do not fit beside it; what it says can be read elsewhere. */
  spare?: boolean;
}

const GAP = 2;
const LEAST = 12;
/** What a column shrinks to at most. */
const NARROWEST = 9;
/** What a column that shrinks should have at least before a spare one is shown beside it. */
const COMFORTABLE = 16;
const LONGEST_CELL = 4000;

/**
 * Lays out rows under a header, at most `width` columns wide (`Infinity`: as wide as needed) where what must stay whole
 * fits. Flexible columns wrap at blanks, long words after "-", ":" and "/"; lines carry no trailing blanks.
 */
export function table(
  all: Column[],
  rows: Array<Array<string | Cell>>,
  width: number,
  header = (text: string) => text,
): string {
  const whole = rows.map((row) => row.map(oneLine));
  const wanted = all.map((column, i) =>
    Math.max(textWidth(column.title), ...whole.map((row) => textWidth(row[i]!.text))),
  );
  const kept = thatFit(all, wanted, width);
  const [columns, widths] = [kept.map((i) => all[i]!), kept.map((i) => wanted[i]!)];
  shrink(widths, columns, width);
  const cells = whole.map((row) =>
    kept.map((i, n) => (columns[n]!.shorten ? { ...row[i]!, text: shortened(row[i]!.text, widths[n]!) } : row[i]!)),
  );
  const line = (parts: Cell[]): string => {
    let blanks = '';
    let out = '';
    parts.forEach((part, i) => {
      const painted = part.text === '' ? '' : (part.paint ?? ((text: string) => text))(part.text);
      if (painted !== '') {
        out += blanks + painted;
        blanks = '';
      }
      blanks += ' '.repeat(widths[i]! - textWidth(part.text) + GAP);
    });
    return out;
  };
  const titles = columns.map((column) => ({ text: column.title, paint: header }));
  const lines: string[] = [];
  for (const row of [titles, ...cells]) {
    const wrapped = row.map((cell, i) => wrap(cell.text, widths[i]!));
    const height = Math.max(...wrapped.map((parts) => parts.length));
    for (let n = 0; n < height; n++) {
      lines.push(line(row.map((cell, i) => ({ text: wrapped[i]![n] ?? '', paint: cell.paint }))));
    }
  }
  return lines.join('\n');
}

/** A cell is one line, whatever a title holds: no row can pass for another. */
function oneLine(cell: string | Cell): Cell {
  const { text, ...rest } = typeof cell === 'string' ? { text: cell } : cell;
  return { text: visibleLine(text, LONGEST_CELL), ...rest };
}

/** The places of the columns that are shown: without the spare ones, the last first, where not all fit. */
function thatFit(columns: Column[], wanted: number[], width: number): number[] {
  const least = (i: number) =>
    columns[i]!.flex || columns[i]!.shorten ? Math.min(wanted[i]!, COMFORTABLE) : wanted[i]!;
  const shown = columns.map((_, i) => i);
  const taken = () => shown.reduce((sum, i) => sum + least(i), 0) + GAP * (shown.length - 1);
  while (taken() > width) {
    const spare = shown.findLastIndex((i) => columns[i]!.spare);
    if (spare < 0) break;
    shown.splice(spare, 1);
  }
  return shown;
}

/** Text of at most `width` columns, with "…" where it was cut. */
function shortened(text: string, width: number): string {
  return textWidth(text) <= width ? text : `${startOf(text, width - 1).trimEnd()}…`;
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The start of a text that fits into some columns: no character is cut, however wide it is or of how many parts. */
function startOf(text: string, width: number): string {
  let start = '';
  let taken = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    taken += textWidth(segment);
    if (taken > width) break;
    start += segment;
  }
  return start;
}

function shrink(widths: number[], columns: Column[], width: number): void {
  const total = () => widths.reduce((a, b) => a + b, 0) + GAP * (widths.length - 1);
  while (total() > width) {
    const flexible = columns.flatMap((column, i) =>
      (column.flex || column.shorten) && widths[i]! > NARROWEST ? [i] : [],
    );
    if (flexible.length === 0) return;
    const widest = flexible.reduce((a, b) => (widths[b]! > widths[a]! ? b : a));
    widths[widest]!--;
  }
}

/**
 * Breaks text into lines of at most `width` columns, the first of at most `firstWidth`; a word longer than a line is
 * broken, and what cannot be seen is shown. Never returns an empty list.
 */
export function wrap(text: string, width: number, firstWidth = width): string[] {
  const lines: string[] = [];
  // A column at least: with none, what is left to break would never end.
  const room = () => Math.max(1, lines.length === 0 ? firstWidth : width);
  for (const paragraph of visible(text).split('\n')) {
    let line = '';
    for (let piece of paragraph.split(/(?<=\s)(?=\S)/).flatMap((word) => breakable(word, width))) {
      while (textWidth(line + piece.trimEnd()) > room()) {
        if (line.trim() !== '') {
          lines.push(line.trimEnd());
          line = '';
        } else {
          // A character at least, where one is wider than the line: what is left to break would never end.
          const fits = startOf(piece, room()) || [...piece][0]!;
          lines.push(fits);
          piece = piece.slice(fits.length);
        }
      }
      line += piece;
    }
    lines.push(line.trimEnd());
  }
  return lines;
}

/** A word too long for a line may break after "-", ":" and "/"; a date or an id that fits stays whole. */
function breakable(word: string, width: number): string[] {
  return textWidth(word.trimEnd()) <= width ? [word] : word.split(/(?<=[/:-])(?=\S)/);
}

/** Puts text behind a prefix; later lines are indented. With too little room the text begins on the next line. */
export function hanging(prefix: string, text: string, width: number, indent = textWidth(prefix)): string[] {
  const room = width - textWidth(prefix);
  const more = Math.max(LEAST, width - indent);
  if (room < LEAST) return [prefix.trimEnd(), ...wrap(text, more).map((line) => ' '.repeat(indent) + line)];
  const [first, ...rest] = wrap(text, more, room);
  return [prefix + first, ...rest.map((line) => ' '.repeat(indent) + line)];
}

/** Columns that text takes on a terminal: two for a wide character, as of Chinese, none for one that joins the one before. */
export function textWidth(text: string): number {
  const plain = unstyled(text);
  return PLAIN.test(plain) ? plain.length : stringWidth(plain);
}

/** Most texts, which need no table of widths. */
const PLAIN = /^[\x20-\x7e]*$/;
