/** Takes a past incident into the register: played here first, so that nothing is recorded that cannot have been. */
import { usage } from '../client/errors';
import type { TocsinClient } from '../client/tocsin-client';
import type { Declaration } from '../domain/incident/incident';
import { playRecord } from '../domain/incident/record-only';
import type { RecordedAct } from '../domain/incident/recorded-acts';
import type { InexactInstant } from '../domain/kernel/inexact-instant';
import type { PolicySnapshot } from '../domain/policy/policy';

/** A past incident. `where`: where each of its acts stands, for errors. */
export interface PastIncident {
  declaration: Declaration;
  acts: Array<RecordedAct & { when?: InexactInstant }>;
  where: string[];
}

/** Throws a usage error that lists every act that is refused; then starts the incident, with nothing of it ever sent. */
export async function recordPast(client: TocsinClient, past: PastIncident, policy: PolicySnapshot) {
  const { declaration, where } = past;
  const acts = past.acts.map(({ at, when, message, body }): RecordedAct => ({ at: when ?? at, message, body }));
  const played = playRecord(declaration, acts, policy, declaration.recordedAt!);
  if (played.refused.length > 0) {
    const problems = played.refused.flatMap(({ act, problems: why }) => why.map((each) => `${where[act]}: ${each}`));
    throw usage(`nothing was recorded: ${declaration.id} has acts that cannot have been so`, problems);
  }
  const { created, waiting } = await client.declare({ declaration, policy, recorded: acts });
  return { created, waiting, played };
}

/** Of one that no worker has opened yet. */
export const NOT_RECORDED = 'not in the register yet: it is recorded once a worker runs';
