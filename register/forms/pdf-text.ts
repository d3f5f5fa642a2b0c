/** Text in a PDF: its fonts, how wide it is, where its lines break, and what stands for signs that the fonts lack. */
import { readFileSync } from 'node:fs';
import { visible } from '../../domain/kernel/visible-text';

export const SIZE = {
  title: 20,
  section: 15,
  group: 11.5,
  table: 9.5,
  text: 9.5,
  cell: 8.5,
  small: 7,
  foot: 7.5,
} as const;
export const INK = { text: '#111111', soft: '#555555', mark: '#8a4b00', line: '#b5b5b5', band: '#eeeeee' } as const;

/** Height of a line in parts of its size. */
export const LINE = 1.35;

/** A run of text in one look; a cell or a paragraph is one or more of them, each on lines of its own. */
export interface Piece {
  text: string;
  size?: number;
  ink?: string;
  bold?: boolean;
}

/** One line as it is drawn; its height in points. */
export interface TextLine extends Required<Piece> {
  height: number;
}

const FONTS = { regular: '400Regular/NotoSans_400Regular.ttf', bold: '700Bold/NotoSans_700Bold.ttf' } as const;

/** Breaks and measures for one document, whose fonts `regular` and `bold` it registers. */
export class PdfText {
  private readonly has: (codePoint: number) => boolean;
  private readonly widths = new Map<string, number>();

  constructor(private readonly doc: PDFKit.PDFDocument) {
    for (const [name, file] of Object.entries(FONTS)) doc.registerFont(name, fontFile(file));
    const { create } = require('fontkit') as { create(font: Buffer): { hasGlyphForCodePoint(code: number): boolean } };
    const font = create(readFileSync(fontFile(FONTS.regular)));
    this.has = (codePoint) => font.hasGlyphForCodePoint(codePoint);
  }

  /** The lines of some pieces in a column of this width. */
  broken(pieces: Piece[], width: number): TextLine[] {
    return pieces.flatMap(({ text, size = SIZE.cell, ink = INK.text, bold = false }) =>
      this.drawable(text)
        .split('\n')
        .flatMap((paragraph) => this.wrapped(paragraph, width, size, bold))
        .map((line) => ({ text: line, size, ink, bold, height: size * LINE })),
    );
  }

  private wrapped(paragraph: string, width: number, size: number, bold: boolean): string[] {
    const lines: string[] = [];
    let line = '';
    let used = 0;
    const push = () => {
      lines.push(line.trimEnd());
      line = '';
      used = 0;
    };
    for (const word of paragraph.split(/(?<=\s)(?=\S)/).flatMap((each) => this.pieces(each, width, size, bold))) {
      const length = this.measure(word.trimEnd(), size, bold);
      if (used > 0 && used + length > width) push();
      line += word;
      used += this.measure(word, size, bold);
    }
    push();
    return lines;
  }

  /** A word that is wider than its column is broken after a sign, or where it has to. */
  private pieces(word: string, width: number, size: number, bold: boolean): string[] {
    if (this.measure(word.trimEnd(), size, bold) <= width) return [word];
    const signs = word.split(/(?<=[@/:_-])(?=[^\s@/:_-])/);
    if (signs.length > 1) return signs.flatMap((sign) => this.pieces(sign, width, size, bold));
    const parts: string[] = [];
    let part = '';
    for (const { segment } of SEGMENTS.segment(word)) {
      if (part !== '' && this.measure(part + segment, size, bold) > width) {
        parts.push(part);
        part = '';
      }
      part += segment;
    }
    return [...parts, part];
  }

  /** Width of a text on one line. */
  measure(text: string, size: number, bold: boolean): number {
    const key = `${bold ? 'b' : 'r'}${text}`;
    let width = this.widths.get(key);
    if (width === undefined) {
      width =
        this.doc
          .font(bold ? 'bold' : 'regular')
          .fontSize(100)
          .widthOfString(text) / 100;
      if (this.widths.size < 20_000) this.widths.set(key, width);
    }
    return width * size;
  }

  /** Text that the font can draw. What it has no sign for stands as its code: the reader sees that there is something. */
  drawable(text: string): string {
    return [...visible(text).replaceAll('→', '->')]
      .map((character) => {
        const code = character.codePointAt(0)!;
        return character === '\n' || this.has(code)
          ? character
          : `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`;
      })
      .join('');
  }
}

const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' });

function fontFile(name: string): string {
  return require.resolve(`@expo-google-fonts/noto-sans/${name}`);
}
