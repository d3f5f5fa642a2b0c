/** An incident as its pages show it: how it stands, what happened, and what to do next. */

import { KINDS, kindOf } from '../../client/kinds';
import type { Stopped } from '../../client/stopped';
import type { TocsinClient } from '../../client/tocsin-client';
import { clockNow } from '../../domain/case/clock-now';
import type { IncidentView } from '../../domain/incident/contract';
import type { IncidentEvent } from '../../domain/incident/events';
import type { Explanation } from '../../domain/incident/explain';
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
  if (found?.workflow !== KINDS.incident.workflow) throw noSuchCase();
  const mark = (await client.mark(id)) ?? '';
  const [view, events, explanations] = await Promise.all([client.view(id), client.timeline(id), client.explain(id)]);
  if (!view) throw new Refusal('unavailable', 'the incident is not opened yet: look again in a moment', [], 1);
  const { state } = view;
  const now = state.closedAt ?? clockNow(view.clock);
  const same = samePack(state, policy);
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
    mark,
    ...(stopped && { stopped }),
  };
}
