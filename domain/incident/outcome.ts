/** What came of the work that an incident had done outside, and what it means for the incident. */
import { type Instant, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import { type Occasion, occasionAlarm } from './alarms';
import { onCameBack, onRecounted, undeliveredAlarm } from './came-back';
import { stepDetail } from './containment';
import type { Counted } from './counted';
import type { DataOf, NewEvent } from './events';
import type { Evidence } from './evidence';
import { withDelivery } from './evolve-telling';
import { fulfil } from './fulfilment';
import { withGone } from './gone';
import { noticeNow } from './notice-now';
import { isPublicCommunication } from './readers';
import type { Coverage } from './round';
import { isCovered } from './standing';
import { type IncidentState, putObligation } from './state';
import { standing, tallyOf } from './telling';
import { textChanged } from './text-changed';
import { factsToTell } from './told';
import { audienceFor } from './told-wrongly';
import { isShown } from './work';

/** `gone`: people whose mail came back and whom the directory does not have any more. */
interface Reached {
  counted: Counted;
  gone?: number;
}

/** The outcome of a piece of work. */
export type IncidentOutcome =
  | { kind: 'drafted'; data: DataOf<'notice-drafted'> }
  | ({ kind: 'delivered'; obligation: string; round: number; evidence: Evidence; stopped?: true } & Partial<Reached>)
  | { kind: 'came-back'; ledgerKey: string; unheard?: true }
  | ({ kind: 'recounted'; obligation: string; asOf: number } & Reached)
  | { kind: 'moved'; obligation: string; round: number; settled: number; total?: number }
  | { kind: 'update-refused'; data: DataOf<'update-refused'> }
  | { kind: 'told-in-app'; data: DataOf<'told-in-app'> }
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
      if (!wanted || o.draft?.fingerprint === outcome.data.fingerprint) return [];
      const rule = ruleOf(pack, o.rule);
      // While it was written the facts may have moved on: then it says what it says no more, and is written anew.
      const next = { ...o, draft: outcome.data };
      const current =
        rule && noticeNow(next, rule, putObligation(state, next), pack).fingerprint === outcome.data.fingerprint;
      const data = current ? { ...outcome.data, says: factsToTell(rule, state, pack) } : outcome.data;
      return [{ kind: 'notice-drafted', data }, ...textChanged(o, data, state, pack)];
    }
    case 'delivered': {
      const o = state.obligations[outcome.obligation];
      const rule = ruleOf(pack, o?.rule);
      if (!o || !rule || o.status !== 'dispatching' || o.round !== outcome.round) return [];
      const named = audienceFor(o, rule, state, pack);
      if (!named && isPublicCommunication(rule))
        return [{ kind: 'page-published', data: { obligation: o.id, round: o.round, evidence: outcome.evidence } }];
      if (!named) return [fulfil(o, rule, now, outcome.evidence)];
      const { covers } = o;
      const audience = named.of === 'workspaces' && covers ? { ...named, ids: covers.workspaces } : named;
      const reached = withGone(outcome.counted ?? NOBODY[named.of], outcome.gone, tallyOf(o));
      const counted = withoutGaps(reached, covers);
      // Whoever was sent something without an instant of its own was sent it now.
      const { sent = 0, firstSentAt = now, lastSentAt = now, ...rest } = outcome.evidence;
      const sentWithin = { firstSentAt: within(state, firstSentAt, now), lastSentAt: within(state, lastSentAt, now) };
      const evidence = { ...rest, sent, ...(sent > 0 && sentWithin) };
      const data = { obligation: o.id, round: o.round, evidence, counted, audience };
      const next = putObligation(state, withDelivery(o, data));
      const stands = standing(next.obligations[o.id]!, rule, next, pack)!;
      // Whoever counted may not know of stops: of one that told everybody nothing was stopped.
      const stopped = outcome.stopped && o.stopped !== undefined && !isCovered(stands);
      const happened: NewEvent = { kind: 'delivery-counted', data: { ...data, ...(stopped && { stopped }) } };
      // Whoever stopped it knows: the round for the rest rings as its clock says.
      if (isCovered(stands) || stopped) return [happened];
      return [happened, undeliveredAlarm(next.obligations[o.id]!, rule, stands, next, pack)];
    }
    case 'came-back':
      return onCameBack(state, outcome.ledgerKey, pack, outcome.unheard);
    case 'recounted':
      return onRecounted(state, outcome, pack, now);
    case 'update-refused': {
      const { obligation, round, detail } = outcome.data;
      const o = state.obligations[obligation];
      if (o?.status !== 'dispatching' || o.round !== round) return [];
      return [
        { kind: 'update-refused', data: outcome.data },
        alarm({ obligation, threshold: { kind: 'refused' }, detail }),
      ];
    }
    case 'told-in-app': {
      const o = state.obligations[outcome.data.obligation];
      if (!o || isShown(o, outcome.data.round)) return [];
      return [{ kind: 'told-in-app', data: outcome.data }];
    }
    case 'moved': {
      const { obligation, round, settled, total } = outcome;
      const o = state.obligations[obligation];
      const moves = o?.status === 'dispatching' && o.round === round && settled > (o.moved?.settled ?? -1);
      return moves
        ? [{ kind: 'delivery-moved', data: { obligation, round, settled, ...(total !== undefined && { total }) } }]
        : [];
    }
    case 'containment-step': {
      const { id, outcome: word } = outcome.data;
      const step = state.containment[id];
      if (!step || !['requested', 'undo-requested'].includes(step.state)) return [];
      const happened = { kind: 'containment-step', data: outcome.data } as const;
      if (word !== 'failed' && word !== 'refused' && word !== 'recorded-only') return [happened];
      return [happened, alarm({ threshold: { kind: word }, measure: id, detail: stepDetail(outcome.data) })];
    }
    case 'register-verified':
      return state.registerVerified ? [] : [{ kind: 'register-verified', data: outcome.data }];
    case 'register-damaged':
      return [alarm({ threshold: { kind: 'register-damaged' }, detail: outcome.problem })];
  }
}

/** An instant that a machine outside gave: its clock may be wrong, but nothing was sent before the declaration or after now. */
function within({ anchors: { declared } }: IncidentState, at: Instant, now: Instant): Instant {
  if (toMs(at) > toMs(now)) return now;
  return declared !== undefined && toMs(at) < toMs(declared) ? declared : at;
}

/** What a delivery reached of which no count came. */
const NOBODY: Record<Counted['of'], Counted> = {
  workspaces: { of: 'workspaces', reached: [], unreached: [], numbers: { told: 0, untold: 0 } },
  people: { of: 'people', groups: [] },
};

/** A workspace to which the dispatch went and of which the count says nothing was not told. */
function withoutGaps(counted: Counted, covers: Coverage | undefined): Counted {
  if (counted.of !== 'workspaces' || !covers || covers.workspaces === 'all') return counted;
  const named = new Set([...counted.reached, ...counted.unreached.map(({ workspace }) => workspace)]);
  const gaps = covers.workspaces.filter((workspace) => !named.has(workspace));
  if (gaps.length === 0) return counted;
  const unreached = [...counted.unreached, ...gaps.map((workspace) => ({ workspace, why: 'unknown' as const }))];
  return { ...counted, unreached, numbers: { ...counted.numbers, untold: counted.numbers.untold + gaps.length } };
}
