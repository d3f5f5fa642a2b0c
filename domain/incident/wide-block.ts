/** Blocks that take in many bystanders: those of a country, of a network (ASN) or of a wide range. Pure. */

import { around, hiddenIpv4, type IpRange, isFilled, overlaps, parseIpRange } from '../kernel/ip-address';
import type { Policy } from '../policy/policy';
import { asksTwoFor } from '../policy/two-persons';
import { occasionAlarm } from './alarms';
import { isOver } from './containment';
import type { NewEvent } from './events';
import { type ContainmentMeasure, measureId } from './incident';
import { isSecondPerson, isTocsin } from './second-person';
import type { IncidentState } from './state';

/** The longest prefixes that networks announce to one another: whatever is wider is more than one site (RFC 7454, 6.1.3). */
const ONE_SITE: Record<IpRange['family'], number> = { 4: 24, 6: 48 };

const ALL_IPV4 = parseIpRange('0.0.0.0/0')!;

/** Whether a measure blocks a country, a network or a range that is wider than /24 (IPv4) or /48 (IPv6). */
export function isWideBlock(measure: ContainmentMeasure): boolean {
  if (measure.action !== 'block-source') return false;
  const range = parseIpRange(measure.source);
  if (!range) return true;
  if (range.family === 6 && overlaps(range, ALL_IPV4)) return true;
  // An IPv6 range may stand for IPv4 addresses.
  return [range, ...hiddenIpv4(range).map((hidden) => hidden.range)].some(
    ({ family, prefix }) => prefix < ONE_SITE[family],
  );
}

/** Whether a measure fills, with what the incident has blocked already, a range that would be wide as one. */
function fillsWide(measure: ContainmentMeasure, { containment }: IncidentState): boolean {
  const range = rangeOf(measure);
  if (!range) return false;
  const inForce = Object.values(containment).filter((step) => step.state !== 'awaits-second' && !isOver(step));
  const blocked = inForce.flatMap((step) => rangeOf(step.measure) ?? []);
  return isFilled(around(range, ONE_SITE[range.family] - 1), [...blocked, range]);
}

function rangeOf(measure: ContainmentMeasure): IpRange | undefined {
  return measure.action === 'block-source' ? parseIpRange(measure.source) : undefined;
}

/** Whether a measure takes a second person before anything is done. */
function needsSecond(measure: ContainmentMeasure, state: IncidentState, { organisation }: Policy): boolean {
  return asksTwoFor('wide-blocks', organisation) && (isWideBlock(measure) || fillsWide(measure, state));
}

/**
 * The events by which a measure is asked for: it is under way at once, or it waits for a second person, who is asked by an
 * alarm. `undefined`: the same person has asked already.
 */
export function askedFor(
  measure: ContainmentMeasure,
  by: string,
  state: IncidentState,
  pack: Policy,
): NewEvent[] | undefined {
  const id = measureId(measure);
  const before = state.containment[id];
  const first = before?.state === 'awaits-second' ? before.askedBy : undefined;
  if (!needsSecond(measure, state, pack)) return [{ kind: 'containment-requested', by, data: { id, measure } }];
  if (first !== undefined && (isTocsin(by) || !isSecondPerson(by, first))) return undefined;
  if (first !== undefined && !isTocsin(first))
    return [{ kind: 'containment-requested', by, data: { id, measure, firstBy: first } }];
  const asked: NewEvent = { kind: 'containment-first-of-two', by, data: { id, measure } };
  const data = occasionAlarm({ threshold: { kind: 'first-of-two', by }, measure: id }, state, pack);
  return [asked, { kind: 'alarm-raised', data }];
}
