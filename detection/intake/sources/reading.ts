/** Reading what senders sent, which is hostile until shown otherwise: bounded, well-formed, without mail addresses. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Detection, DetectionSchema } from '../../../domain/detection/detection';
import { MaliciousSourceSchema } from '../../../domain/incident/incident';
import { clientAddress } from '../../../domain/kernel/client-address';
import { parseIpRange } from '../../../domain/kernel/ip-address';
import { jsonDepth, MOST_DEPTH } from '../../../domain/kernel/json-depth';
import type { Problem } from '../../../domain/kernel/problems';
import { placeOf } from '../../../domain/places/place';
import { invalidBody, Refusal } from '../refusal';
import type { SourceContext, Untaken } from './adapter';

/** The body as text. Throws when it is not UTF-8. */
export function utf8(body: Buffer): string {
  if (!isUtf8(body)) throw new Refusal('not-utf-8', 'send the body in UTF-8');
  return body.toString('utf8');
}

/** The body as JSON. Throws when it is not UTF-8, or not JSON, as when it was cut off. */
export function json(body: Buffer): unknown {
  return jsonText(utf8(body));
}

/** Parses JSON; `where` names the line for messages. */
export function jsonText(text: string, where = 'the body'): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes what was sent.
    throw new Refusal('not-json', `${where} is not JSON, or was cut off: send one whole JSON text`);
  }
}

export type Json = Record<string, unknown>;

/** The value when it is an object, and no list. */
export function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

/** The value when it is an object; throws a problem of the field otherwise. */
export function objectAt(value: unknown, field: string): Json {
  const object = asObject(value);
  if (!object) throw invalid(field, 'must be an object');
  return object;
}

export function invalid(field: string, problem: string): Refusal {
  return new Refusal('invalid', 'correct the fields named and send it again', [{ field, problem }]);
}

/** A text without mail addresses, cut to `max`; undefined for anything else. */
export function asText(value: unknown, max = 200): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return undefined;
  const text = cutWithoutMail(value.trimStart(), max).trim();
  return isBlank(text) ? undefined : text;
}

/** Nothing but spaces and control characters, which are no text in a detection. */
function isBlank(text: string): boolean {
  return !/[^\p{Cc}\s]/u.test(text);
}

/** Somebody's id, whole: two that are cut could become one. For `eventIdOf`, or the fields of a detection. */
export function asId(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && !isBlank(value) ? value.trim() : undefined;
}

/** The items of a list that are texts, at most `most`. */
export function asTexts(value: unknown, most: number, max = 120): string[] {
  const items = Array.isArray(value) ? value.slice(0, most) : [value];
  return items.flatMap((item) => asText(item, max) ?? []);
}

/** Addresses and ranges that an incident may block; whatever is none is left out. */
export function asIndicators(value: unknown): string[] {
  const texts = Array.isArray(value) ? value.slice(0, 100) : [];
  return texts.flatMap((each) => {
    const text = typeof each === 'string' ? each.trim() : '';
    if (/^asn:\d{1,10}$/.test(text)) return [text];
    const country = /^country:([A-Za-z]{2})$/.exec(text)?.[1];
    const place = country && placeOf(country);
    if (place) return [`country:${place}`];
    return text.length <= 49 && parseIpRange(text) ? [text] : (clientAddress(text) ?? []);
  });
}

/** An instant of an ISO text or of Unix seconds; undefined when it is neither. */
export function asInstant(value: unknown): string | undefined {
  const ms = typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  // Years that ISO 8601 writes with four digits.
  return ms >= -62_135_596_800_000 && ms <= 253_402_300_799_000 ? new Date(ms).toISOString() : undefined;
}

/** A dotted word for a detection's type out of somebody's own words, of which a mail address is none. */
export function asType(text: string): string {
  return (
    withoutMail(text)
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 120) || 'unnamed'
  );
}

/** Scalar facts: what is undefined or no scalar is left out, longer text is cut. */
export function factsOf(given: Record<string, unknown>): Detection['facts'] {
  const facts: Detection['facts'] = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) facts[name] = value;
    else if (Array.isArray(value)) {
      const texts = asTexts(value, 50, 200);
      if (texts.length > 0) facts[name] = texts;
    } else {
      const text = asText(value, 500);
      if (text !== undefined) facts[name] = text;
    }
  }
  return facts;
}

/** An event id that fits: as it is, else its digest. Two different ones never become one. */
export function eventIdOf(...parts: string[]): string {
  const plain = parts.join(' ');
  const fits = plain.length > 0 && plain.length <= 200 && !/[\p{Cc}\p{Surrogate}]/u.test(plain);
  return fits ? plain : `sha256:${digestOf(JSON.stringify(parts))}`;
}

/** The first 32 hex digits of the SHA-256: an id of a body that has none of its own. */
export function digestOf(body: Buffer | string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 32);
}

/** Reads each item by itself. What is refused is told with its place, and takes no other with it. */
export function readEach<T>(
  values: readonly unknown[],
  kindOf: (value: unknown) => string,
  read: (value: unknown, prefix: string[]) => T,
): { taken: T[]; untaken: Untaken[] } {
  const taken: T[] = [];
  const untaken: Untaken[] = [];
  for (const [index, value] of values.entries()) {
    const prefix = values.length > 1 ? [String(index)] : [];
    try {
      if (jsonDepth(value) > MOST_DEPTH) throw invalid(prefix[0] ?? '(body)', 'is nested too deeply');
      taken.push(read(value, prefix));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { errors, detail } = error;
      const problems = errors.length > 0 ? errors : [{ field: String(index), problem: detail }];
      untaken.push({ kind: kindOf(value), problems, value });
    }
  }
  return { taken, untaken };
}

/** As senders write it: what has the digits and dots of an address, and is none, names no source of an attack. */
const SentDetectionSchema = DetectionSchema.extend({
  indicators: z
    .array(
      MaliciousSourceSchema.refine(
        (source) => /^(asn|country):/.test(source) || parseIpRange(source) !== undefined,
        'is no IP address or range: write octets from 0 to 255, without leading zeros',
      ),
    )
    .max(100)
    .default([]),
});

/** The fields of a detection that an adapter gives. */
export type DetectionFields = Omit<z.input<typeof DetectionSchema>, 'source' | 'format'>;

/** The detection, checked; mail addresses in texts for people are taken out, as it will stand in histories. */
export function detectionOf(
  format: Detection['format'],
  { source, scope }: SourceContext,
  fields: DetectionFields | Json,
  prefix: string[] = [],
): Detection {
  const parsed = DetectionSchema.safeParse({ scope, ...fields, ...uncut(fields), source, format });
  if (!parsed.success) throw invalidBody(parsed.error, prefix);
  const { facts } = parsed.data;
  if (Object.keys(facts).length > MOST_FACTS)
    throw invalid([...prefix, 'facts'].join('.'), `must hold at most ${MOST_FACTS}`);
  return detectionWithoutMail(parsed.data);
}

/**
 * The same of fields that a sender gives as they will stand: those that are not needed and do not fit are left out, and told.
 *
 * @param instead what takes the place of a field that does not fit
 * @throws Refusal where `type` or `title` is missing or does not fit.
 */
export function detectionLeaving(
  format: Detection['format'],
  { source, scope }: SourceContext,
  fields: Json,
  instead: { eventId: string; at: string },
  prefix: string[] = [],
): { detection: Detection; left: Problem[] } {
  const { facts } = fields;
  const entries = Object.entries(asObject(facts) ?? {});
  const few = entries.length > MOST_FACTS ? { facts: Object.fromEntries(entries.slice(0, MOST_FACTS)) } : {};
  const given = { ...instead, ...fields, ...uncut(fields), ...few, source, format };
  const { data, left } = parseLeaving(SentDetectionSchema, given, ['type', 'title'], { scope, ...instead }, prefix);
  if (entries.length > MOST_FACTS)
    left.push({ field: [...prefix, 'facts'].join('.'), problem: `must hold at most ${MOST_FACTS}` });
  return { detection: detectionWithoutMail(data), left };
}

/** More rounds than a body can need: each takes away all that did not fit. */
const MOST_ROUNDS = 5;

/**
 * Parses an object. A field beside those `needed` that does not fit is left out, and told; of a list or an object within, the item
 * or entry alone.
 *
 * @param instead what takes the place of fields that are missing or were left out
 * @throws Refusal where one that is needed is missing or does not fit.
 */
export function parseLeaving<S extends z.ZodType>(
  schema: S,
  value: Json,
  needed: readonly string[],
  instead: Json = {},
  prefix: string[] = [],
): { data: z.output<S>; left: Problem[] } {
  const left: Problem[] = [];
  let given = value;
  for (let round = 0; ; round++) {
    const parsed = schema.safeParse({ ...instead, ...given });
    if (parsed.success) return { data: parsed.data, left };
    const refusal = invalidBody(parsed.error, prefix);
    const { issues } = parsed.error;
    const isNeeded = ({ code, path }: z.core.$ZodIssue) =>
      path.length === 0 ? code !== 'unrecognized_keys' : needed.includes(String(path[0]));
    if (round === MOST_ROUNDS || issues.some(isNeeded)) throw refusal;
    left.push(...refusal.errors);
    given = without(given, issues);
  }
}

/** A copy without what the issues are about: an item of a list, or those beyond its length, an entry of an object, else the field. */
function without(given: Json, issues: readonly z.core.$ZodIssue[]): Json {
  const copy = { ...given };
  const gone = new Map<string, Set<string>>();
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') for (const name of issue.keys) delete copy[name];
    const [name, within] = issue.path.map(String);
    if (name === undefined) continue;
    const list = copy[name];
    if (within === undefined && issue.code === 'too_big' && Array.isArray(list))
      copy[name] = list.slice(0, Number(issue.maximum));
    else if (within === undefined) delete copy[name];
    else gone.set(name, (gone.get(name) ?? new Set()).add(within));
  }
  for (const [name, within] of gone) {
    const value = copy[name];
    const kept = (_: unknown, n: number) => !within.has(String(n));
    if (Array.isArray(value)) copy[name] = value.filter(kept);
    else if (asObject(value))
      copy[name] = Object.fromEntries(Object.entries(value as Json).filter(([entry]) => !within.has(entry)));
  }
  return copy;
}

/** What of a taken event was left out, as the intake counts it and answers. */
export function leftOut({ type, eventId }: Detection, problems: Problem[]): Untaken[] {
  return problems.length > 0 ? [{ kind: type, problems, value: undefined, of: eventId }] : [];
}

/** Mail addresses in texts for people are taken out, as it will stand in histories. */
function detectionWithoutMail(whole: Detection): Detection {
  const { eventId, correlationId, title, systems, subjects, facts, ...rest } = whole;
  return {
    ...rest,
    eventId: idWithoutMail(eventId),
    ...(correlationId !== undefined && { correlationId: idWithoutMail(correlationId) }),
    subjects: subjects.map(withoutMail),
    title: withoutMail(title),
    systems: systems.map(withoutMail),
    facts: Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        withoutMail(name),
        typeof value === 'string' ? withoutMail(value) : Array.isArray(value) ? value.map(withoutMail) : value,
      ]),
    ),
  };
}

/** The fields that the schema cuts: an id becomes its digest before, a text loses its mail addresses. */
function uncut({ correlationId, title, systems }: DetectionFields | Json): Json {
  const stripped = (text: unknown) => (typeof text === 'string' ? cutWithoutMail(text, LONGEST_CUT) : text);
  return {
    ...(typeof correlationId === 'string' && correlationId.length > 200 && { correlationId: eventIdOf(correlationId) }),
    title: stripped(title),
    ...(Array.isArray(systems) && { systems: systems.slice(0, MOST_FACTS).map(stripped) }),
  };
}

const MOST_FACTS = 60;
/** More than the schema keeps of any text. */
const LONGEST_CUT = 1_000;
/** A mail address, or several without anything between them; not `@scope/package` and not `package@1.2.3`. */
const MAIL =
  /[\p{L}\p{N}\p{M}_.+'-]{1,64}(?:@[\p{L}\p{N}\p{M}_-]{1,63}(?:\.[\p{L}\p{N}\p{M}_-]{1,63}){0,4}\.\p{L}{2,24}){1,5}(?![\p{L}\p{N}_])/giu;
/** An address that runs into digits: its last label is none of a mail address, and still names somebody. No version of a package. */
const MAIL_RUN_ON =
  /[\p{L}\p{N}\p{M}_.+'-]{1,64}@(?=[\p{N}_-]*\p{L})[\p{L}\p{N}\p{M}_-]{1,63}(?:\.[\p{L}\p{N}\p{M}_-]{1,63}){0,4}\.\p{L}[\p{L}\p{N}\p{M}_-]{1,62}/giu;
/** Longer than a mail address. */
const BEYOND = 400;

/** Mail addresses in a text are replaced. */
export function withoutMail(text: string): string {
  if (!text.includes('@')) return text;
  const without = text.replace(MAIL, '[address]');
  return without.includes('@') ? without.replace(MAIL_RUN_ON, '[address]') : without;
}

/** The same, cut to `max`; half of an address would not be seen as one, so they are taken out first. */
export function cutWithoutMail(text: string, max: number): string {
  const most = 2 * max + BEYOND;
  if (text.length <= most) return withoutMail(text).slice(0, max);
  // Whether the last word is the beginning of an address is not known.
  let end = most;
  while (end > most - BEYOND && !/[\s"<>(),;:]/.test(text[end - 1]!)) end--;
  return withoutMail(text.slice(0, end)).slice(0, max);
}

/** Two different ids never become one. */
function idWithoutMail(id: string): string {
  return withoutMail(id) === id ? id : `sha256:${digestOf(id)}`;
}
