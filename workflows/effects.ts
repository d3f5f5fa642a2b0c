/** Has the outside world do what the state asks for, and turns the outcome into a report for the domain. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  CancellationScope,
  condition,
  ParentClosePolicy,
  sleep,
  startChild,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { AlarmInput, DeliveryRef, DraftInput, FilingTaskInput } from '../activities/types';
import type { Occasion } from '../domain/incident/alarms';
import type { Report } from '../domain/incident/decide';
import type { Effect } from '../domain/incident/effects';
import type { IncidentEvent } from '../domain/incident/events';
import type { IncidentState } from '../domain/incident/state';
import type { Instant } from '../domain/kernel/time';
import { type Policy, ruleOf } from '../domain/policy/policy';
import { delivery } from './delivery';
import {
  activities,
  alarmSummary,
  FIRST_ATTEMPTS,
  failureText,
  isFinal,
  PATIENT,
  UNTIL_DONE,
} from './lib/activity-calls';
import { type Acknowledgement, tellEscalation } from './lib/tell-escalation';

export interface EffectSituation {
  state: IncidentState;
  now: Instant;
  alarm(occasion: Occasion): void;
  registered(seq: number): boolean;
  isClosed(): boolean;
}

type EffectOf<K extends Effect['effect']> = Extract<Effect, { effect: K }>;

/** The report of an effect; `undefined` for an email delivery, which reports with a signal of its own. */
export async function runEffect(effect: Effect, at: EffectSituation): Promise<Report | undefined> {
  switch (effect.effect) {
    case 'draft':
      return draft(effect, at);
    case 'dispatch':
      return effect.rule.channel === 'email' ? startDelivery(effect, at) : publish(effect, at);
    case 'contain':
      return contain(effect, at);
    case 'verify-register':
      return verifyRegister(at);
  }
}

function contextOf({ incidentId, exercise }: IncidentState) {
  return { incidentId, exercise };
}

/** A few attempts, then an alarm, then until it works. */
async function insist<T>(
  work: 'draft' | 'publish',
  obligation: string,
  at: EffectSituation,
  call: (activity: ReturnType<typeof activities>) => Promise<T>,
): Promise<T> {
  const what = `${work} ${obligation}`;
  try {
    return await call(activities(FIRST_ATTEMPTS, what));
  } catch (error) {
    if (!isActivityFailure(error)) throw error;
    at.alarm({ obligation, threshold: { kind: 'failing', work }, detail: failureText(error) });
    return call(activities(UNTIL_DONE, what));
  }
}

function isActivityFailure(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ActivityFailure' &&
    (error.cause as Error | undefined)?.name !== 'CancelledFailure'
  );
}

async function draft(effect: EffectOf<'draft'>, at: EffectSituation): Promise<Report> {
  const { obligation: o, rule, contents, fingerprint, missing, authority } = effect;
  const { title, severity, detectedAt } = at.state.declaration;
  const input: DraftInput = {
    ...contextOf(at.state),
    obligation: o.id,
    round: o.round,
    at: at.now,
    title: rule.title,
    template: rule.template!,
    channel: rule.channel as DraftInput['channel'],
    citation: rule.citation,
    pack: rule.pack,
    purpose: o.purpose,
    contents,
    incident: { title, severity, status: at.state.status, detectedAt, dueAt: o.dueAt },
    authority,
  };
  const drafted = await insist('draft', o.id, at, (activity) => activity.draftNotice(input));
  return { report: 'drafted', data: { obligation: o.id, round: o.round, fingerprint, missing, ...drafted } };
}

async function startDelivery(effect: EffectOf<'dispatch'>, at: EffectSituation): Promise<undefined> {
  const { obligation: o, rule, recipient, ledgerKey } = effect;
  const covers = o.covers ?? { workspaces: [], dataSets: [] };
  const ref: DeliveryRef = {
    ...contextOf(at.state),
    obligation: o.id,
    round: o.round,
    at: at.now,
    ledgerKey,
    renderings: o.draft?.renderings ?? [],
  };
  const start = () =>
    startChild(delivery, {
      workflowId: `${at.state.incidentId}/${o.id}/${o.round}`,
      args: [
        {
          delivery: ref,
          audience: { recipient, workspaces: covers.workspaces, dataSets: covers.dataSets },
          title: rule.title,
        },
      ],
      // It outlives a continue-as-new of the incident; a second start of the same round finds the first.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      staticSummary: `${rule.title}, round ${o.round}`.slice(0, 190),
    });
  try {
    // What is cut before a continue-as-new must not cut a delivery that is under way.
    await CancellationScope.nonCancellable(start);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  return undefined;
}

async function publish(effect: EffectOf<'dispatch'>, at: EffectSituation): Promise<Report> {
  const { obligation: o, rule } = effect;
  const { title, detectedAt } = at.state.declaration;
  const renderings = o.draft?.renderings ?? [];
  const input = {
    ...contextOf(at.state),
    obligation: o.id,
    round: o.round,
    at: at.now,
    renderings,
    status: at.state.status,
    title,
    detectedAt,
  };
  const { url } = await insist('publish', o.id, at, (activity) => activity.publishStatus(input));
  return {
    report: 'delivered',
    obligation: o.id,
    round: o.round,
    at: at.now,
    evidence: { channel: rule.channel, url, renderings },
  };
}

/** Containment is retried, alarmed when it fails, and given up after about a day; it never delays a clock. */
async function contain(effect: EffectOf<'contain'>, at: EffectSituation): Promise<Report> {
  const { id, round, measure, undo } = effect;
  const input = { ...contextOf(at.state), id, round, measure };
  const what = `${undo ? 'Undo' : 'Contain'}: ${id}`;
  const work = (call: ReturnType<typeof activities>) => (undo ? call.undoMeasure(input) : call.applyMeasure(input));
  const failed = (error: unknown): Report => ({
    report: 'containment-step',
    data: { id, outcome: 'failed', detail: failureText(error) },
  });
  try {
    return { report: 'containment-step', data: { id, ...(await work(activities(FIRST_ATTEMPTS, what))) } };
  } catch (error) {
    if (!isActivityFailure(error)) throw error;
    if (isFinal(error)) return failed(error);
    const threshold = { kind: 'failing', work: undo ? 'undo' : 'contain' } as const;
    at.alarm({ measure: id, threshold, detail: failureText(error) });
  }
  try {
    return { report: 'containment-step', data: { id, ...(await work(activities(PATIENT, what))) } };
  } catch (error) {
    if (!isActivityFailure(error)) throw error;
    return failed(error);
  }
}

/** Verifies the incident's entries once they are all written. Damage is alarmed and looked at again every hour. */
async function verifyRegister(at: EffectSituation): Promise<Report> {
  const { incidentId, seq } = at.state;
  for (;;) {
    // Written up to here: under a steady stream of messages the backlog may never be empty.
    await condition(() => at.registered(seq));
    const result = await activities(UNTIL_DONE, 'verify the register').verifyRegister({ incidentId, seq });
    if (result.ok) return { report: 'register-verified', data: { entries: result.entries, head: result.head } };
    const damaged: Occasion = { threshold: { kind: 'register-damaged' }, detail: result.problem };
    at.alarm(damaged);
    await sleep('1 hour', { summary: 'verify the register again' });
    // Whoever waived this and closed the incident was alarmed; the damage stays for `tocsin register verify`.
    if (at.isClosed()) return { report: 'alarm', data: damaged };
  }
}

/**
 * A message that an event causes: an alarm or the task to file a report to a person, an acknowledgement to the escalation.
 * Carried until it was sent.
 */
export type Errand =
  | { key: string; task: 'alarm'; input: AlarmInput }
  | { key: string; task: 'filing'; input: FilingTaskInput }
  | { key: string; task: 'acknowledged'; input: Acknowledgement & { incidentId: string } };

/** The errands of an event. */
export function errandOf(event: IncidentEvent, state: IncidentState, pack: Policy): Errand[] {
  const { title, severity, owner } = state.declaration;
  if (event.kind === 'alarm-raised') {
    const { seq, at, data } = event;
    const input = { ...contextOf(state), ...data, seq, at, to: owner, severity, incidentTitle: title };
    return [{ key: `alarm ${event.seq}`, task: 'alarm', input }];
  }
  if (event.kind === 'alarm-acknowledged' && !state.exercise) {
    const input = { incidentId: state.incidentId, by: event.by, alarms: event.data.alarms };
    return [{ key: `acknowledged ${event.seq}`, task: 'acknowledged', input }];
  }
  if (event.kind === 'filing-opened') {
    const { obligation, round } = event.data;
    const o = state.obligations[obligation]!;
    const rule = ruleOf(pack, o.rule)!;
    const input = {
      ...contextOf(state),
      obligation,
      round,
      at: event.at,
      to: owner,
      title: rule.title,
      authority: pack.authorities.find((a) => a.key === o.recipient),
      dossierUrl: o.draft?.url,
      dueAt: o.dueAt!,
      missing: o.draft?.missing ?? [],
    };
    return [{ key: `filing ${event.seq}`, task: 'filing', input }];
  }
  return [];
}

export async function runErrand(errand: Errand): Promise<void> {
  if (errand.task === 'alarm') {
    await activities(UNTIL_DONE, alarmSummary(errand.input)).raiseAlarm(errand.input);
  } else if (errand.task === 'acknowledged') {
    const { incidentId, ...acknowledgement } = errand.input;
    await tellEscalation(incidentId, acknowledgement);
  } else {
    await activities(UNTIL_DONE, `filing task: ${errand.input.title}`).openFilingTask(errand.input);
  }
}
