/** A reader for CSV as RFC 4180 has it, also with bare LF, a byte order mark, and a missing last line end. */

/** A CSV file that cannot be read. Holds file and line, never a cell's content. */
export class CsvError extends Error {
  constructor(file: string, line: number, problem: string) {
    super(`${file}, line ${line}: ${problem}`);
    this.name = 'CsvError';
  }
}

/**
 * The rows of a CSV text as objects by the names of its header line; empty lines are skipped.
 * Throws CsvError when a wanted column is missing, a row has another number of cells, or a quote is not closed.
 */
export function readCsv<C extends string>(file: string, text: string, columns: readonly C[]): Record<C, string>[] {
  const [header, ...records] = parse(file, text.replace(/^\uFEFF/, ''));
  const names = header?.cells.map((name) => name.trim()) ?? [];
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new CsvError(file, 1, `column ${missing.join(', ')} is missing: the header must name ${columns.join(',')}`);
  }
  const places = columns.map((column) => [column, names.indexOf(column)] as const);
  return records.map(({ cells, line }) => {
    if (cells.length !== names.length) {
      throw new CsvError(
        file,
        line,
        `${cells.length} cells where the header has ${names.length}: quote cells that hold commas`,
      );
    }
    return Object.fromEntries(places.map(([column, place]) => [column, cells[place]!])) as Record<C, string>;
  });
}

function parse(file: string, text: string): { cells: string[]; line: number }[] {
  const records: { cells: string[]; line: number }[] = [];
  const token = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/y;
  let cells: string[] = [];
  let line = 1;
  let startLine = 1;
  while (token.lastIndex < text.length || cells.length > 0) {
    const match = token.exec(text);
    if (!match)
      throw new CsvError(
        file,
        line,
        'a quote is not closed, or stands inside an unquoted cell (double it and quote the cell)',
      );
    const [, quoted, plain, end] = match;
    cells.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    line += (quoted?.match(/\r\n|\n|\r/g) ?? []).length;
    if (end === ',') continue;
    if (cells.length > 1 || cells[0] !== '') records.push({ cells, line: startLine });
    cells = [];
    line += 1;
    startLine = line;
  }
  return records;
}
