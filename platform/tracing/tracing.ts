/**
 * Traces of what is done for a case. Off until `startTracing`; then each piece of work is a span in the trace of its case, and each
 * request of it by HTTP one below that. Workflows take no part: see docs/decisions/0039-traces-beside-the-workflow.md.
 */
import { atEnd } from '../ending';
import type { Log } from '../log';
import { packageVersion } from '../package-root';
import { followRequests } from './http-requests';
import { createExporter, type Exporter } from './otlp-exporter';
import { presentSpan, within } from './present-span';
import type { TracingSettings } from './settings';
import { type Attributes, type EndedSpan, newSpanId, newTraceId, nowMs, placeOfCase, type SpanPlace } from './span';

let exporter: Exporter | undefined;

export function isTracing(): boolean {
  return exporter !== undefined;
}

/** Begins to trace this process. `service`: its name where the settings have none. Where it is traced already, nothing changes. */
export function startTracing(
  settings: TracingSettings | undefined,
  service: string,
  log: Log,
): { stop(): Promise<void> } {
  if (!settings || exporter) return { stop: async () => undefined };
  const version = packageVersion();
  const started = createExporter({
    ...settings,
    resource: { 'service.name': settings.serviceName ?? service, 'service.version': version },
    version,
    log,
  });
  exporter = started;
  const unfollow = followRequests(presentSpan, (span) => started.add(span));
  return {
    async stop() {
      exporter = undefined;
      unfollow();
      await atEnd('traces being posted', started.stop());
    },
  };
}

/** What a piece of work is, before it has ended. */
export interface Work {
  /** Of few and fixed words: a verb and a kind, never an id. */
  name: string;
  kind: EndedSpan['kind'];
  /** Whose trace it is in, below the declaration; without it in one of its own. */
  caseId?: string;
  attributes: Attributes;
  /** The type of what was thrown, where it did not succeed. */
  failureOf?: (error: unknown) => string;
  /** Whether what was thrown says that it was cancelled: that is no failure. */
  wasCancelled?: (error: unknown) => boolean;
  /** It is the declaration itself, if it succeeds. */
  isDeclaration?: boolean;
}

/** Does work as a span; where nothing is traced, just does it. What was thrown is never part of it but for its type. */
export async function traced<T>(work: Work, act: () => Promise<T>): Promise<T> {
  const to = exporter;
  if (!to) return act();
  const { name, kind, caseId, failureOf = typeName, wasCancelled, isDeclaration = false } = work;
  const declaration = caseId === undefined ? undefined : placeOfCase(caseId);
  const place = { traceId: declaration?.traceId ?? newTraceId(), spanId: newSpanId() };
  const around = presentSpan();
  const startMs = nowMs();
  const end = (more: Attributes, failed: boolean) => {
    const isFirst = isDeclaration && more['tocsin.outcome'] === 'ok';
    to.add({
      ...place,
      ...(isFirst && { spanId: declaration!.spanId }),
      ...(!isFirst && declaration && { parentSpanId: parentOf(place, around) ?? declaration.spanId }),
      ...{ name, kind, startMs, endMs: nowMs(), failed },
      attributes: { ...work.attributes, ...more },
      ...(around && around.traceId !== place.traceId && { link: around }),
    });
  };
  try {
    const result = await within(place, act);
    end({ 'tocsin.outcome': 'ok' }, false);
    return result;
  } catch (error) {
    const type = failureOf(error);
    if (wasCancelled?.(error)) end({ 'tocsin.outcome': 'cancelled' }, false);
    else end({ 'tocsin.outcome': type, 'error.type': type }, true);
    throw error;
  }
}

function parentOf({ traceId }: SpanPlace, around: SpanPlace | undefined): string | undefined {
  return around?.traceId === traceId ? around.spanId : undefined;
}

function typeName(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
