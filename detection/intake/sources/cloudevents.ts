/**
 * CloudEvents 1.0 over HTTP: binary mode (attributes in `ce-…` headers), structured mode and batches. An event is known by
 * its `source` and `id`. `data` may hold the fields of a detection; nothing else of it is kept. Signed by bearer token or
 * `x-tocsin-signature`, which in binary mode covers the attributes too.
 */
import { AT_RECEIPT } from '../../../domain/detection/detection';
import { toInstant } from '../../../domain/kernel/time';
import type { Parsed, SourceAdapter, SourceContext, SourceRequest, Untaken } from './adapter';
import {
  asInstant,
  asObject,
  asText,
  asType,
  detectionLeaving,
  eventIdOf,
  invalid,
  type Json,
  json,
  jsonText,
  leftOut,
  objectAt,
  readEach,
  utf8,
} from './reading';
import { header, plainSecretProblem, verifyBearerOrHmac } from './signatures';

const MOST = 500;
const STRUCTURED = 'application/cloudevents+json';
const BATCH = 'application/cloudevents-batch+json';
/** Fields of a detection that `data` may hold. */
const FIELDS = [
  'phase',
  'correlationId',
  'title',
  'severity',
  'scope',
  'systems',
  'indicators',
  'subjects',
  'facts',
] as const;

export const cloudevents: SourceAdapter = {
  format: 'cloudevents',
  contentTypes: [STRUCTURED, BATCH, 'application/json'],
  secretProblem: plainSecretProblem,

  verify(request, secrets, now) {
    const binary = modeOf(request) === 'binary';
    verifyBearerOrHmac(request, secrets, now, binary ? signedAttributes(request) : '');
  },

  parse(request, context) {
    const mode = modeOf(request);
    if (mode === 'binary') return parsedOf([eventOf(binaryEvent(request), [], context)]);
    const body = json(request.body);
    if (mode === 'structured') return parsedOf([eventOf(objectAt(body, '(body)'), [], context)]);
    if (!Array.isArray(body)) throw invalid('(body)', 'must be a list of events');
    if (body.length > MOST) throw invalid('(body)', `must hold at most ${MOST} events`);
    const { taken, untaken } = readEach(body, kindOf, (each, prefix) =>
      eventOf(objectAt(each, prefix.join('.') || '(body)'), prefix, context),
    );
    return parsedOf(taken, untaken);
  },
};

function parsedOf(events: ReturnType<typeof eventOf>[], untaken: Untaken[] = []): Parsed {
  return {
    detections: events.map(({ detection }) => detection),
    untaken: [...untaken, ...events.flatMap(({ detection, left }) => leftOut(detection, left))],
  };
}

function kindOf(value: unknown): string {
  return asText(asObject(value)?.type, 80) ?? 'refused';
}

function modeOf(request: SourceRequest): 'structured' | 'batch' | 'binary' {
  const type = (header(request, 'content-type') ?? '').toLowerCase();
  if (type.startsWith(BATCH)) return 'batch';
  return type.startsWith('application/cloudevents') ? 'structured' : 'binary';
}

function attributeNames({ headers }: SourceRequest): string[] {
  return Object.keys(headers)
    .filter((name) => name.startsWith('ce-'))
    .sort();
}

/** What is signed between timestamp and body in binary mode: a line `name:value` of each attribute, by name. */
function signedAttributes(request: SourceRequest): string {
  return attributeNames(request)
    .map((name) => `${name}:${header(request, name)}\n`)
    .join('');
}

function binaryEvent(request: SourceRequest): Json {
  const attributes = attributeNames(request).map((name) => [name.slice(3), decoded(header(request, name) ?? '')]);
  if (attributes.length === 0) {
    throw invalid('ce-id', `must be there in binary mode; in structured mode the content type is ${STRUCTURED}`);
  }
  const text = utf8(request.body);
  return { ...Object.fromEntries(attributes), data: text.trim() === '' ? undefined : jsonText(text) };
}

/** Header values are percent-encoded (HTTP binding, 3.1.3.2). */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function eventOf(event: Json, prefix: string[], context: SourceContext) {
  const at = (name: string) => [...prefix, name].join('.');
  const { id, source, type } = event;
  if (event.specversion !== '1.0') throw invalid(at('specversion'), 'must be 1.0');
  if (typeof id !== 'string' || id === '') throw invalid(at('id'), 'must be the id of the event');
  if (typeof source !== 'string' || source === '') throw invalid(at('source'), 'must say where the event comes from');
  if (typeof type !== 'string' || type === '') throw invalid(at('type'), 'must be the type of the event');
  const time = typeof event.time === 'string' ? asInstant(event.time) : undefined;
  const data = asObject(event.data) ?? {};
  const given = Object.fromEntries(FIELDS.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));
  const own = { eventId: eventIdOf(source, id), at: time ?? toInstant(context.now) };
  const title = asText(event.subject) ?? asText(type) ?? 'event';
  const isUnreadable = event.time !== undefined && !time;
  const { detection: read, left } = detectionLeaving(
    'cloudevents',
    context,
    { ...given, ...own, type: asType(type), title: given.title === undefined ? title : (asText(given.title) ?? title) },
    own,
    [...prefix, 'data'],
  );
  const detection = isUnreadable ? { ...read, facts: { ...read.facts, ...AT_RECEIPT } } : read;
  if (isUnreadable) left.push({ field: at('time'), problem: 'must be a date and time with a zone (RFC 3339)' });
  if (given.title !== undefined && asText(given.title) === undefined)
    left.push({ field: at('data.title'), problem: 'must be a text' });
  return { detection, left };
}
