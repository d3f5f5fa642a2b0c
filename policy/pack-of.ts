/** The policy pack that an incident runs under, for telling its events and showing its board. */
import type { Explanation } from '../domain/incident/explain';
import type { NarratedPack } from '../domain/incident/narrated';
import type { IncidentState } from '../domain/incident/state';
import type { Policy } from '../domain/policy/policy';
import { loadPolicy } from './load-policy';
import type { PolicySource } from './settings';

/** The policy on this machine when it is the very one the incident was declared under, by its hash; else `undefined`. */
export function samePack(state: IncidentState, configured?: PolicySource): Policy | undefined {
  for (const source of [configured, { ...configured, packs: state.policy.packs.map(({ id }) => id).join(',') }]) {
    if (!source) continue;
    try {
      const snapshot = loadPolicy(source);
      if (snapshot.sha256 === state.policy.sha256) return snapshot.pack;
    } catch {
      // Another policy is installed here; the incident's own explanation has what is needed to show it.
    }
  }
  return undefined;
}

/** What telling and showing need: from the same pack, else from what the incident explains about itself. */
export function shownPack(state: IncidentState, explanations: Explanation[], configured?: PolicySource): Policy {
  const same = samePack(state, configured);
  if (same) return same;
  const obligations = explanations.map(({ rule, title, commitments }) => {
    const evidence = Object.values(state.obligations).find((o) => o.rule === rule)?.evidence;
    const known: NarratedPack['obligations'][number] & { dispatch: string } = {
      id: rule,
      title,
      commitments,
      recipient: { to: 'internal' },
      channel: (evidence?.channel ?? 'register') as never,
      dispatch: 'approval',
    };
    return known;
  });
  return { obligations } as unknown as Policy;
}
