import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWholeSync } from '../../platform/write-whole';

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

/** The latest calls are kept: this many, and this many bytes of them. */
export const MOST_REQUESTS = 10_000;
export const MOST_BYTES = 16 * 1_048_576;

/** The calls received, in order, in a JSON Lines file. */
export class RequestLog {
  private requests: RecordedRequest[];
  private bytes: number;

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
    this.bytes = Buffer.byteLength(text);
    this.bound();
  }

  /** Adds one; it is in the file when this returns. */
  add(request: RecordedRequest): void {
    const line = `${JSON.stringify(request)}\n`;
    appendFileSync(this.file, line, { mode: 0o600 });
    this.requests.push(request);
    this.bytes += Buffer.byteLength(line);
    this.bound();
  }

  /** Forgets the oldest half once there are too many: whoever can post could fill disk and memory. */
  private bound(): void {
    if (this.requests.length <= MOST_REQUESTS && this.bytes <= MOST_BYTES) return;
    const lines: string[] = [];
    let bytes = 0;
    for (const request of this.requests.slice(-MOST_REQUESTS / 2).reverse()) {
      const line = `${JSON.stringify(request)}\n`;
      bytes += Buffer.byteLength(line);
      if (bytes > MOST_BYTES / 2) break;
      lines.unshift(line);
    }
    writeWholeSync(this.file, lines.join(''));
    this.requests = lines.length > 0 ? this.requests.slice(-lines.length) : [];
    this.bytes = Buffer.byteLength(lines.join(''));
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
