/** What an incident needs to go on from the register alone: its state, and the policy that it was declared under. */
import canonicalize from 'canonicalize';
import { TIMELINE_CARRIED } from '../domain/case/contract';
import type { IncidentEvent } from '../domain/incident/events';
import { fold } from '../domain/incident/evolve';
import { resumeProblem, type ToResume, unheardAlarms } from '../domain/incident/resumed';
import { tocsin } from '../domain/kernel/command-lines';
import { standInOf } from '../domain/policy/disclosure';
import { type PolicyRef, PolicySchema, type PolicySnapshot, packNames } from '../domain/policy/policy';
import type { Log } from '../platform/log';
import { UnknownIncidentError } from '../register/errors';
import type { ArtefactStore } from './storage/artefacts';
import type { Activities } from './types';

/** As many bytes of its latest events as a run begins with: the register holds all of them. */
const RECENT_BYTES = 300_000;

interface Deps {
  /** The policy in force. */
  policy(): Promise<PolicySnapshot>;
  artefacts: ArtefactStore;
  log: Log;
}

/**
 * The policy in force, kept under its own hash for whoever must rebuild the incident. A store that does not take it delays
 * no clock.
 */
export async function snapshotPolicy({ policy, artefacts, log }: Deps): Promise<PolicySnapshot> {
  const snapshot = await policy();
  try {
    // Its hash is over this form (RFC 8785), so the store finds it by that.
    await artefacts.put(Buffer.from(canonicalize(snapshot.pack) as string));
  } catch (error) {
    log.error({ problem: (error as Error).message }, 'the policy of a new incident was not kept in the artefact store');
  }
  return snapshot;
}

/** An incident of the register whose workflow is gone. What stands in the way is a result, not an error. */
export async function incidentToResume(
  deps: Deps & { events(incidentId: string): Promise<IncidentEvent[]> },
  { incidentId, currentPolicy }: Parameters<Activities['incidentToResume']>[0],
): Promise<ToResume> {
  const events = await readIfThere(deps.events, incidentId);
  const state = fold(events);
  if (!state) return { problem: `the register has no incident "${incidentId}"` };
  if (standInOf(state.title)) return { problem: `the texts of "${incidentId}" were erased: nothing of it can go on` };
  const problem = resumeProblem(state);
  if (problem === 'closed')
    return {
      problem: `"${incidentId}" is closed: to go on with it, open it again: \`${tocsin('reopen', { id: incidentId, reason: { ask: 'reason' } })}\``,
    };
  if (problem === 'exercise') return { problem: `"${incidentId}" is an exercise: play it again` };
  const policy = await policyOf(deps, state.policy, currentPolicy);
  if (!policy) return { problem: policyProblem(incidentId, state.policy, await deps.policy()) };
  return { state, policy, recent: latest(events), alarms: unheardAlarms(state, events) };
}

async function readIfThere(read: (id: string) => Promise<IncidentEvent[]>, id: string): Promise<IncidentEvent[]> {
  try {
    return await read(id);
  } catch (error) {
    if (error instanceof UnknownIncidentError) return [];
    throw error;
  }
}

/** The one that it was declared under, from the artefact store or from the settings; else the current one, if that is wanted. */
async function policyOf(
  { artefacts, policy, log }: Deps,
  { sha256 }: PolicyRef,
  currentPolicy = false,
): Promise<PolicySnapshot | undefined> {
  const current = await policy();
  if (current.sha256 === sha256) return current;
  try {
    const kept = PolicySchema.safeParse(JSON.parse((await artefacts.get(sha256)).toString('utf8')));
    if (kept.success) return { sha256, pack: kept.data };
    log.error({ sha256 }, 'the policy that an incident was declared under is not one that this version reads');
  } catch (error) {
    log.error(
      { sha256, problem: (error as Error).message },
      'the policy that an incident was declared under is not kept',
    );
  }
  return currentPolicy ? current : undefined;
}

function policyProblem(id: string, declaredUnder: PolicyRef, { pack }: PolicySnapshot): string {
  return (
    `"${id}" was declared under ${packNames(declaredUnder.packs)}, which neither the artefact store nor the settings have; ` +
    `the workers have ${packNames(pack.packs)} now, which may require other things. Restore the artefacts, start the workers ` +
    `with those packs, or go on under the current ones: \`${tocsin('resume', { id, 'current-policy': true })}\``
  );
}

/** The latest events, oldest first, as many as a run may begin with. */
function latest(events: readonly IncidentEvent[]): IncidentEvent[] {
  const kept: IncidentEvent[] = [];
  let bytes = 0;
  for (const event of events.slice(-TIMELINE_CARRIED).reverse()) {
    bytes += Buffer.byteLength(JSON.stringify(event));
    if (bytes > RECENT_BYTES) break;
    kept.unshift(event);
  }
  return kept;
}
