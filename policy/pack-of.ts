/** The policy pack that an incident runs under, for telling its events and showing its board. */
import type { Explanation } from '../domain/incident/explain';
import type { NarratedPack } from '../domain/incident/narrated';
import type { IncidentState } from '../domain/incident/state';
import type { Policy, PolicySnapshot } from '../domain/policy/policy';
import { loadPolicy } from './load-policy';
import type { PolicySource } from './settings';

/** The policy on this machine when it is the very one the incident was declared under, by its hash; else `undefined`. */
export function samePack(state: IncidentState, configured?: PolicySource): Policy | undefined {
  for (const source of [configured, { ...configured, packs: state.policy.packs.map(({ id }) => id).join(',') }]) {
    if (!source) continue;
    const snapshot = installed(source, state.policy.sha256);
    if (snapshot?.sha256 === state.policy.sha256) return snapshot.pack;
  }
  return undefined;
}

/** How long a policy counts that is not the one that is looked for, in ms: its files may be changed while a server runs. */
const COUNTS_MS = 60_000;
const read = new Map<string, { snapshot?: PolicySnapshot; atMs: number }>();

/**
 * The policy of a source on this machine; `undefined` where there is none that can be read: the incident's own explanation has
 * what is needed to show it then. Reading one takes longer than all else that a page is made of, so it is kept.
 */
function installed(source: PolicySource, wanted: string): PolicySnapshot | undefined {
  const key = JSON.stringify([source.packs, source.organisationFile]);
  const kept = read.get(key);
  if (kept && (kept.snapshot?.sha256 === wanted || performance.now() - kept.atMs < COUNTS_MS)) return kept.snapshot;
  let snapshot: PolicySnapshot | undefined;
  try {
    snapshot = loadPolicy(source);
  } catch {
    // Told by whoever must have it.
  }
  read.set(key, { snapshot, atMs: performance.now() });
  return snapshot;
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
