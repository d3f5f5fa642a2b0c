/**
 * Pages of a PDF, filled from top to bottom: headings with bookmarks, facts, tables whose heads repeat on every page. Lines
 * are broken here and not by the library, so that a cell may be longer than a page and nothing ever runs into a margin.
 */
import PDFDocument from 'pdfkit';
import { INK, LINE, PdfText, type Piece, SIZE, type TextLine } from './pdf-text';

/** Sizes and places in points of 1/72 inch. */
const MARGIN = 50;
/** What stands outside the margins is the line at the foot, and that no nearer to the edge than this. */
const FOOT = 36;
/** The largest part of a row that one column takes. */
const MOST_OF_A_ROW = 0.55;
const GAP = 8;

interface Cell {
  x: number;
  lines: TextLine[];
}

/** A bookmark, below which others may be put. */
export type Bookmark = PDFKit.PDFOutline;

export interface SheetOptions {
  title: string;
  author: string;
  madeAt: Date;
  /** Stands at the foot of every page, left of the page number. */
  foot: string;
}

/** Writes one PDF. The same calls give the same bytes. */
export class Sheet {
  private readonly doc: PDFKit.PDFDocument;
  private readonly text: PdfText;
  private y = MARGIN;

  constructor(private readonly options: SheetOptions) {
    const { title, author, madeAt } = options;
    this.doc = new PDFDocument({
      size: 'A4',
      margin: 0,
      bufferPages: true,
      pdfVersion: '1.7',
      lang: 'en',
      displayTitle: true,
      info: {
        Title: title,
        Author: author,
        Creator: 'Tocsin',
        Producer: 'Tocsin',
        CreationDate: madeAt,
        ModDate: madeAt,
      },
    });
    this.text = new PdfText(this.doc);
  }

  private get width(): number {
    return this.doc.page.width - 2 * MARGIN;
  }

  private get bottom(): number {
    return this.doc.page.height - MARGIN - 10;
  }

  /** A heading; it stays with at least `keep` points of what follows. */
  heading(
    text: string,
    size: number,
    below?: Bookmark,
    { note, keep = 40 }: { note?: string; keep?: number } = {},
  ): Bookmark {
    const lines = this.text.broken(
      [{ text, size, bold: true }, ...(note ? [{ text: note, size: SIZE.small, ink: INK.soft }] : [])],
      this.width,
    );
    this.space(size * 0.7);
    this.need(heightOf(lines) + keep);
    const bookmark = (below ?? this.doc.outline).addItem(this.text.drawable(text));
    this.draw(lines, MARGIN);
    this.space(4);
    return bookmark;
  }

  /** A title within a group, without a bookmark. It stays with at least `keep` points of what follows. */
  caption(text: string, keep = 40): void {
    this.space(5);
    const lines = this.text.broken([{ text, size: SIZE.table, bold: true }], this.width);
    this.need(heightOf(lines) + keep);
    this.draw(lines, MARGIN);
    this.space(2);
  }

  paragraph(pieces: Piece[]): void {
    this.draw(this.text.broken(pieces, this.width), MARGIN);
    this.space(5);
  }

  /** Names at the left, what they are at the right. */
  facts(rows: { name: Piece[]; value: Piece[] }[]): void {
    const left = this.width * 0.3;
    for (const { name, value } of rows) {
      this.row([
        { x: MARGIN, lines: this.text.broken(name, left - GAP) },
        { x: MARGIN + left, lines: this.text.broken(value, this.width - left) },
      ]);
      this.space(2.5);
    }
  }

  /** A table; `shares` are the columns' parts of the width, else they follow from what the cells hold. */
  table(columns: string[], rows: Piece[][][], { title, shares }: { title?: string; shares?: number[] } = {}): void {
    const head = columns.map((text): Piece[] => [{ text, size: SIZE.small + 0.5, ink: INK.soft, bold: true }]);
    const widths = shares ? shares.map((share) => share * this.width) : this.columnWidths([head, ...rows]);
    const places = widths.map((_, i) => MARGIN + widths.slice(0, i).reduce((a, b) => a + b, 0));
    const cells = (row: Piece[][]) =>
      row.map((cell, i) => ({ x: places[i]!, lines: this.text.broken(cell, widths[i]! - GAP) }));
    const headCells = cells(head);
    const headHeight = heightOfRow(headCells) + 6;
    const drawHead = () => {
      this.doc.rect(MARGIN, this.y, this.width, headHeight - 2).fill(INK.band);
      this.y += 2;
      this.row(headCells);
      this.y += 3;
    };
    // The head stays with the first row, but for one that fills a page.
    const together = headHeight + Math.min(rows.length > 0 ? heightOfRow(cells(rows[0]!)) + 6 : 0, 250);
    if (title !== undefined) this.caption(title, together + 4);
    this.need(together);
    drawHead();
    for (const row of rows) {
      this.row(cells(row), drawHead);
      this.y += 2;
      this.rule();
      this.y += 3;
    }
    this.space(4);
  }

  newPage(): void {
    if (this.y > MARGIN) this.addPage();
  }

  space(points: number): void {
    if (this.y > MARGIN) this.y += points;
  }

  /** Numbers the pages and gives the bytes. */
  async end(): Promise<Buffer> {
    const { start, count } = this.doc.bufferedPageRange();
    for (let i = start; i < start + count; i++) {
      this.doc.switchToPage(i);
      const y = this.doc.page.height - FOOT - SIZE.foot * LINE;
      const number = `Page ${i + 1} of ${count}`;
      this.doc.font('regular').fontSize(SIZE.foot).fillColor(INK.soft);
      const room = this.width - this.doc.widthOfString(number) - 2 * GAP;
      const [foot] = this.text.broken([{ text: this.options.foot, size: SIZE.foot, ink: INK.soft }], room);
      this.drawLine(foot!, MARGIN, y);
      this.drawLine({ ...foot!, text: number }, MARGIN + room + 2 * GAP, y);
    }
    const chunks: Buffer[] = [];
    this.doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = new Promise((resolve, reject) => this.doc.on('end', resolve).on('error', reject));
    this.doc.end();
    await ended;
    return Buffer.concat(chunks);
  }

  /** Draws cells side by side. What is longer than the page goes on over the next one; a row that fits is not split. */
  private row(cells: Cell[], onNewPage?: () => void): void {
    const height = heightOfRow(cells);
    const turn = () => {
      this.addPage();
      onNewPage?.();
    };
    if (this.y + height > this.bottom && (height < (this.bottom - MARGIN) * 0.7 || this.y + 30 > this.bottom)) turn();
    let rest = cells.map((cell) => ({ ...cell, lines: [...cell.lines] }));
    for (;;) {
      const top = this.y;
      let lowest = top;
      for (const { x, lines } of rest) {
        let y = top;
        while (lines.length > 0 && y + lines[0]!.height <= this.bottom) {
          const line = lines.shift()!;
          this.drawLine(line, x, y);
          y += line.height;
        }
        lowest = Math.max(lowest, y);
      }
      this.y = lowest;
      rest = rest.filter(({ lines }) => lines.length > 0);
      if (rest.length === 0) return;
      turn();
    }
  }

  private draw(lines: TextLine[], x: number): void {
    this.row([{ x, lines }]);
  }

  private drawLine({ text, size, ink, bold }: TextLine, x: number, y: number): void {
    this.doc
      .font(bold ? 'bold' : 'regular')
      .fontSize(size)
      .fillColor(ink)
      .text(text, x, y, { lineBreak: false });
  }

  private rule(): void {
    this.doc
      .moveTo(MARGIN, this.y)
      .lineTo(MARGIN + this.width, this.y)
      .lineWidth(0.5)
      .strokeColor(INK.line)
      .stroke();
  }

  private need(points: number): void {
    if (this.y + points > this.bottom) this.addPage();
  }

  private addPage(): void {
    this.doc.addPage();
    this.y = MARGIN;
  }

  private columnWidths(rows: Piece[][][]): number[] {
    const columns = rows[0]!.map((_, i) => {
      const lines = rows
        .flatMap((row) => row[i]!)
        .flatMap((piece) => piece.text.split('\n').map((text) => ({ ...piece, text })));
      return (
        Math.max(...lines.map((piece) => this.text.measure(piece.text, piece.size ?? SIZE.cell, piece.bold ?? false))) +
        GAP
      );
    });
    // Nobody needs less than he has, nobody takes more than most of a row, and what is left over or missing is shared.
    const capped = columns.map((wanted) => Math.min(wanted, this.width * MOST_OF_A_ROW));
    const least = columns.map((wanted) => Math.min(wanted, 62));
    const total = capped.reduce((a, b) => a + b, 0);
    if (total <= this.width) return capped.map((each) => (each / total) * this.width);
    const spare = this.width - least.reduce((a, b) => a + b, 0);
    const over = capped.map((each, i) => each - least[i]!);
    const overTotal = over.reduce((a, b) => a + b, 0);
    return least.map((each, i) => each + (over[i]! / overTotal) * spare);
  }
}

function heightOf(lines: TextLine[]): number {
  return lines.reduce((sum, { height }) => sum + height, 0);
}

function heightOfRow(cells: Cell[]): number {
  return Math.max(...cells.map(({ lines }) => heightOf(lines)));
}
