/** What a notice says of times: exact ones, and both readings of those that are not known exactly. */

import { earliestOf, type InexactInstant, inexactOf, type When } from '../kernel/inexact-instant';
import type { Instant } from '../kernel/time';
import type { Content } from '../policy/rule';
import { counting } from './awareness';
import type { NoticeAbout } from './content-value';
import type { Line } from './said';
import type { IncidentState, Obligation } from './state';

/** An instant, with both readings where it is not known exactly. */
export function instantLine(at: Instant, inexact: InexactInstant | undefined): Line {
  return { is: 'instant', at, ...(inexact && { latest: inexact.latest }) };
}

/** A person who is told of a breach wonders when it was: where the law does not ask for it, the notice says that nobody knows. */
export function openPeriod({ field, optional }: Content, { reader, state }: NoticeAbout): Line[] | undefined {
  if (field !== 'period' || !optional || reader !== 'person') return undefined;
  return [{ is: 'period-open', detectedAt: state.declaration.detectedAt }];
}

/** The awareness that counts, and its latest reading where it is not known exactly. */
export function awareReadings({ awareness }: IncidentState, at: Instant): { at: Instant; latest?: Instant } {
  const inexact = counting(awareness)?.statement.inexact;
  return inexact?.earliest === at ? { at, latest: inexact.latest } : { at };
}

/** From when to when it was, with both readings of a time that is not known exactly. */
export function periodLine(from: When, to: When | undefined): Line {
  const [fromLatest, toLatest] = [inexactOf(from)?.latest, inexactOf(to)?.latest];
  return {
    is: 'period',
    from: earliestOf(from),
    ...(fromLatest && { fromLatest }),
    ...(to && { to: earliestOf(to) }),
    ...(toLatest && { toLatest }),
  };
}

/** When it was first told, where that is known exactly. */
export function firstTold(o: Obligation | undefined): { firstAt?: Instant } {
  const at = o?.fulfilledAs ? undefined : (o?.evidence?.firstToldAt ?? o?.fulfilledAt);
  return at && !isReading(o, at) ? { firstAt: at } : {};
}

/** Whether an instant is only one reading of a telling whose time is not known exactly. */
export function isReading(o: Obligation | undefined, at: Instant): boolean {
  const tellings = [...(o?.outside ?? []), ...(o?.publications ?? [])];
  return tellings.some(({ inexact }) => inexact && [inexact.earliest, inexact.latest].includes(at));
}
