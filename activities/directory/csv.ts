/** Reads CSV files (RFC 4180), also with a byte order mark, any line ends, and spaces around cells. */
import { CsvError as ParserError, parse } from 'csv-parse/sync';

/** A CSV file that cannot be read. Holds file and line, never a cell's content. */
export class CsvError extends Error {
  constructor(file: string, line: number, problem: string) {
    super(`${file}, line ${line}: ${problem}`);
    this.name = 'CsvError';
  }
}

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

/**
 * The rows of a CSV text as objects by the names of its header line; lines that are empty, or hold empty cells only, are
 * skipped.
 *
 * @throws CsvError when a wanted column is missing, a row has another number of cells, or a quote is not closed.
 */
export function readCsv<C extends string>(file: string, text: string, columns: readonly C[]): Record<C, string>[] {
  const [header, ...rows] = recordsOf(file, text);
  const names = header?.record ?? [];
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new CsvError(file, 1, `column ${missing.join(', ')} is missing: the header must name ${columns.join(',')}`);
  }
  return rows.map(({ record, info }) => {
    if (record.length !== names.length) {
      const problem = `${record.length} cells where the header has ${names.length}: quote cells that hold commas`;
      throw new CsvError(file, info.lines, problem);
    }
    return Object.fromEntries(columns.map((column) => [column, record[names.indexOf(column)]!])) as Record<C, string>;
  });
}

function recordsOf(file: string, text: string): CsvRecord[] {
  let read = 0;
  try {
    return parse(text, {
      bom: true,
      info: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      trim: true,
      on_record: (record, { lines }) => {
        read = lines;
        return record;
      },
    }) as unknown as CsvRecord[];
  } catch (error) {
    if (!(error instanceof ParserError)) throw error;
    // The parser's own message quotes the cell. An open quote is found at the end of the file only.
    if (error.code === 'CSV_QUOTE_NOT_CLOSED') throw new CsvError(file, read + 1, 'a quote is not closed');
    const problem = 'a quote stands inside a cell that is not quoted: double it and quote the cell';
    throw new CsvError(file, Number(error.lines), problem);
  }
}
