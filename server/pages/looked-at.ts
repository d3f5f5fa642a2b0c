/** An incident as its pages show it: how it stands, what happened, and what to do next. */

import { KINDS, kindOf } from '../../client/kinds';
import type { Stopped } from '../../client/stopped';
import type { TocsinClient } from '../../client/tocsin-client';
import { clockNow } from '../../domain/case/clock-now';
import type { IncidentView } from '../../domain/incident/contract';
import type { IncidentEvent } from '../../domain/incident/events';
import { type Explanation, explain } from '../../domain/incident/explain';
import { type NextStep, nextSteps, stepsOfAlarms } from '../../domain/incident/next-steps';
import type { Instant } from '../../domain/kernel/time';
import type { Policy } from '../../domain/policy/policy';
import { samePack, shownPack } from '../../policy/pack-of';
import type { PolicySource } from '../../policy/settings';
import { isCaseId } from '../api/bodies';
import { noSuchCase } from '../api/failures';
import { Refusal } from '../problem';

export interface LookedAt {
  id: string;
  view: IncidentView;
  events: IncidentEvent[];
  explanations: Explanation[];
  pack: Policy;
  steps: NextStep[];
  /** Its policy is installed here: else the steps are only what the alarms ask for. */
  known: boolean;
  /** The incident's own time; of one that is closed, when it was. */
  now: Instant;
  /** Of how it stood when it was looked at. */
  mark: string;
  /** Its workflow ended though it is open: it takes no message, and has no steps. */
  stopped?: Stopped;
}

/** Looks at an incident. Throws a Refusal where there is none, and the errors of the client. */
export async function lookAt(client: TocsinClient, id: string, policy?: PolicySource): Promise<LookedAt> {
  if (!isCaseId(id) || (kindOf(id) ?? 'incident') !== 'incident') throw noSuchCase();
  const found = await client.find(id);
  if (!found) throw noSuchCase(id);
  if (found.workflow !== KINDS.incident.workflow) throw noSuchCase();
  const [view, events] = await Promise.all([viewOf(client, id), client.timeline(id)]);
  const { state } = view;
  const now = nowOf(view);
  const same = samePack(state, policy);
  // Each question is a task for a worker: what follows from the state is not asked for.
  const explanations = same ? explain(state, same) : await client.explain(id);
  const standing = found.open || state.closedAt ? undefined : await client.stands(id);
  const stopped = typeof standing === 'object' ? standing : undefined;
  const steps = stopped ? [] : same ? nextSteps(state, same, now) : stepsOfAlarms(state, events, now);
  const pack = same ?? shownPack(state, explanations, policy);
  return {
    id,
    view,
    events,
    explanations,
    pack,
    steps,
    known: same !== undefined,
    now,
    mark: found.mark,
    ...(stopped && { stopped }),
  };
}

/** What the board shows of an incident: how it stands, and what is next. */
export type NextOf = Pick<LookedAt, 'view' | 'steps' | 'now'>;

/** Looks at what is next of an incident that the board lists as running. */
export async function lookAtNext(client: TocsinClient, id: string, policy?: PolicySource): Promise<NextOf> {
  const view = await viewOf(client, id);
  const { state } = view;
  const now = nowOf(view);
  const same = samePack(state, policy);
  const steps = same ? nextSteps(state, same, now) : stepsOfAlarms(state, await client.timeline(id), now);
  return { view, steps, now };
}

async function viewOf(client: TocsinClient, id: string): Promise<IncidentView> {
  const view = await client.view(id);
  if (!view) throw new Refusal('unavailable', 'the incident is not opened yet: look again in a moment', [], 1);
  return view;
}

/** The incident's own time; of one that is closed, when it was. */
function nowOf({ state, clock }: IncidentView): Instant {
  return state.closedAt ?? clockNow(clock);
}
