/** Registers the incident's signals, updates and queries. All take one object, parsed by the domain's schemas. */
import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setDefaultSignalHandler,
  setHandler,
} from '@temporalio/workflow';
import type { z } from 'zod';
import {
  type DeliveryProblem,
  DeliveryProblemSchema,
  type DeliveryReport,
  DeliveryReportSchema,
  type IncidentView,
  type Pace,
  PaceSchema,
  type Receipt,
} from '../domain/incident/contract';
import type { IncidentEvent } from '../domain/incident/events';
import type { Explanation } from '../domain/incident/explain';
import { MESSAGE_NAMES, type MessageName } from '../domain/incident/messages';
import { FAILURES } from '../domain/kernel/failures';
import { problemsOf } from '../domain/kernel/problems';
import type { IncidentRun } from './incident-run';

export const stateQuery = defineQuery<IncidentView | undefined>('state');
export const timelineQuery = defineQuery<IncidentEvent[]>('timeline');
export const explainQuery = defineQuery<Explanation[]>('explain');
export const paceSignal = defineSignal<[Pace]>('pace');
export const deliveredSignal = defineSignal<[DeliveryReport]>('delivered');
export const deliveryProblemSignal = defineSignal<[DeliveryProblem]>('delivery-problem');

export function receiveMessages(run: IncidentRun): void {
  for (const name of MESSAGE_NAMES) {
    // A signal never fails the workflow: what cannot be parsed is recorded as rejected.
    setHandler(defineSignal<[unknown]>(name), (raw) => run.onSignal(name, raw), { description: DESCRIPTIONS[name] });
    setHandler(
      defineUpdate<Receipt, [unknown]>(name),
      async (raw) => {
        await CancellationScope.nonCancellable(() => condition(() => run.isDeclared()));
        return run.onUpdate(name, raw);
      },
      // Synchronous by necessity: an async validator would wedge the workflow.
      { validator: (raw: unknown) => refuse(run, name, raw), description: DESCRIPTIONS[name] },
    );
  }
  const internal = <T>(name: string, schema: z.ZodType<T>, raw: unknown, take: (value: T) => void) => {
    const parsed = schema.safeParse(raw);
    if (parsed.success) take(parsed.data);
    else run.onRejected(name, problemsOf(parsed.error));
  };
  setHandler(paceSignal, (raw) => internal('pace', PaceSchema, raw, (pace) => run.onPace(pace)), {
    description: 'Exercise driver: how far the clock may run',
  });
  setHandler(
    deliveredSignal,
    (raw) => internal('delivered', DeliveryReportSchema, raw, (report) => run.onDelivered(report)),
    { description: 'Delivery workflow: a round is done' },
  );
  setHandler(
    deliveryProblemSignal,
    (raw) => internal('delivery-problem', DeliveryProblemSchema, raw, (problem) => run.onDeliveryProblem(problem)),
    { description: 'Delivery workflow: a problem that a person must see' },
  );
  setHandler(stateQuery, () => run.view(), { description: 'The state, as the fold of the register gives it' });
  setHandler(timelineQuery, () => run.timeline(), { description: 'The latest events' });
  setHandler(explainQuery, () => run.explain(), { description: 'Why each obligation applies or not' });
  setDefaultSignalHandler((name) => {
    run.onRejected(name.slice(0, 80), [`message: there is none of this name; there are ${MESSAGE_NAMES.join(', ')}`]);
  });
}

const DESCRIPTIONS: Record<MessageName, string> = {
  assess: 'A person states or corrects the facts, or the instant of awareness',
  status: 'The incident is investigating, identified, contained, monitoring or resolved',
  contain: 'Ask for a containment measure, or undo one',
  measure: 'Record a measure that was taken',
  approve: 'Approve a drafted notice: it is sent at once',
  hold: 'Hold a notice back, with a reason',
  release: 'Release a held notice',
  waive: 'Decide that an obligation does not apply, with a reason and a ground',
  filed: 'A report was filed with an authority, with its reference',
  review: 'The post-incident review',
  'acknowledge-alarms': 'A person has seen the alarms and acts: they are not repeated any more',
  close: 'Close the incident when nothing is owed any more',
};

function refuse(run: IncidentRun, name: MessageName, raw: unknown): void {
  const problems = run.problemsWith(name, raw);
  if (problems.length > 0) throw ApplicationFailure.nonRetryable(problems.join('\n'), FAILURES.invalidMessage);
}
