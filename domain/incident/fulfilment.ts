/** When an obligation is fulfilled: by whom was told, by what a person recorded, or by the facts themselves. Pure. */

import { inexactOf, latestOf, type When } from '../kernel/inexact-instant';
import { toMs } from '../kernel/time';
import type { ObligationRule } from '../policy/rule';
import { containedWhen } from './contained-when';
import { containedNote } from './containment';
import { answerTo } from './data-question';
import type { NewEvent } from './events';
import { dependsOnHour } from './lateness';
import { everybodyCouldRead } from './made-public';
import { organisationsTold } from './organisations-told';
import { lacking } from './records';
import { isSettled, type Obligation } from './state';
import type { Step } from './step';
import { settledByTally } from './telling';

/** A notice is fulfilled when its whole audience was told, or is left untold by a person's decision. */
export const everybodyTold: Step = (o, rule, state, pack, now) =>
  settledByTally(o, rule, state, pack, (at, evidence) => fulfil(o, rule, at, evidence), now);

/** A public communication is fulfilled when it was made public in each of its languages. */
export const madePublic: Step = (o, rule) =>
  everybodyCouldRead(o, rule, (at, evidence) => fulfil(o, rule, at, evidence));

/** The duty to tell other organisations is fulfilled when a person has said that all were told. */
export const othersTold: Step = (o, rule) =>
  organisationsTold(o, rule, (at, evidence) => fulfil(o, rule, at, evidence));

/** Obligations that the facts themselves fulfil: containment, the review, the register's groups. */
export const fulfilledByFacts: Step = (o, rule, state, pack, now) => {
  if (isSettled(o)) return [];
  let at: When | undefined;
  let note: string | undefined;
  if (rule.channel === 'containment' && state.anchors.contained) {
    at = containedWhen(state);
    note = containedNote(state);
  } else if (rule.channel === 'review' && state.review) {
    at = state.review.at;
    note = `${state.review.controls.length} controls improved`;
  } else if (rule.channel === 'assessment') {
    ({ at, note } = answerTo(rule, state) ?? {});
  } else if (rule.record && lacking(rule.record, state, pack).length === 0) {
    at = rule.record === 'R1' ? state.declaration.declaredAt : now;
    note = rule.record === 'R7' ? `${state.registerVerified!.entries} entries verified` : 'recorded';
  }
  return at ? [fulfil(o, rule, at, { channel: rule.channel, note })] : [];
};

/** The event that fulfils an obligation, or settles a later round. Lateness is frozen at the first fulfilment. */
export function fulfil(
  o: Obligation,
  rule: ObligationRule,
  when: When,
  evidence: Extract<NewEvent, { kind: 'obligation-fulfilled' }>['data']['evidence'],
): NewEvent {
  const [at, inexact] = [latestOf(when), inexactOf(when)];
  const lateByMs = o.dueAt ? Math.max(0, toMs(at) - toMs(o.dueAt)) : 0;
  const readings = inexact && { inexact, ...dependsOnHour(when, o.dueAt) };
  if (o.fulfilledAt) {
    const round = { obligation: o.id, round: o.round, at, ...readings };
    const late = o.dueAt && { lateByMs, dueAt: o.dueAt };
    return { kind: 'obligation-supplemented', data: { ...round, ...late, evidence } };
  }
  return {
    kind: 'obligation-fulfilled',
    data: { obligation: o.id, round: o.round, at, ...readings, lateByMs, evidence, sets: rule.sets },
  };
}
