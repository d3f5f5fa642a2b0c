/** One event of a sender through a mapping: the fields of a detection. A value that does not fit is left out. */
import { toInstant } from '../../../domain/kernel/time';
import {
  asId,
  asIndicators,
  asInstant,
  asText,
  asType,
  type DetectionFields,
  digestOf,
  eventIdOf,
  factsOf,
} from '../sources/reading';
import { fill, type Mapping, type Table } from './mapping';
import { find } from './path';

type Expression = string | string[];

/** What an event says that it is; `unnamed` when it says nothing. */
export function kindOf({ kind }: Mapping, event: unknown): string {
  return textOf(event, kind, 120) ?? 'unnamed';
}

/** Whether the mapping is for events of that kind. */
export function takes({ kinds }: Mapping, kind: string): boolean {
  return kinds?.some((each) => (each.endsWith('*') ? kind.startsWith(each.slice(0, -1)) : each === kind)) ?? true;
}

/** What is missing is missing in the fields too: who checks them says so. */
export function mapEvent({ detection: to }: Mapping, event: unknown, now: number): Partial<DetectionFields> {
  const id = to.eventId && idAt(event, to.eventId);
  const type = textOf(event, to.type, 500);
  const at = valuesOf(event, to.at ?? [], undefined, (value) => instantOf(value) !== undefined).flatMap(
    (value) => instantOf(value) ?? [],
  )[0];
  return {
    eventId: id === undefined ? `sha256:${digestOf(JSON.stringify(event) ?? '')}` : eventIdOf(id),
    type: type && asType(type),
    title: textOf(event, to.title, 200),
    at: at ?? toInstant(now),
    correlationId: to.correlationId && idAt(event, to.correlationId),
    severity: typeof to.severity === 'string' ? to.severity : to.severity && lookUp(event, to.severity),
    phase: to.phase && lookUp(event, to.phase),
    ...(to.scope ? { scope: to.scope } : {}),
    systems: [...new Set(allOf(event, to.systems).flatMap((value) => asText(value, 120) ?? []))].slice(0, 50),
    indicators: [...new Set(asIndicators(allOf(event, to.indicators)))],
    facts: factsOf(Object.fromEntries(Object.entries(to.facts).map(([name, of]) => [name, factOf(event, of)]))),
  };
}

/** Several values of a path are a list. */
function factOf(event: unknown, of: Expression): unknown {
  const values = valuesOf(event, of);
  return values.length > 1 ? values : values[0];
}

/** The first text, without mail addresses and cut to `max`. */
function textOf(event: unknown, of: Expression, max: number): string | undefined {
  return first(event, of, (value) => asText(value, max));
}

/** The first id, neither cut nor changed. */
function idAt(event: unknown, of: Expression): string | undefined {
  return first(event, of, asId);
}

type Read = (value: unknown) => string | undefined;

function first(event: unknown, of: Expression, read: Read): string | undefined {
  const textOfValue = (value: unknown) => (typeof value === 'boolean' ? String(value) : read(value));
  const texts = valuesOf(event, of, read, (value) => textOfValue(value) !== undefined);
  return texts.flatMap((value) => textOfValue(value) ?? [])[0];
}

function allOf(event: unknown, of: string[]): unknown[] {
  return of.flatMap((each) => valuesOf(event, each)).flat();
}

/**
 * What the first expression that gives something gives: values that fit. Only the last of several may be filled in
 * part. `read` is how a path within a text is read.
 */
function valuesOf(
  event: unknown,
  of: Expression,
  read: Read = (value) => asText(value, 200),
  fits = (value: unknown) => isScalar(value) || Array.isArray(value),
): unknown[] {
  const given = [of].flat();
  for (const [index, each] of given.entries()) {
    const inPart = index === given.length - 1;
    const values = each.startsWith('$') ? find(event, each) : [fill(each, inPart, (path) => first(event, path, read))];
    const there = values.filter(fits);
    if (there.length > 0) return there;
  }
  return [];
}

function isScalar(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || (typeof value === 'string' && value.trim() !== '');
}

function lookUp<T>(event: unknown, { of, is, atLeast, else: otherwise }: Table<T>): T | undefined {
  const word = textOf(event, of, 120);
  if (word === undefined) return otherwise;
  const byWord = Object.entries(is ?? {}).find(([each]) => each.toLowerCase() === word.toLowerCase());
  if (byWord) return byWord[1];
  const number = Number(word);
  const steps = Object.entries(atLeast ?? {}).sort(([a], [b]) => Number(b) - Number(a));
  return steps.find(([least]) => number >= Number(least))?.[1] ?? otherwise;
}

/** ISO 8601, Unix seconds or milliseconds, as a number or as its digits. */
function instantOf(value: unknown): string | undefined {
  const number =
    typeof value === 'number'
      ? value
      : typeof value === 'string' && /^\d{9,13}(\.\d+)?$/.test(value)
        ? Number(value)
        : undefined;
  if (number === undefined) return asInstant(value);
  return asInstant(number > 100_000_000_000 ? number / 1_000 : number);
}
