/** What `tocsin declare` says before and after: which notices go out by themselves, and when. */

import { type GoesOut, goesOut } from '../../../domain/incident/goes-out';
import { DeclarationSchema } from '../../../domain/incident/incident';
import { human, type Instant, spanText, toMs } from '../../../domain/kernel/time';
import type { Shell } from '../../shell';

/** One sentence each, of a declaration as it would be made now. None where the policy here cannot be read: nothing waits for it. */
export async function goesOutLines(shell: Shell, raw: unknown): Promise<string[]> {
  const parsed = DeclarationSchema.safeParse(raw);
  if (!parsed.success || parsed.data.recordedAt !== undefined) return [];
  const { declaredAt } = parsed.data;
  try {
    const { loadPolicy } = await import('../../../policy/load-policy.js');
    const all = goesOut(parsed.data, loadPolicy(shell.settings.policy), declaredAt);
    const by =
      all.length > 0 && shell.isRemote ? ['By the policy on this machine; that of the server may be another:'] : [];
    return [...by, ...goesOutSentences(all, declaredAt)];
  } catch {
    return [];
  }
}

/** Notices of one instant are said together; apart are those to which nobody can object before. */
export function goesOutSentences(all: readonly GoesOut[], declaredAt: Instant): string[] {
  const groups = [...new Map(all.map((each) => [keyOf(each), each])).values()];
  return groups.map(({ at, automatic }) => {
    const titles = all.filter((each) => keyOf(each) === keyOf({ at, automatic })).map(({ title }) => title);
    const what = titles.length > 1 ? `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}` : titles[0]!;
    const [is, it] = titles.length > 1 ? ['go', 'them'] : ['goes', 'it'];
    if (automatic)
      return `${what} ${is} out as soon as ${it === 'them' ? 'they are' : 'it is'} written: nobody is asked before.`;
    if (toMs(at) <= toMs(declaredAt))
      return `${what} ${is} out at once: the time to object to ${it} ended ${human(at)}.`;
    return `Unless somebody objects, ${what} ${is} out at ${human(at)}, ${spanText(toMs(at) - toMs(declaredAt))} after the declaration.`;
  });
}

function keyOf({ at, automatic }: Pick<GoesOut, 'at' | 'automatic'>): string {
  return automatic ? 'automatic' : at;
}
