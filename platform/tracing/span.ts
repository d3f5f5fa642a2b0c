/** Spans, and which trace they belong to. */
import { createHash, randomBytes } from 'node:crypto';

/** Where in which trace: 16 and 8 bytes in hexadecimal, as OpenTelemetry has them. */
export interface SpanPlace {
  traceId: string;
  spanId: string;
}

/** Only ids, kinds, counts and outcomes: never a text that a person wrote, an address or a secret. */
export type Attributes = Record<string, string | number>;

/** The kinds of OpenTelemetry that we have, by their numbers. */
export const SPAN_KINDS = { internal: 1, client: 3 } as const;

/** A piece of work that has ended. */
export interface EndedSpan extends SpanPlace {
  parentSpanId?: string;
  name: string;
  kind: keyof typeof SPAN_KINDS;
  /** In ms since 1970, with fractions. */
  startMs: number;
  endMs: number;
  attributes: Attributes;
  failed: boolean;
  /** What caused it, in another trace. */
  link?: SpanPlace;
}

/**
 * The trace of a case: both ids follow from the case's, so that whatever works for it, whenever and in whichever process, is in the
 * same trace without being told. `spanId` is that of its declaration, the first span.
 */
export function placeOfCase(caseId: string): SpanPlace {
  const digest = createHash('sha256').update(`tocsin case ${caseId}`).digest('hex');
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) };
}

export function newTraceId(): string {
  return randomBytes(16).toString('hex');
}

export function newSpanId(): string {
  return randomBytes(8).toString('hex');
}

/** The time now in ms since 1970, with fractions. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
