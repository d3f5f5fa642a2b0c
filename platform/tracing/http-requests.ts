/**
 * Spans of requests that `fetch` makes, whoever calls it: the providers' own packages, too. By Node's channels of diagnostics, so that
 * nothing is wrapped. Of a request only its method, its host and the status of the answer are told: paths and queries hold ids and addresses.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type EndedSpan, newSpanId, nowMs, type SpanPlace } from './span';

interface Message {
  request: { origin?: string | URL; method?: string };
  response?: { statusCode: number };
  error?: { code?: string; name?: string };
}

interface Begun {
  parent: SpanPlace;
  startMs: number;
  status?: number;
}

/** @param presentSpan the span that a request is made in; one that is made in none is no span. */
export function followRequests(presentSpan: () => SpanPlace | undefined, add: (span: EndedSpan) => void): () => void {
  const begun = new WeakMap<object, Begun>();

  const create = ({ request }: Message) => {
    const parent = presentSpan();
    if (parent) begun.set(request, { parent, startMs: nowMs() });
  };
  const headers = ({ request, response }: Message) => {
    const of = begun.get(request);
    if (of && response) of.status = response.statusCode;
  };
  const end = ({ request, error }: Message) => {
    const of = begun.get(request);
    if (!of) return;
    begun.delete(request);
    const { parent, startMs, status } = of;
    const { hostname, port } = new URL(String(request.origin));
    // Once there was an answer, an end before its last byte is ours.
    const failed = status === undefined ? error !== undefined : status >= 400;
    add({
      traceId: parent.traceId,
      parentSpanId: parent.spanId,
      spanId: newSpanId(),
      name: `HTTP ${request.method ?? 'GET'}`,
      kind: 'client',
      startMs,
      endMs: nowMs(),
      attributes: {
        'http.request.method': request.method ?? 'GET',
        'server.address': hostname,
        ...(port !== '' && { 'server.port': Number(port) }),
        ...(status !== undefined && { 'http.response.status_code': status }),
        ...(failed && {
          'error.type': status === undefined ? (error?.code ?? error?.name ?? 'Error') : String(status),
        }),
      },
      failed,
    });
  };
  const channels = {
    'undici:request:create': create,
    'undici:request:headers': headers,
    'undici:request:trailers': end,
    'undici:request:error': end,
  } as const;
  const all = Object.entries(channels) as Array<[string, (message: unknown) => void]>;
  for (const [name, listener] of all) subscribe(name, listener);
  return () => {
    for (const [name, listener] of all) unsubscribe(name, listener);
  };
}
