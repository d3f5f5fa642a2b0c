/** On what a notice may wait: the grounds of its law, or for an own promise any reason. */
import type { ObligationRule } from '../policy/rule';
import { isSettled, type Obligation } from './state';

/** Who holds a notice back, on what and until when. */
export function heldText({ by, reason, ground, until }: NonNullable<Obligation['hold']>): string {
  return `held by ${by}${ground ? ` on the ground ${ground}` : ''}${until ? ` until ${until}` : ''}: ${reason}`;
}

/** Why an obligation cannot be held; undefined when it can. */
export function holdProblem(o: Obligation, rule: ObligationRule, ground: string | undefined): string | undefined {
  if (o.status === 'dispatching' || isSettled(o))
    return `obligation: ${o.id} is already ${o.status}: too late to hold, and nothing was held back. Correct with assess what was wrong in it: that opens a supplement`;
  if (!['email', 'status-page', 'filing'].includes(rule.channel))
    return `obligation: ${o.id} sends nothing that could be held; waive it with a reason if it does not apply`;
  const grounds = rule.holdGrounds;
  if (!grounds) return ground ? `ground: ${o.id} takes no ground, only your reason: leave it out` : undefined;
  if (grounds.length === 0)
    return (
      `obligation: ${o.id} cannot be held: ${rule.citation} provides no ground for delay. Send what is known now, ` +
      'and the rest as a supplement; give the reasons for a delay with `--delay-reasons`'
    );
  if (grounds.some((each) => each.id === ground)) return undefined;
  const choices = grounds.map((each) => `${each.id} (${each.title}; ${each.citation})`).join(', ');
  return `ground: ${o.id} (${rule.citation}) may be held only on a legal ground; give one of: ${choices}`;
}
