/** How an incident stands: as its workflow says, or, where no worker answers for it, as the register has it. */
import { refused } from '../../client/errors';
import { clockNow } from '../../domain/case/clock-now';
import type { IncidentView } from '../../domain/incident/contract';
import type { IncidentEvent } from '../../domain/incident/events';
import { type Explanation, explain } from '../../domain/incident/explain';
import type { Instant } from '../../domain/kernel/time';
import { samePack } from '../../policy/pack-of';
import type { Shell } from '../shell';
import { ask } from './in-register';

/** An incident as it was found. */
export interface Seen {
  view: IncidentView;
  events: IncidentEvent[];
  explanations: Explanation[];
  /** The incident's own time; of one that is closed, when it was. */
  now: Instant;
  /** No worker answered: this is what the register has. */
  fromRegister?: true;
}

/** What is said where the register answers in place of a worker. */
export const NO_WORKER =
  'No worker has answered: this is what the register has. While none is running, nothing goes on by itself.';

/** A worker that has not answered within this is looked past: the register is asked. */
const WORKER_WITHIN_MS = 1_500;

/**
 * Looks at an incident. Where a worker does not answer soon and a register is set up, the answer is from there.
 *
 * @throws CommandError when it is not declared yet, and the errors of the client when nobody answers.
 */
export async function seen(shell: Shell, id: string): Promise<Seen> {
  const client = await shell.client();
  const answer = Promise.all([client.view(id), client.timeline(id), client.explain(id)]);
  // It may fail after the register has answered, when nobody waits for it any more.
  answer.catch(() => undefined);
  const slow = new Promise<'slow'>((resolve) => setTimeout(resolve, WORKER_WITHIN_MS, 'slow').unref());
  const first = await Promise.race([answer, slow]);
  if (first === 'slow') {
    const registered = await inRegisterWhole(shell, id);
    if (registered) return registered;
  }
  const [view, events, explanations] = await answer;
  if (!view) throw refused(`incident "${id}" has just been started and is not declared yet; try again in a moment`);
  return { view, events, explanations, now: view.state.closedAt ?? clockNow(view.clock) };
}

async function inRegisterWhole(shell: Shell, id: string): Promise<Seen | undefined> {
  return ask(shell, async () => {
    const { readIncidentEvents } = await import('../../register/read-incident.js');
    const { fold } = await import('../../domain/incident/evolve.js');
    const { nextDeadline } = await import('../../domain/incident/clocks.js');
    const events = await readIncidentEvents(await shell.register(), id);
    const state = fold(events)!;
    const pack = samePack(state, shell.settings.policy);
    // The clock of an exercise is its own: the last that is known of it is its last event.
    const now = state.closedAt ?? (state.exercise ? events.at(-1)!.at : new Date().toISOString());
    const clock = { incidentAt: now, realAt: now, rate: 1 };
    const view = { state, clock, registerBacklog: 0, inFlight: [], nextDueAt: nextDeadline(state) ?? null };
    return { view, events, explanations: pack ? explain(state, pack) : [], now, fromRegister: true as const };
  });
}
