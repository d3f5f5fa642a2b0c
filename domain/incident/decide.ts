/**
 * The heart: a command on a state gives events. Pure and total: a bad command is an event of kind "rejected", a command
 * without effect is "noted", a repeated command id is nothing.
 */
import { withoutUndefined } from '../case/case';
import { TOCSIN } from '../kernel/recorded-event';
import { earliest, type Instant } from '../kernel/time';
import { type Policy, type PolicySnapshot, packNames, policyRef, ruleOf } from '../policy/policy';
import { type Occasion, occasionAlarm } from './alarms';
import type { EventOf, IncidentEvent, NewEvent } from './events';
import { evolve } from './evolve';
import { type Declaration, declaredMeasures, measureId } from './incident';
import type { Message } from './messages';
import { decideMessage } from './on-message';
import { fulfil, reconcile } from './reconcile';
import type { IncidentState } from './state';

type Data<K extends NewEvent['kind']> = EventOf<K>['data'];

/** What an activity or the edge reports back. */
export type Report =
  | { report: 'drafted'; data: Data<'notice-drafted'> }
  | {
      report: 'delivered';
      obligation: string;
      round: number;
      evidence: Data<'obligation-fulfilled'>['evidence'];
      at: Instant;
    }
  | { report: 'containment-step'; data: Data<'containment-step'> }
  | { report: 'alarm'; data: Occasion }
  | { report: 'register-verified'; data: Data<'register-verified'> }
  | { report: 'rejected'; data: Data<'rejected'>; by: string; commandId?: string };

export type Command =
  | { command: 'tick' }
  | { command: 'message'; message: Message }
  | { command: 'report'; report: Report };

export interface Decision {
  state: IncidentState;
  events: IncidentEvent[];
}

/** Starts an incident: declared, first assessed, containment asked for, obligations armed. */
export function declare(input: {
  declaration: Declaration;
  policy: PolicySnapshot;
  exercise: boolean;
  now: Instant;
}): Decision {
  const { declaration, policy, exercise, now } = input;
  const first = {
    v: 1 as const,
    incidentId: declaration.id,
    seq: 1,
    at: now,
    by: declaration.declaredBy,
    exercise,
    kind: 'declared' as const,
    data: { declaration, policy: policyRef(policy) },
  };
  const log = new Log(evolve(undefined, first), policy.pack, now, [first]);
  log.add(
    declaredMeasures(declaration).map((measure) => ({
      kind: 'containment-requested' as const,
      by: declaration.declaredBy,
      data: { id: measureId(measure), measure },
    })),
  );
  const { assessment, awareAt, declaredBy: by } = declaration;
  if (assessment || awareAt) {
    // What is known at the declaration is known now, even where the sender's clock runs ahead of ours.
    const known = awareAt && earliest([awareAt, now]);
    log.add(
      decideMessage(log.state, { message: 'assess', by, assessment, awareAt: known }, policy.pack, now).map((e) => ({
        by,
        ...e,
      })),
    );
  }
  return log.settle();
}

/** Decides a command at `now` and everything that follows from it. */
export function decide(state: IncidentState, command: Command, pack: Policy, now: Instant): Decision {
  const log = new Log(state, pack, now);
  if (command.command === 'message') {
    const { message } = command;
    if (message.commandId && state.handled.includes(message.commandId)) return { state, events: [] };
    const events = decideMessage(state, message, pack, now).map((event) => ({ by: message.by, ...event }));
    log.add(events, message.commandId);
  } else if (command.command === 'report') {
    const { report } = command;
    if (report.report === 'rejected') {
      if (report.commandId && state.handled.includes(report.commandId)) return { state, events: [] };
      log.add([{ kind: 'rejected', by: report.by, data: report.data }], report.commandId);
    } else {
      log.add(decideReport(state, report, pack));
    }
  }
  return log.settle();
}

/** Collects events, stamps them with their place in the sequence and folds them. */
class Log {
  constructor(
    public state: IncidentState,
    private readonly pack: Policy,
    private readonly now: Instant,
    private readonly events: IncidentEvent[] = [],
  ) {}

  add(events: NewEvent[], commandId?: string): void {
    for (const event of events) {
      const stamped = {
        ...withoutUndefined(event),
        v: 1,
        incidentId: this.state.incidentId,
        seq: this.state.seq + 1,
        at: this.now,
        by: event.by ?? TOCSIN,
        exercise: this.state.exercise,
        ...(commandId ? { commandId } : {}),
      } as IncidentEvent;
      this.events.push(stamped);
      this.state = evolve(this.state, stamped);
    }
  }

  /** Adds what follows from the facts and the time, up to the fixpoint. */
  settle(): Decision {
    for (let rounds = 0; rounds < 500; rounds++) {
      const events = reconcile(this.state, this.pack, this.now);
      if (events.length === 0) return { state: this.state, events: this.events };
      this.add(events);
    }
    throw new Error(
      `no fixpoint for ${this.state.incidentId}: policy ${packNames(this.pack.packs)} keeps causing events; report this as a defect`,
    );
  }
}

function decideReport(state: IncidentState, report: Exclude<Report, { report: 'rejected' }>, pack: Policy): NewEvent[] {
  switch (report.report) {
    case 'drafted': {
      const o = state.obligations[report.data.obligation];
      const wanted = o && o.round === report.data.round && ['pending', 'drafted', 'filing'].includes(o.status);
      return wanted && o.draft?.fingerprint !== report.data.fingerprint
        ? [{ kind: 'notice-drafted', data: report.data }]
        : [];
    }
    case 'delivered': {
      const o = state.obligations[report.obligation];
      const rule = ruleOf(pack, o?.rule);
      if (!o || !rule || o.status !== 'dispatching' || o.round !== report.round) return [];
      return [fulfil(o, rule, report.at, report.evidence)];
    }
    case 'containment-step': {
      const step = state.containment[report.data.id];
      if (!step || !['requested', 'undo-requested'].includes(step.state)) return [];
      const { id, outcome, detail } = report.data;
      const happened = { kind: 'containment-step', data: report.data } as const;
      if (outcome !== 'failed' && outcome !== 'refused') return [happened];
      const data = occasionAlarm({ threshold: { kind: outcome }, measure: id, detail }, state, pack);
      return [happened, { kind: 'alarm-raised', data }];
    }
    case 'alarm':
      return [{ kind: 'alarm-raised', data: occasionAlarm(report.data, state, pack) }];
    case 'register-verified':
      return state.registerVerified ? [] : [{ kind: 'register-verified', data: report.data }];
  }
}
