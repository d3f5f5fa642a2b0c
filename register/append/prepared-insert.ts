/**
 * A prepared statement that answers with a number of rows and no row. The driver's own query asks Postgres to describe
 * the result and builds objects for it: for a lone row a tenth of the whole append. Errors and time-outs are the driver's.
 */
import type { ClientBase, Connection, Submittable } from 'pg';
import { runMessage, type Value } from './run-message';

/** What the driver keeps of a connection, and its types leave out. */
interface Preparing {
  /** Name → text of the statements that Postgres has parsed. */
  parsedStatements: Record<string, string>;
}

/** What the driver calls of a query of one's own: source `lib/client.js` of `pg`, as `pg-cursor` uses it. */
class PreparedInsert implements Submittable {
  private rows = 0;

  constructor(
    readonly name: string,
    readonly text: string,
    private readonly values: readonly Value[],
    /** Called once, at the end; the driver wraps its time-out around it. */
    public callback: (error: Error | null, rows: number) => void,
  ) {}

  submit(connection: Connection): void {
    const { name, text, values } = this;
    if ((connection as unknown as Preparing).parsedStatements[name] === undefined) {
      connection.parse({ name, text, types: [] }, true);
    }
    connection.stream.write(runMessage(name, values));
  }

  /** `INSERT 0 <rows>`. */
  handleCommandComplete({ text }: { text: string }): void {
    this.rows = Number(text.slice(text.lastIndexOf(' ')));
  }

  handleReadyForQuery(): void {
    this.callback(null, this.rows);
  }

  handleError(error: Error): void {
    this.callback(error, 0);
  }
}

/** Runs an `INSERT` that is prepared under its name at the first time. Called back with the driver's error, or how many rows it inserted. */
export function runInsert(
  client: ClientBase,
  { name, text }: { name: string; text: string },
  values: readonly Value[],
  callback: (error: Error | null, rows: number) => void,
): void {
  client.query(new PreparedInsert(name, text, values, callback));
}
