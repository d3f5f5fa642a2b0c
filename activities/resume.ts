/** What a case needs to go on from the register alone: its state, and of an incident the policy that it was declared under. */
import { ApplicationFailure } from '@temporalio/common';
import canonicalize from 'canonicalize';
import { TIMELINE_CARRIED } from '../domain/case/contract';
import { resumeProblem, unheardAlarms } from '../domain/case/resumed';
import type { IncidentState } from '../domain/incident/state';
import { tocsin } from '../domain/kernel/command-lines';
import type { RecordedEvent } from '../domain/kernel/recorded-event';
import { standInOf } from '../domain/policy/disclosure';
import { type PolicyRef, PolicySchema, type PolicySnapshot, packNames } from '../domain/policy/policy';
import { stateOfAny } from '../domain/watch/registered-case';
import type { Log } from '../platform/log';
import type { ArtefactStore } from './storage/artefacts';
import type { Activities, ToResume } from './types';

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

/** A case of the register whose workflow is gone. What stands in the way is a result, not an error. */
export async function caseToResume(
  deps: Deps & { events(caseId: string): Promise<RecordedEvent[]> },
  { caseId, currentPolicy, closed }: Parameters<Activities['caseToResume']>[0],
): Promise<ToResume> {
  const events = await deps.events(caseId);
  const state = stateOfAny(events);
  if (!state) return { problem: `the register has no case "${caseId}"` };
  if (standInOf(state.title)) return { problem: `the texts of "${caseId}" were erased: nothing of it can go on` };
  const { closedAt, exercise } = state;
  if (closed)
    return closedAt === undefined
      ? { problem: `the register has "${caseId}" as open, not as closed` }
      : { state, recent: latest(events), alarms: [] };
  const problem = resumeProblem({ open: closedAt === undefined, exercise });
  if (problem === 'closed') return { problem: `"${caseId}" is closed: there is nothing to go on with` };
  if (problem === 'exercise') return { problem: `"${caseId}" is an exercise: play it again` };
  const found = { state, recent: latest(events), alarms: unheardAlarms(state, events) };
  const declaredUnder = (state as Partial<IncidentState>).policy;
  if (!declaredUnder) return found;
  const policy = await policyOf(deps, declaredUnder, currentPolicy);
  return policy ? { ...found, policy } : { problem: policyProblem(caseId, declaredUnder, await deps.policy()) };
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
    // A store that is away may have it: then it is asked again, and nobody is told to go on under another policy.
    if (error instanceof ApplicationFailure && error.type !== 'ArtefactFault') throw error;
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
    `with those packs, or go on under the current ones: \`${tocsin('resume', { 'incident-or-case': id, 'current-policy': true })}\``
  );
}

/** The latest events, oldest first, as many as a run may begin with. */
function latest(events: readonly RecordedEvent[]): RecordedEvent[] {
  const kept: RecordedEvent[] = [];
  let bytes = 0;
  for (const event of events.slice(-TIMELINE_CARRIED).reverse()) {
    bytes += Buffer.byteLength(JSON.stringify(event));
    if (bytes > RECENT_BYTES) break;
    kept.unshift(event);
  }
  return kept;
}
