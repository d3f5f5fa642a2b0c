/**
 * The rules over authentication events. Pure functions of a *set* of events: whatever order they came in, the same set
 * gives findings with the same ids, and one more event never takes a finding back. So events may be judged as they come,
 * again after a crash, and by several processes: an id that is there already is the same finding.
 *
 * The one rule about what was *not* seen, a new place, looks only at what is older than the tolerance, which has arrived.
 */

import { leastDistanceKm } from '../kernel/geo';
import { exactMs, spanText } from '../kernel/time';
import { judgeAddress } from './address-rules';
import { distinct, type Finding, finding } from './finding';
import {
  byTime,
  isFailedSignIn,
  isSignIn,
  isUse,
  type KnownPlaces,
  type Place,
  placeFacts,
  placesOf,
  type SeenEvent,
} from './seen-event';
import type { SessionPolicy } from './session-policy';

/** All findings of a set of events, of whatever accounts and addresses, in the order of time. */
export function judgeAll(events: readonly SeenEvent[], policy: SessionPolicy): Finding[] {
  const ofAccounts = [...groupBy(events, (event) => event.account).values()];
  const ofAddresses = [...groupBy(events, (event) => event.place?.address).values()];
  return distinct([
    ...ofAccounts.flatMap((each) => judgeAccount(each, placesOf(each), policy)),
    ...ofAddresses.flatMap((each) => judgeAddress(each, policy)),
  ]);
}

/** The findings about one account: of its events, and of where it was seen before. */
export function judgeAccount(events: readonly SeenEvent[], known: KnownPlaces, policy: SessionPolicy): Finding[] {
  const inOrder = byTime(events);
  const unusual = [
    ...newPlaces('new-country', inOrder, known, policy),
    ...newPlaces('new-network', inOrder, known, policy),
    ...impossibleTravel(inOrder, policy),
    ...bruteForce(inOrder, known, policy),
    ...sessionTwoNetworks(inOrder, policy),
  ];
  return distinct([...unusual, ...privilegeAfterUnusual(inOrder, unusual, policy)]);
}

/** A country or network that the account was not used from before, once the account itself is known long enough. */
function newPlaces(
  name: 'new-country' | 'new-network',
  events: SeenEvent[],
  known: KnownPlaces,
  policy: SessionPolicy,
): Finding[] {
  const rule = policy.rules[name];
  if (!rule.enabled) return [];
  const [toleranceMs, learnMs] = [exactMs(policy.tolerance), exactMs(rule.learn)];
  const kind = name === 'new-country' ? 'country' : 'network';
  const firsts = [...known].flatMap(([key, firstMs]) => (key.startsWith(`${kind} `) ? [firstMs] : []));
  const knownSinceMs = firsts.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  return events.flatMap((event) => {
    const place = event.place?.[kind];
    if (!place || !isUse(event) || event.exempt.includes(name)) return [];
    if (name === 'new-network' && event.place!.country && !policy.rules['new-network'].withCountry) return [];
    if (knownSinceMs >= event.atMs - Math.max(learnMs, toleranceMs)) return [];
    const firstMs = known.get(`${kind} ${place}`);
    if (firstMs !== undefined && firstMs < event.atMs - toleranceMs) return [];
    return finding(name, rule, event, [event.account, place], {
      title: `An account was used from a ${kind} that is new for it: ${place}`,
      facts: { [kind]: place, action: event.action, knownPlaces: firsts.length },
      why: [
        `${kind} ${place} was not seen for this account before`,
        `the account is known for ${days(event.atMs - knownSinceMs)} days, more than it takes to learn (${rule.learn})`,
      ],
    });
  });
}

/** Two uses further apart than the way between them allows. */
function impossibleTravel(events: SeenEvent[], policy: SessionPolicy): Finding[] {
  const name = 'impossible-travel';
  const rule = policy.rules[name];
  if (!rule.enabled) return [];
  const placed = events.filter((event) => isUse(event) && event.place?.area && !event.exempt.includes(name));
  return pairsWithin(placed, exactMs(rule.within)).flatMap(([a, b]) => {
    if (a.place!.network === b.place!.network && a.place!.country === b.place!.country) return [];
    const km = leastDistanceKm(a.place!.area!, b.place!.area!);
    const hours = (b.atMs - a.atMs) / 3_600_000;
    if (km < rule.minKm || km <= rule.maxKmPerHour * hours) return [];
    const [from, to] = namesOf(a.place!, b.place!);
    return finding(name, rule, b, [b.account, ...[from, to].sort()], {
      title: `An account was used in ${from} and ${to} with too little time to travel`,
      facts: { from, to, km: Math.round(km), minutes: Math.round(hours * 60), ...placeFacts(b.place!) },
      why: [
        `${from} to ${to} is at least ${Math.round(km)} km, in ${spanText(b.atMs - a.atMs)}`,
        `nobody travels faster than ${rule.maxKmPerHour} km/h`,
      ],
    });
  });
}

/** Many failures, then a success. */
function bruteForce(events: SeenEvent[], known: KnownPlaces, policy: SessionPolicy): Finding[] {
  const name = 'brute-force';
  const rule = policy.rules[name];
  if (!rule.enabled) return [];
  const withinMs = exactMs(rule.within);
  const counted = events.filter((event) => !event.exempt.includes(name));
  const failures = counted.filter(isFailedSignIn);
  return counted.filter(isSignIn).flatMap((event) => {
    const before = failures.filter(({ atMs }) => atMs <= event.atMs && atMs >= event.atMs - withinMs);
    if (before.length < rule.failures) return [];
    // The user's own network, where a password was forgotten, is no attacker's.
    const ownSinceMs = event.atMs - withinMs - exactMs(policy.tolerance);
    const isOwn = ({ network }: Place) => (known.get(`network ${network}`) ?? Number.POSITIVE_INFINITY) < ownSinceMs;
    const attackers = before.flatMap(({ place }) => (place && !isOwn(place) ? [place.address] : []));
    return finding(name, rule, event, [event.account], {
      title: `An account was signed in to after ${before.length} failures`,
      indicators: mostFrequent(attackers, 20),
      facts: { failures: before.length, ...(event.place ? placeFacts(event.place) : {}) },
      why: [`${before.length} failures within ${rule.within} before the success, at least ${rule.failures} count`],
    });
  });
}

/** One session in two networks or countries. */
function sessionTwoNetworks(events: SeenEvent[], policy: SessionPolicy): Finding[] {
  const name = 'session-two-networks';
  const rule = policy.rules[name];
  if (!rule.enabled) return [];
  const withinMs = exactMs(rule.within);
  const placed = events.filter((event) => isUse(event) && event.place && !event.exempt.includes(name));
  const sessions = groupBy(placed, (event) => event.session);
  return [...sessions].flatMap(([session, ofSession]) =>
    pairsWithin(ofSession, withinMs).flatMap(([a, b]) => {
      if (!differs(a.place!, b.place!, rule.differ)) return [];
      const back = ofSession.find(
        (c) => c.atMs > b.atMs && c.atMs <= a.atMs + withinMs && c.place![rule.differ] === a.place![rule.differ],
      );
      if (rule.returns && !back) return [];
      const [from, to] = [a.place![rule.differ]!, b.place![rule.differ]!];
      return finding(name, rule, rule.returns ? back! : b, [session], {
        title: 'One session was used from two networks',
        facts: { session, from, to, returned: Boolean(back), ...placeFacts(b.place!) },
        why: [`the session was used from ${from} and from ${to} within ${rule.within}`],
      });
    }),
  );
}

/** A change of rights after one of the findings above. */
function privilegeAfterUnusual(events: SeenEvent[], unusual: Finding[], policy: SessionPolicy): Finding[] {
  const name = 'privilege-after-unusual';
  const rule = policy.rules[name];
  if (!rule.enabled) return [];
  const withinMs = exactMs(rule.within);
  return events.flatMap((event) => {
    if (event.failed || event.exempt.includes(name) || !rule.actions.includes(event.action)) return [];
    const cause = unusual.find(({ atMs }) => atMs <= event.atMs && event.atMs <= atMs + withinMs);
    if (!cause) return [];
    return finding(name, rule, event, [event.account, event.action], {
      title: `After an unusual sign-in: ${event.action}`,
      facts: { action: event.action, after: `auth.${cause.rule}`, ...(event.place ? placeFacts(event.place) : {}) },
      why: [`${event.action} within ${rule.within} after ${cause.rule}`, ...cause.why],
    });
  });
}

/** Networks compare only when told the same way: a client with IPv4 and IPv6 is in one place. */
function differs(a: Place, b: Place, by: 'network' | 'country'): boolean {
  if (by === 'country') return a.country !== undefined && b.country !== undefined && a.country !== b.country;
  const way = ({ network }: Place) => (network.startsWith('as') ? 'as' : network.includes(':') ? 'ipv6' : 'ipv4');
  return way(a) === way(b) && a.network !== b.network;
}

function namesOf(a: Place, b: Place): [string, string] {
  if (a.country && b.country && a.country !== b.country) return [a.country, b.country];
  const name = ({ country, area }: Place) => `${country ?? '?'} ${Math.round(area!.lat)},${Math.round(area!.lon)}`;
  return [name(a), name(b)];
}

/** Pairs in order of time, the second at most `withinMs` after the first. */
function pairsWithin(events: SeenEvent[], withinMs: number): Array<[SeenEvent, SeenEvent]> {
  return events.flatMap((a, i) => {
    const pairs: Array<[SeenEvent, SeenEvent]> = [];
    for (let j = i + 1; j < events.length && events[j]!.atMs - a.atMs <= withinMs; j++) pairs.push([a, events[j]!]);
    return pairs;
  });
}

function groupBy(events: readonly SeenEvent[], keyOf: (event: SeenEvent) => string | undefined) {
  const groups = new Map<string, SeenEvent[]>();
  for (const event of events) {
    const key = keyOf(event);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.push(event);
    else groups.set(key, [event]);
  }
  return groups;
}

function mostFrequent(texts: string[], most: number): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .flatMap(([text], i) => (i < most ? [text] : []));
}

function days(ms: number): number {
  return Math.floor(ms / 86_400_000);
}
