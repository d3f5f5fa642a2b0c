/** What came of the work that an incident had done outside, and what it means for the incident. */
import type { Instant } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import { type Occasion, occasionAlarm } from './alarms';
import type { DataOf, Evidence, NewEvent } from './events';
import { fulfil } from './reconcile';
import type { IncidentState } from './state';

/** The outcome of a piece of work. */
export type IncidentOutcome =
  | { kind: 'drafted'; data: DataOf<'notice-drafted'> }
  | { kind: 'delivered'; obligation: string; round: number; evidence: Evidence }
  | { kind: 'containment-step'; data: DataOf<'containment-step'> }
  | { kind: 'register-verified'; data: DataOf<'register-verified'> }
  | { kind: 'register-damaged'; problem: string | undefined };

/** The events of an outcome. One that comes twice, or too late, means nothing. */
export function onOutcome(state: IncidentState, outcome: IncidentOutcome, pack: Policy, now: Instant): NewEvent[] {
  const alarm = (occasion: Occasion): NewEvent => ({
    kind: 'alarm-raised',
    data: occasionAlarm(occasion, state, pack),
  });
  switch (outcome.kind) {
    case 'drafted': {
      const o = state.obligations[outcome.data.obligation];
      const wanted = o && o.round === outcome.data.round && ['pending', 'drafted', 'filing'].includes(o.status);
      return wanted && o.draft?.fingerprint !== outcome.data.fingerprint
        ? [{ kind: 'notice-drafted', data: outcome.data }]
        : [];
    }
    case 'delivered': {
      const o = state.obligations[outcome.obligation];
      const rule = ruleOf(pack, o?.rule);
      if (!o || !rule || o.status !== 'dispatching' || o.round !== outcome.round) return [];
      const happened = fulfil(o, rule, now, outcome.evidence);
      const { channel, recipients, failed = 0 } = outcome.evidence;
      if (channel !== 'email' || (failed === 0 && recipients !== 0)) return [happened];
      const threshold = { kind: 'undeliverable', failed, total: recipients ?? 0 } as const;
      return [happened, alarm({ obligation: o.id, threshold })];
    }
    case 'containment-step': {
      const { id, outcome: word, detail } = outcome.data;
      const step = state.containment[id];
      if (!step || !['requested', 'undo-requested'].includes(step.state)) return [];
      const happened = { kind: 'containment-step', data: outcome.data } as const;
      if (word !== 'failed' && word !== 'refused') return [happened];
      return [happened, alarm({ threshold: { kind: word }, measure: id, detail })];
    }
    case 'register-verified':
      return state.registerVerified ? [] : [{ kind: 'register-verified', data: outcome.data }];
    case 'register-damaged':
      return [alarm({ threshold: { kind: 'register-damaged' }, detail: outcome.problem })];
  }
}
