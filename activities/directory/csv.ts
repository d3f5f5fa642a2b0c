/** Reads CSV files (RFC 4180), also with a byte order mark, any line ends, and spaces around cells. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { type Options, parse as parseStream, CsvError as StreamError } from 'csv-parse';
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
  const rowOf = rowsUnder(file, header, columns);
  return rows.map(rowOf);
}

/** Rows that are read at once. */
const PAGE = 2_000;

/** The same of a file, which is never whole in memory. Rejects also with what the file system says. */
export async function* readCsvFile<C extends string>(
  file: string,
  at: string,
  columns: readonly C[],
): AsyncIterable<Record<C, string>[]> {
  const place = { line: 0 };
  const parser = parseStream(optionsOf(place));
  // What goes wrong is heard where the rows are read.
  pipeline(createReadStream(at), parser, () => undefined);
  let rowOf: ((record: CsvRecord) => Record<C, string>) | undefined;
  let page: Record<C, string>[] = [];
  try {
    for await (const record of parser as AsyncIterable<CsvRecord>) {
      if (!rowOf) {
        rowOf = rowsUnder(file, record, columns);
        continue;
      }
      page.push(rowOf(record));
      if (page.length < PAGE) continue;
      yield page;
      page = [];
    }
  } catch (error) {
    throw readable(file, error, place.line);
  }
  if (!rowOf) rowsUnder(file, undefined, columns);
  yield page;
}

/** How a row reads under this header. @throws CsvError when a column is missing */
function rowsUnder<C extends string>(file: string, header: CsvRecord | undefined, columns: readonly C[]) {
  const names = header?.record ?? [];
  const missing = columns.filter((column) => !names.includes(column));
  if (missing.length > 0) {
    throw new CsvError(file, 1, `column ${missing.join(', ')} is missing: the header must name ${columns.join(',')}`);
  }
  return ({ record, info }: CsvRecord) => {
    if (record.length !== names.length) {
      const problem = `${record.length} cells where the header has ${names.length}: quote cells that hold commas`;
      throw new CsvError(file, info.lines, problem);
    }
    return Object.fromEntries(columns.map((column) => [column, record[names.indexOf(column)]!])) as Record<C, string>;
  };
}

function recordsOf(file: string, text: string): CsvRecord[] {
  const place = { line: 0 };
  try {
    return parse(text, optionsOf(place)) as unknown as CsvRecord[];
  } catch (error) {
    throw readable(file, error, place.line);
  }
}

/** `place`: the line of the last row that was read. */
function optionsOf(place: { line: number }): Options<string[]> {
  return {
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_empty_values: true,
    trim: true,
    on_record: (record: string[], { lines }: { lines: number }) => {
      place.line = lines;
      return record;
    },
  };
}

/** The parser's own message quotes the cell. An open quote is found at the end of the file only. */
function readable(file: string, error: unknown, lastLine: number): unknown {
  // Each of the parser's two modules has a class of its own.
  if (!(error instanceof ParserError || error instanceof StreamError)) return error;
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return new CsvError(file, lastLine + 1, 'a quote is not closed');
  const problem = 'a quote stands inside a cell that is not quoted: double it and quote the cell';
  return new CsvError(file, Number(error.lines), problem);
}
