/**
 * Has a round of an email notice delivered by a workflow of its own, and learns from the ledger what came of it. What
 * that workflow signals is only a reason to look: evidence that a signal carried could be written by whoever can signal.
 */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  condition,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  patched,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { DeliverySummary, OpenDeliveryInput, SpoolPlace } from '../../activities/types';
import type { IncidentOutcome } from '../../domain/incident/outcome';
import type { IncidentState } from '../../domain/incident/state';
import { dispatchKey, type IncidentWork } from '../../domain/incident/work';
import type { delivery } from '../delivery';
import { AUDIENCE, activities, failureText, sooner } from './activity-calls';
import { deliveryId, STOP } from './delivery-id';
import type { Situation } from './kind';
import { atSpool, isAway } from './spool-place';

type Dispatch = Extract<IncidentWork, { kind: 'dispatch' }>;
type Stop = Extract<IncidentWork, { kind: 'stop-delivery' }>;
type Child = ChildWorkflowHandle<typeof delivery>;

/** When the ledger is looked at though nothing was heard of a delivery that an earlier run began: soon, then seldom. */
const LOOKS = ['1 minute', '5 minutes', '15 minutes'] as const;
/** And of one that this run began, whose end it hears of, unless that got lost. */
const LOOK = '10 minutes';

export class MailRounds {
  /** Rounds of which somebody said that they are done. */
  private readonly heard = new Set<string>();
  /** Where they can be counted while Postgres is away. */
  private readonly spools = new Map<string, SpoolPlace>();
  /** Rounds that a person stopped. */
  private readonly stopped = new Set<string>();

  hear({ obligation, round, spool }: { obligation: string; round: number; spool?: SpoolPlace | undefined }): void {
    const key = dispatchKey(obligation, round);
    this.heard.add(key);
    if (spool) this.spools.set(key, spool);
  }

  /**
   * Stops a round: its delivery hears of it where it runs, as it may go on in a spool; and Postgres is told, where nobody more is
   * claimed from then on, whether or not it runs.
   */
  async stop({ obligation, round, ledgerKey }: Stop, { caseId: incidentId, exercise }: IncidentState): Promise<void> {
    const key = dispatchKey(obligation, round);
    this.stopped.add(key);
    await signalStop({ incidentId, obligation, round });
    const input = { incidentId, exercise, ledgerKey, round, ledger: 'postgres' as const };
    await activities(sooner(AUDIENCE), `stop ${obligation}`).stopDelivery(input);
    this.heard.add(key);
  }

  /** Ends when every recipient has an outcome in the ledger. Fails when the delivery ended before that: it is begun anew. */
  async deliver(work: Dispatch, at: Situation<IncidentState, IncidentOutcome>): Promise<IncidentOutcome> {
    const round = roundOf(work, at.state, at.now);
    const begun = await this.begin(work, round);
    return at.elsewhere(() => this.untilDone(work, round, at, begun));
  }

  private async untilDone(
    work: Dispatch,
    round: OpenDeliveryInput,
    at: Situation<IncidentState, IncidentOutcome>,
    begun: Child | undefined,
  ): Promise<IncidentOutcome> {
    let child = begun;
    let ended = endOf(child);
    let begunAnew = false;
    let settled = work.obligation.moved?.settled ?? -1;
    const known = (reached: number, total?: number) => {
      if (reached <= settled || !patched('deliveries-that-move')) return;
      settled = reached;
      const counted = total !== undefined && { total };
      at.note({ kind: 'moved', obligation: round.obligation, round: round.round, settled, ...counted });
    };
    for (let looks = 0; ; looks++) {
      const isTime = () => this.heard.has(work.key) || ended.how !== undefined;
      const isHeard = await condition(isTime, child ? LOOK : LOOKS[Math.min(looks, LOOKS.length - 1)]!);
      // Known to be under way, also where the count has to wait.
      if (!isHeard) known(0);
      this.heard.delete(work.key);
      const summary = await this.count(work, round);
      if (summary.pending === 0) return outcomeOf(work, round, summary, this.isStopped(work));
      known(summary.sent + summary.failed, summary.sent + summary.failed + summary.pending);
      const { how = 'was found ended' } = ended;
      const problem = `the delivery ${how} when ${summary.pending} recipients had no outcome yet: it is begun anew`;
      // One that ends again and again is begun after a pause.
      if (ended.how !== undefined && begunAnew) throw new Error(problem);
      const again = await this.begin(work, round);
      if (!again) continue;
      child = again;
      ended = endOf(again);
      begunAnew = true;
      at.alarm({ obligation: round.obligation, threshold: { kind: 'failing', work: 'send' }, detail: problem });
    }
  }

  private async begin(work: Dispatch, round: OpenDeliveryInput): Promise<Child | undefined> {
    const wasStopped = this.isStopped(work);
    const child = await begin(work, round, wasStopped);
    // Stopped while it was begun: there was nothing yet that could hear of it.
    if (!wasStopped && this.isStopped(work)) await signalStop(round);
    return child;
  }

  private isStopped({ key, obligation }: Dispatch): boolean {
    return this.stopped.has(key) || obligation.stopped !== undefined;
  }

  /** Once where the spool is, if it is heard of; when that worker is gone, in Postgres. */
  private async count(work: Dispatch, round: OpenDeliveryInput): Promise<DeliverySummary> {
    const spool = this.spools.get(work.key);
    this.spools.delete(work.key);
    const counting = (at: SpoolPlace | undefined) =>
      activities(atSpool(AUDIENCE, at), `count ${work.rule.title}`).summariseDelivery(round);
    try {
      return await counting(spool);
    } catch (error) {
      if (spool && isAway(error)) return counting(undefined);
      throw error;
    }
  }
}

/** Counts again who was told, as mails came back since. */
export async function recount(
  work: Extract<IncidentWork, { kind: 'recount' }>,
  at: Situation<IncidentState, IncidentOutcome>,
): Promise<IncidentOutcome> {
  const round = roundOf(work, at.state, at.now);
  const reached = await activities(AUDIENCE, `count ${work.rule.title} again`).recountDelivery(round);
  return { kind: 'recounted', obligation: work.obligation.id, asOf: work.asOf, ...reached };
}

function roundOf(
  { obligation: o, audience, ledgerKey }: Pick<Dispatch, 'obligation' | 'audience' | 'ledgerKey'>,
  state: IncidentState,
  at: string,
): OpenDeliveryInput {
  return {
    incidentId: state.caseId,
    exercise: state.exercise,
    obligation: o.id,
    round: o.round,
    at,
    ledgerKey,
    ...(o.ledgers?.[ledgerKey] && { held: o.ledgers[ledgerKey] }),
    renderings: o.draft?.renderings ?? [],
    audience: audience!,
  };
}

/** Starts the round's delivery; `undefined` when it runs already. Who was told is told once, however often it starts. */
async function begin(
  { rule }: Dispatch,
  { audience, ...ref }: OpenDeliveryInput,
  isStopped: boolean,
): Promise<Child | undefined> {
  const start = () =>
    startChild<typeof delivery>('delivery', {
      workflowId: deliveryId(ref),
      args: [{ delivery: ref, audience, title: rule.title, ...(isStopped && { stopped: true }) }],
      // It outlives this run, and what is cut before a continue-as-new.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      staticSummary: `${rule.title}, round ${ref.round}`.slice(0, 190),
    });
  try {
    return await CancellationScope.nonCancellable(start);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    // It may have begun before it could hear of the stop.
    if (isStopped) await signalStop(ref);
    return undefined;
  }
}

/** One that does not run is begun anew as stopped, if there is need. */
async function signalStop(of: { incidentId: string; obligation: string; round: number }): Promise<void> {
  await getExternalWorkflowHandle(deliveryId(of))
    .signal(STOP)
    .catch(() => undefined);
}

/** How a delivery ended, once it has. */
function endOf(child: Child | undefined): { how?: string } {
  const end: { how?: string } = {};
  child?.result().then(
    () => {
      end.how = 'ended';
    },
    (error: unknown) => {
      const cause = error instanceof Error && error.cause ? error.cause : error;
      end.how = `failed (${failureText(cause)})`;
    },
  );
  return end;
}

/** In an exercise the instants are those of the machine, and say nothing. */
function outcomeOf(
  work: Dispatch,
  round: OpenDeliveryInput,
  summary: DeliverySummary,
  isStopped: boolean,
): IncidentOutcome {
  const { total, sent, failed, firstSentAt, lastSentAt, counted, gone } = summary;
  const times = round.exercise ? {} : { firstSentAt, lastSentAt };
  const evidence = { channel: 'email', recipients: total, sent, failed, ...times, renderings: round.renderings };
  // One that every mail had gone out of by then was not stopped. A worker of an older release does not count who was.
  const stopped = isStopped && summary.stopped !== 0 && { stopped: true as const };
  const reached = { counted, ...(gone && { gone }) };
  return { kind: 'delivered', obligation: work.obligation.id, round: round.round, evidence, ...reached, ...stopped };
}
