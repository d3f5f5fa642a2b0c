/** When silence sends a notice, and what it never sends. */
import { type Instant, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { isDoubted } from './doubted';
import { readerOf } from './readers';
import { type IncidentState, isSettled, type Obligation, waitsForPerson } from './state';
import { toldWith } from './telling';

/**
 * True for a notice to individuals, or to the public in place of them, that lacks what its law requires: only a person may
 * send it, with a reason.
 */
export function lacksRequired({ draft }: Obligation, rule: ObligationRule): boolean {
  return readerOf(rule) === 'person' && (draft?.missing.length ?? 0) > 0;
}

/**
 * When a drafted notice is sent if nobody objects; nothing where silence does not send it. A notice that serves another duty
 * too goes out at the earlier margin of the two. What changed since it was told, was stopped or was refused only a person sends
 * on, and a typing error in an instant sends nothing.
 */
export function sentOnSilenceAt(o: Obligation, state: IncidentState, pack: Policy): Instant | undefined {
  if (o.changed || waitsForPerson(o)) return undefined;
  const served = [
    o,
    ...toldWith(o, state, pack).filter((other) => !isSettled(other) && other.status !== 'proposed-not-owed'),
  ];
  const margins = served.flatMap((each) => {
    const rule = ruleOf(pack, each.rule);
    const sends = rule?.onSilence === 'send' && !isDoubted(rule, each, state);
    return sends && each.marginAt !== undefined ? [each.marginAt] : [];
  });
  return margins.sort((a, b) => toMs(a) - toMs(b))[0];
}
