/** Collects components: the same package and version at several places is one component. */
import type { Component } from '../../domain/patch/dependencies';
import { InventoryError } from './inventory-error';

/** More than any real project has; a file with more is refused rather than read in part. */
const MOST_COMPONENTS = 300_000;
const PLACES_KEPT = 10;
const LONGEST_NAME = 300;

export class ComponentList {
  private readonly byIdentity = new Map<string, Component>();
  private entries = 0;

  /** Adds a component seen at one place. It is for development only when it is so at every place. */
  add(component: Omit<Component, 'places'> & { place: string }): void {
    if (++this.entries > MOST_COMPONENTS) {
      throw new InventoryError(`it lists more than ${MOST_COMPONENTS} components: split it by project`);
    }
    const { place, ...rest } = component;
    const identity = JSON.stringify([rest.ecosystem, rest.name, rest.version ?? null, rest.release ?? null]);
    const known = this.byIdentity.get(identity);
    if (!known) {
      this.byIdentity.set(identity, { ...rest, places: [cut(place)] });
      return;
    }
    // What is true at every place.
    known.qualifiers = known.qualifiers?.filter((each) => rest.qualifiers?.includes(each));
    known.dev &&= rest.dev;
    known.optional &&= rest.optional;
    if (known.places.length < PLACES_KEPT && !known.places.includes(cut(place))) known.places.push(cut(place));
  }

  list(): Component[] {
    return [...this.byIdentity.values()];
  }
}

/** A name, version or place from outside: one line of bounded length. */
export function cut(text: string, max = LONGEST_NAME): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Surrogate}]+/gu, ' ').slice(0, max);
}

/** The value when it is an object that is no list, else undefined. Never looks at the prototype. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** An own field of an object: a key such as `__proto__` or `constructor` is data like any other. */
export function own<T>(object: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** An own field that is a non-empty text of bearable length. */
export function ownText(object: Record<string, unknown>, key: string, max = LONGEST_NAME): string | undefined {
  const value = own(object, key);
  return typeof value === 'string' && value.length > 0 && value.length <= max ? value : undefined;
}
