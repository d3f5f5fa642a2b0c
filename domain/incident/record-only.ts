/**
 * A past incident that is only taken into the register: its acts are played at their real instants, every verdict is
 * computed, and nothing is sent, contained or alarmed. Pure.
 */
import { advance, type Decision, open } from '../case/advance';
import { onCaseMessage, parseCaseMessage } from '../case/messages';
import { type Instant, toMs } from '../kernel/time';
import type { PolicySnapshot } from '../policy/policy';
import type { IncidentEvent } from './events';
import type { Declaration } from './incident';
import { incidentLifecycle } from './lifecycle';
import { INCIDENT_MESSAGES } from './messages';
import { openingOf } from './opening';
import { playedAct, type RecordedAct } from './recorded-acts';
import type { IncidentState } from './state';

/** An act that cannot have been so: which, and why. */
export interface ActProblem {
  act: number;
  problems: string[];
}

/**
 * Plays a past incident up to `now`: from one deadline to the next, each act at its own instant. What is refused changes
 * nothing, as in earnest, and is listed.
 */
export function playRecord(
  declaration: Declaration,
  acts: readonly RecordedAct[],
  policy: PolicySnapshot,
  now: Instant,
): Decision<IncidentState, IncidentEvent> & { refused: ActProblem[] } {
  const lifecycle = incidentLifecycle(policy.pack);
  const startAt = declaration.declaredAt;
  let { state, events } = open(lifecycle, declaration.id, openingOf(declaration, policy, startAt), startAt);
  const refused: ActProblem[] = [];
  let clock = startAt;
  const take = (next: Decision<IncidentState, IncidentEvent>) => {
    state = next.state;
    events = [...events, ...next.events];
  };
  const passTo = (until: Instant) => {
    for (;;) {
      const wake = state.closedAt ? undefined : lifecycle.nextWake(state, clock);
      if (!wake || toMs(wake.at) > toMs(until)) break;
      clock = wake.at;
      take(advance(lifecycle, state, [], clock));
    }
    clock = until;
  };
  for (const [act, one] of acts.entries()) {
    const played = playedAct(one, clock, now);
    if ('refused' in played) {
      refused.push({ act, problems: [played.refused] });
      continue;
    }
    const { at, body } = played;
    const name = one.message;
    const parsed = parseCaseMessage(INCIDENT_MESSAGES[name]!.schema, body);
    if (!parsed.ok) {
      refused.push({ act, problems: parsed.problems });
      continue;
    }
    passTo(at);
    const news = onCaseMessage(lifecycle, state, name, parsed.message, at);
    const rejected = news.flatMap((event) => (event.kind === 'rejected' ? event.data.problems : []));
    if (rejected.length > 0) refused.push({ act, problems: rejected });
    take(advance(lifecycle, state, news, at, parsed.message.by, parsed.message.commandId, parsed.message.breakGlass));
  }
  passTo(now);
  return { state, events, refused };
}
