/** Waives the company's own promises, each on a ground that it takes. */
import { groundProblem, groundsOf } from '../../../../domain/incident/grounds';
import type { IncidentState } from '../../../../domain/incident/state';
import { type Policy, ruleOf } from '../../../../domain/policy/policy';
import { NOT_OWED_REASON, type Story } from './story';

/** The first ground on which a rule is waived on the present facts; none where a reason alone waives it, or nothing does. */
export function groundFor(id: string, { pack, state }: { pack: Policy; state: IncidentState }): string | undefined {
  const rule = ruleOf(pack, id)!;
  return groundsOf(rule, pack).find((ground) => groundProblem(ground.id, rule, pack, state) === undefined)?.id;
}

/** Waives whatever is waived on the present facts. */
export function waivePromises(story: Story): void {
  for (const { id } of story.pack.obligations) {
    const ground = groundFor(id, story);
    story.send('waive', { obligation: id, reason: NOT_OWED_REASON, ...(ground && { ground }) });
  }
}
