/** Posts spans to an OTLP receiver by HTTP, as JSON (OTLP 1.x, `ExportTraceServiceRequest`), in batches and never in the way of work. */
import type { Log } from '../log';
import { readLimited } from '../read-limited';
import { repeating } from '../repeating';
import { type EndedSpan, SPAN_KINDS } from './span';

const EVERY_MS = 2_000;
const BATCH = 512;
/** Spans that wait at most; of more the oldest are dropped. */
const WAITING = 4_096;
const POST_MS = 10_000;
/** For all that waits when the process ends. */
const LAST_POSTS_MS = 3_000;
const TELL_MS = 60_000;
/** The receiver asks to come again (OTLP); what else it refuses it would refuse again. */
const AGAIN = [429, 502, 503, 504];

export interface Exporter {
  add(span: EndedSpan): void;
  /** Posts what waits, for three seconds at most, and tells what is lost. */
  stop(): Promise<void>;
}

export interface ExporterOptions {
  url: string;
  headers: Record<string, string>;
  /** Of the process: `service.name` and the like. */
  resource: Record<string, string>;
  version: string;
  log: Log;
}

/** @param everyMs for tests. */
export function createExporter(options: ExporterOptions, everyMs = EVERY_MS): Exporter {
  let waiting: EndedSpan[] = [];
  let lost = 0;
  let toldAt = 0;

  let ended = false;
  let giveUp = () => {};

  // Its address may hold a secret.
  const tell = (cause: object, said: string) => {
    toldAt = Date.now();
    options.log.warn({ ...cause, lost }, `${said} OTEL_EXPORTER_OTLP_ENDPOINT`);
    lost = 0;
  };
  const mayTell = () => Date.now() - toldAt >= TELL_MS;
  const failed = (count: number, cause: object) => {
    lost += count;
    if (mayTell()) tell(cause, 'traces cannot be posted to');
  };
  const tellLost = () => {
    if (lost > 0) tell({}, 'spans of traces were lost on the way to');
  };
  const post = async () => {
    const batch = waiting.splice(0, BATCH);
    const again = () => {
      waiting = [...batch, ...waiting];
      const surplus = Math.max(0, waiting.length - WAITING);
      waiting.splice(0, surplus);
      return surplus;
    };
    const limit = new AbortController();
    giveUp = () => limit.abort({ name: 'TimeoutError' });
    const timer = setTimeout(giveUp, POST_MS);
    try {
      const answer = await fetch(options.url, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...options.headers, 'content-type': 'application/json' },
        body: JSON.stringify(requestOf(batch, options)),
        signal: limit.signal,
      });
      if (answer.ok) {
        const rejected = await rejectedIn(answer);
        if (rejected > 0) failed(rejected, { code: 'rejected' });
        return true;
      }
      await answer.body?.cancel();
      failed(AGAIN.includes(answer.status) ? again() : batch.length, { status: answer.status });
    } catch (error) {
      const { cause, name } = error as { cause?: { code?: string }; name?: string };
      failed(again(), { code: cause?.code ?? name });
    } finally {
      clearTimeout(timer);
    }
    return false;
  };
  const drain = async () => {
    while (waiting.length > 0 && !ended && (await post()));
    if (mayTell()) tellLost();
  };
  const posting = repeating(everyMs, drain);
  posting.start();
  return {
    add(span) {
      waiting.push(span);
      if (waiting.length > WAITING) failed(waiting.splice(0, waiting.length - WAITING).length, { code: 'too many' });
    },
    async stop() {
      const limit = setTimeout(() => {
        ended = true;
        giveUp();
      }, LAST_POSTS_MS);
      await posting.stop();
      await drain();
      clearTimeout(limit);
      lost += waiting.splice(0).length;
      tellLost();
    },
  };
}

/** How many spans a receiver that took the others says that it did not take (OTLP, `partialSuccess`). */
async function rejectedIn(answer: Response): Promise<number> {
  try {
    const { partialSuccess } = JSON.parse(await readLimited(answer)) as {
      partialSuccess?: { rejectedSpans?: unknown };
    };
    return Number(partialSuccess?.rejectedSpans) || 0;
  } catch {
    // Taken is taken, whatever it says.
    return 0;
  }
}

function requestOf(spans: readonly EndedSpan[], { resource, version }: ExporterOptions): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf(resource) },
        scopeSpans: [{ scope: { name: 'tocsin', version }, spans: spans.map(spanOf) }],
      },
    ],
  };
}

function spanOf(span: EndedSpan): object {
  const { traceId, spanId, parentSpanId, name, kind, startMs, endMs, attributes, failed, link } = span;
  return {
    traceId,
    spanId,
    ...(parentSpanId && { parentSpanId }),
    name,
    kind: SPAN_KINDS[kind],
    startTimeUnixNano: nanosOf(startMs),
    endTimeUnixNano: nanosOf(endMs),
    attributes: attributesOf(attributes),
    ...(link && { links: [link] }),
    status: failed ? { code: 2 } : {},
  };
}

/** Whole microseconds: more digits than a number has. */
function nanosOf(ms: number): string {
  return `${Math.round(ms * 1000)}000`;
}

function attributesOf(attributes: Record<string, string | number>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }));
}
