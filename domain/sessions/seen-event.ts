/** An authentication event as the rules see it, and the places of an account. */
import type { Area } from '../kernel/geo';
import type { AuthAction } from './auth-event';
import type { SessionRuleName } from './session-policy';

/** Where an event came from. Private addresses have no place. */
export interface Place {
  /** The IPv4 address, or the /64 of an IPv6 one: what one attacker has to himself. */
  address: string;
  /** `as64500` where a database tells it, else the /24 or /48. */
  network: string;
  country?: string;
  area?: Area;
}

/** An event as the rules see it and as it is kept: without names, session ids or user agents. */
export interface SeenEvent {
  source: string;
  eventId: string;
  /** Pseudonyms. */
  account: string;
  session?: string;
  atMs: number;
  action: AuthAction;
  failed: boolean;
  place?: Place;
  exempt: readonly SessionRuleName[];
}

/** When a user was first seen in a country or a network, in ms: keys as `placeKeys` gives them. */
export type KnownPlaces = ReadonlyMap<string, number>;

/** A use of the account by somebody who is in. */
export function isUse(event: SeenEvent): boolean {
  return !event.failed && event.action !== 'logout';
}

/** Under which keys a use of an account is remembered. */
export function placeKeys({ place }: SeenEvent): string[] {
  if (!place) return [];
  return [...(place.country ? [`country ${place.country}`] : []), `network ${place.network}`];
}

/** What a set of events shows of a user's places. */
export function placesOf(events: readonly SeenEvent[]): Map<string, number> {
  const known = new Map<string, number>();
  for (const event of events.filter(isUse)) {
    for (const key of placeKeys(event)) known.set(key, Math.min(event.atMs, known.get(key) ?? event.atMs));
  }
  return known;
}

/** A sign-in that succeeded. */
export function isSignIn(event: SeenEvent): boolean {
  return event.action === 'login' && !event.failed;
}

/** A sign-in that failed. */
export function isFailedSignIn(event: SeenEvent): boolean {
  return event.failed && (event.action === 'login' || event.action === 'login-failed');
}

/** What a finding says of a place. */
export function placeFacts({ network, country }: Place): Record<string, string> {
  return { network, ...(country ? { country } : {}) };
}

/** In the order of time; those of one instant in an order that does not depend on how they came. */
export function byTime(events: readonly SeenEvent[]): SeenEvent[] {
  const key = (event: SeenEvent) => `${event.source} ${event.eventId}`;
  return [...events].sort((a, b) => a.atMs - b.atMs || (key(a) < key(b) ? -1 : 1));
}
