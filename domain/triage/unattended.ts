/** Which sources an incident blocks before a person has looked at them, and which wait for one. */
import { indicatorKind } from '../detection/detection-rules';
import { blockable } from './blockable';
import type { TriageState } from './state';

/** More addresses than these are an attack that blocking does not end, or a mistake that must stay small. */
export const MOST_UNATTENDED = 20;

/**
 * Kinds of attack whose packets need no answer, so that their sender writes any address into them (RFC 2827): floods below
 * HTTP, and whatever is reflected. Whoever wants a third party blocked by us needs only send some.
 */
const FORGEABLE = /flood|d?dos(?![a-z])|amplif|reflect|volumetric|\b(?:udp|icmp|syn)\b/i;
/** A request over HTTP or TLS was preceded by a handshake: its address is one that answers. */
const SHAKEN_HANDS = /\b(?:https?|l7|layer-?7|tls|slowloris)\b/i;

/** What blocks at once when Tocsin declares by itself, and what only a person blocks. */
export interface Unattended {
  block: string[];
  withheld: string[];
}

/** Single addresses of kinds that cannot be forged, up to a number; all the rest is withheld. */
export function unattended(state: TriageState): Unattended {
  const sources = blockable(state);
  const sure = isForgeable(state) ? [] : sources.filter((source) => indicatorKind(source) === 'address');
  const block = sure.slice(0, MOST_UNATTENDED);
  return { block, withheld: sources.filter((source) => !block.includes(source)) };
}

/** Whether the addresses of a case may be anybody's: as its rule says, or as the kind of its first detection does. */
export function isForgeable({ incident, detection }: Pick<TriageState, 'incident' | 'detection'>): boolean {
  if (incident.forgeableSources !== undefined) return incident.forgeableSources;
  const { kind, protocol } = detection.facts;
  const words = [detection.type, kind, protocol].join(' ').replaceAll('_', ' ');
  return FORGEABLE.test(words) && !SHAKEN_HANDS.test(words);
}
