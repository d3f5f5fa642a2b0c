import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A call that the recorder received. Never holds the Authorization header or an answer's secret. */
export interface RecordedRequest {
  at: string;
  method: string;
  /** Path with query. */
  path: string;
  /** The status answered; 0 when the connection was cut before the answer. */
  status: number;
  body?: unknown;
  /** For a webhook: its `webhook-*` headers (Standard Webhooks). */
  webhook?: { id?: string; timestamp?: string; signature?: string };
}

/** The calls received, in order, in a JSON Lines file. */
export class RequestLog {
  private readonly requests: RecordedRequest[];

  constructor(private readonly file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    // A crash may have cut the last line short.
    this.requests = text.split('\n').flatMap((line) => {
      try {
        return line ? [JSON.parse(line) as RecordedRequest] : [];
      } catch {
        return [];
      }
    });
    if (text && !text.endsWith('\n')) appendFileSync(file, '\n');
  }

  /** Adds one; it is in the file when this returns. */
  add(request: RecordedRequest): void {
    appendFileSync(this.file, `${JSON.stringify(request)}\n`, { mode: 0o600 });
    this.requests.push(request);
  }

  /** Those whose method and path match, oldest first; `path` is a part of the path. */
  list(filter: { method?: string; path?: string } = {}): RecordedRequest[] {
    return this.requests.filter(
      (each) =>
        (!filter.method || each.method === filter.method.toUpperCase()) &&
        (!filter.path || each.path.includes(filter.path)),
    );
  }
}
