/** Whether a rule is in force: laws begin, end and are replaced. */
import { type Instant, localDate } from '../kernel/time';
import { type Finding, undecided } from './finding';
import type { ObligationRule, Validity } from './rule';

/** True when a rule was in force on the day of an instant. A rule without dates always is. */
export function inForceAt({ validity }: Pick<ObligationRule, 'validity'>, at: Instant): boolean {
  if (!validity) return true;
  const day = localDate(at, validity.timeZone);
  return (!validity.from || validity.from <= day) && (!validity.to || day <= validity.to);
}

/**
 * Whether a rule is in force for an incident whose clocks start at these instants (`undefined`: not yet known). One start
 * within its dates is enough; a clock that starts outside of them does not count.
 */
export function inForce(rule: Pick<ObligationRule, 'validity'>, starts: Array<Instant | undefined>): Finding {
  const { validity } = rule;
  if (!validity) return { value: true, because: [] };
  const known = starts.filter((at) => at !== undefined);
  if (known.some((at) => inForceAt(rule, at))) return { value: true, because: [] };
  if (known.length < starts.length || known.length === 0) {
    return undecided(`it is in force ${inWords(validity)}, and the day that counts is not yet known`);
  }
  return { value: false, because: [`it is in force ${inWords(validity)}, and none of its clocks starts then`] };
}

function inWords({ from, to }: Validity): string {
  if (!to) return `since ${from}`;
  return from ? `from ${from} to ${to}` : `until ${to}`;
}
