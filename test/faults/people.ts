/** On-call and counsel as a loop: they do whatever an incident waits for, until it is closed; nothing discourages them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { temporal as protos } from '@temporalio/proto';
import type { IncidentView } from '../../domain/incident/contract';
import { outstanding } from '../../domain/incident/filings';
import type { MessageName } from '../../domain/incident/messages';
import { isSettled } from '../../domain/incident/state';
import { Pauses } from '../setup/pauses';
import { policy, type RealWorld } from '../setup/real-world';

export interface Task {
  message: MessageName;
  body: Record<string, unknown>;
}

const REVIEW = {
  rootCause: 'A build printed its environment',
  controls: ['Logs of builds are private'],
  shareSummary: false,
};

const CHECKED = 'two of us went through the access log of that night line by line';

function reasonsFor(obligation: string, dispatch: string, reference: string | undefined): Task {
  const body = { obligation, delayReasons: 'the logs of the night had to be read first' };
  return dispatch === 'filing' ? { message: 'filed', body: { ...body, reference } } : { message: 'approve', body };
}

/** What the incident waits for from a person now. */
export function tasks({ state, inFlight, registerBacklog }: IncidentView): Task[] {
  const list: Task[] = [];
  const obligations = Object.values(state.obligations);
  for (const o of obligations) {
    const rule = policy.pack.obligations.find(({ id }) => id === o.rule)!;
    if (rule.dispatch === 'approval' && o.status === 'drafted' && !o.approved) {
      list.push({
        message: 'approve',
        body: { obligation: o.id, incompleteBecause: 'people must block their cards tonight' },
      });
    }
    if (o.status === 'partly-told')
      list.push({
        message: 'told',
        body: { obligation: o.id, rest: true, channel: 'phone' },
      });
    if (o.status === 'filing') list.push({ message: 'filed', body: { obligation: o.id, reference: `REF-${o.id}` } });
    if (o.status === 'proposed-not-owed')
      list.push({ message: 'not-owed', body: { obligation: o.id, reason: CHECKED } });
    if (rule.recipient.to === 'organisations' && o.status === 'pending')
      list.push({
        message: 'told',
        body: { obligation: o.id, organisations: ['A bank'], rest: true, channel: 'phone' },
      });
    else if (rule.channel === 'decision' && !isSettled(o))
      list.push({ message: 'waive', body: { obligation: o.id, ground: 'counsel-decided', reason: CHECKED } });
    // What no phase of a report delivered, nobody will ever know.
    for (const missing of o.status === 'fulfilled' ? outstanding(o) : []) {
      const field = rule.contents.find(({ title }) => title === missing)!.field;
      list.push({ message: 'cannot-establish', body: { obligation: o.id, field, reason: CHECKED } });
    }
    if (o.delayReasonsOwed) list.push(reasonsFor(o.id, rule.dispatch, o.evidence?.reference));
  }
  if (list.length > 0 || inFlight.length > 0) return list;
  const open = obligations.filter((o) => !isSettled(o)).map(({ rule }) => rule);
  if (open.includes('containment'))
    return [{ message: 'status', body: { status: 'contained', despite: 'what was not blocked is switched off' } }];
  if (state.assessment?.facts.personalData === undefined)
    return [{ message: 'assess', body: { assessment: { personalData: 'no' } } }];
  if (state.status !== 'resolved') return [{ message: 'status', body: { status: 'resolved' } }];
  if (!state.review) return [{ message: 'review', body: REVIEW }];
  if (open.length === 0 && registerBacklog === 0) return [{ message: 'close', body: {} }];
  return [];
}

/** Acts until the incident is closed and its workflow has ended. A worker that is away is waited for. */
export async function peopleClose(world: RealWorld, id: string, withinMs: number): Promise<void> {
  const { client } = world;
  const giveUpAt = Date.now() + withinMs;
  let last = 'nothing';
  let pauses = new Pauses(250, 2_000);
  let seen: string | undefined;
  while (Date.now() < giveUpAt && !world.isOver) {
    try {
      const view = await client.view(id);
      if (view?.state.closedAt) {
        await client.finished(id);
        return;
      }
      if (view)
        last = `status ${view.state.status}, in flight: ${view.inFlight.join(', ')}, ${view.registerBacklog} to write`;
      const stands = view && `${view.state.seq} ${last}`;
      if (stands !== seen) pauses = new Pauses(250, 2_000);
      seen = stands;
      for (const { message, body } of view ? tasks(view) : []) {
        // The same thing asked for in the same state is the same command, however often it is sent.
        const commandId = `${message} ${JSON.stringify(body)} ${view!.state.seq}`;
        await client.send(id, message, { by: 'oncall', commandId, ...body } as never);
      }
    } catch (error) {
      const { message, problems = [] } = error as Error & { problems?: string[] };
      last = [message, ...problems].join('; ');
      // Many who ask at once keep a busy worker from what they wait for.
      await sleep(2_000);
    }
    await pauses.next();
  }
  throw new Error(
    `${id} is not closed within ${withinMs} ms; last seen: ${last}${await unlikeItsReplay(world, id, last)}`,
  );
}

/** Where a task is not the one that its replay makes, the events around the one that does not fit. */
async function unlikeItsReplay({ temporal }: RealWorld, id: string, last: string): Promise<string> {
  const at = Number(/TMPRL1100.*HistoryEvent\(id: (\d+)/.exec(last)?.[1]);
  if (!at) return '';
  const { events } = await temporal.workflow.getHandle(id).fetchHistory();
  const { EventType } = protos.api.enums.v1;
  return (events ?? [])
    .map((event) => ({ n: Number(event.eventId), what: EventType[event.eventType!], event }))
    .filter(({ n }) => Math.abs(n - at) <= 20)
    .map(
      ({ n, what, event }) => `\n${n} ${what} ${event.activityTaskScheduledEventAttributes?.activityType?.name ?? ''}`,
    )
    .join('');
}
