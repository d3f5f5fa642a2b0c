/** What one bad value may cost: itself, and at most its own event. Known by what the payload is without it. */
import type { Parsed, SourceAdapter } from '../../../../detection/intake/sources/adapter';
import { placesIn } from '../../../setup/places-in';
import { everySource, type Payload } from './payloads';

const NOW = Date.parse('2026-11-28T10:05:00Z');
/** Values of each kind that a reader may take for something. */
const PROBES: unknown[] = [
  null,
  true,
  7,
  1_775_008_805,
  'x',
  '2026-01-01T00:00:00Z',
  '203.0.113.77',
  [],
  {},
  ['x', 'y'],
];

const NOTHING: Parsed = { detections: [] };

/** What stands in a payload's place, and what the events are without it. */
interface Place {
  /** Events that are taken at least, whatever stands there. */
  least: number;
  /** Fields of detections that hang on what stands there, such as `title` or `facts.rule`. */
  fields: Set<string>;
}

/** Of these an event or a record is taken whole or not at all, as one that is read in part would say something else. */
const WHOLE = new Set(['authentication', 'osv']);
const ADAPTERS = new Map(everySource().map(({ name, adapter }) => [name, adapter]));
/** No signature is looked at here; what is taken from the headers, such as a time, is the same for all. */
const headers = new Map<string, Record<string, string>>();
const known = new Map<string, Place>();

/**
 * What is wrong where one value of a payload became another: events lost beside its own, or fields changed that do not hang on it.
 * Undefined where nothing is.
 *
 * @param at which of `placesIn({ body })` it is
 * @param body the payload with the other value
 */
export function costsMore(payload: Payload, at: number, body: string): string | undefined {
  const adapter = ADAPTERS.get(payload.source)!;
  const place = placeOf(payload, adapter, at);
  const changed = read(adapter, payload, body);
  if (!changed)
    return place.least > 0 ? `refused whole, though ${place.least} events stand beside the value` : undefined;
  const taken = eventsOf(changed);
  if (taken < place.least) return `${taken} events were taken, of at least ${place.least}`;
  const original = read(adapter, payload, payload.body) ?? NOTHING;
  if (changed.detections.length !== original.detections.length) return undefined;
  const more = [...differences(original, changed)].filter((field) => !place.fields.has(field));
  return more.length > 0 ? `changed ${more.join(', ')}, which hang on other values` : undefined;
}

function placeOf(payload: Payload, adapter: SourceAdapter, at: number): Place {
  const key = `${payload.name} ${at}`;
  const before = known.get(key);
  if (before) return before;
  const original = read(adapter, payload, payload.body) ?? NOTHING;
  const place: Place = { least: 0, fields: new Set() };
  const without = (n: number) => {
    const root = { body: JSON.parse(payload.body) as unknown };
    const [holder, name] = placesIn(root)[n]!;
    if (n === 0) return undefined;
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
    return read(adapter, payload, JSON.stringify(root.body));
  };
  const all = eventsOf(original);
  for (const n of around(payload.body, at)) {
    const rest = eventsOf(without(n));
    if (rest < all || !WHOLE.has(payload.source)) place.least = Math.max(place.least, rest);
  }
  const others = PROBES.map((value) => {
    const root = { body: JSON.parse(payload.body) as unknown };
    const [holder, name] = placesIn(root)[at]!;
    holder[name] = value;
    return read(adapter, payload, JSON.stringify(root.body));
  });
  for (const other of [without(at), ...others]) {
    if (other?.detections.length !== original.detections.length) continue;
    for (const field of differences(original, other)) place.fields.add(field);
  }
  known.set(key, place);
  return place;
}

/** The place and those that hold it. */
function around(body: string, at: number): number[] {
  const places = placesIn({ body: JSON.parse(body) as unknown });
  const list = [at];
  for (let [holder] = places[at]!; ; ) {
    const n = places.findIndex(([outer, name]) => outer[name] === holder);
    if (n < 0) return list;
    list.push(n);
    [holder] = places[n]!;
  }
}

function read(adapter: SourceAdapter, payload: Payload, body: string): Parsed | undefined {
  try {
    if (!headers.has(payload.name)) headers.set(payload.name, payload.signed(payload.body, 1));
    const request = { headers: headers.get(payload.name)!, body: Buffer.from(body) };
    return adapter.parse(request, { source: payload.source, scope: 'unknown', now: NOW });
  } catch {
    return undefined;
  }
}

function eventsOf(parsed: Parsed | undefined): number {
  if (!parsed) return 0;
  return parsed.detections.length + (parsed.authEvents?.length ?? 0) + (parsed.deliveryEvents?.length ?? 0);
}

function differences(one: Parsed, other: Parsed): Set<string> {
  const fields = new Set<string>();
  for (const [n, detection] of one.detections.entries()) {
    const [a, b] = [flat(detection), flat(other.detections[n]!)];
    for (const field of new Set([...a.keys(), ...b.keys()])) if (a.get(field) !== b.get(field)) fields.add(field);
  }
  return fields;
}

function flat(detection: Parsed['detections'][number]): Map<string, string> {
  const { facts, ...rest } = detection;
  return new Map([
    ...Object.entries(rest).map(([name, value]) => [name, JSON.stringify(value)] as const),
    ...Object.entries(facts ?? {}).map(([name, value]) => [`facts.${name}`, JSON.stringify(value)] as const),
  ]);
}
