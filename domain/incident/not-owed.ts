/**
 * Not owed is a decision. Where the assessed facts say that a duty of law does not apply, the product proposes so, naming
 * itself and the rule; a named person confirms it with a reason of their own, or the duty stays open and its clock rings
 * (GDPR Art. 5(2), 33(5): the controller must be able to show why nobody was told).
 */

import { tocsin } from '../kernel/command-lines';
import { hash64 } from '../kernel/hash64';
import { TOCSIN } from '../kernel/recorded-event';
import { evaluate, readOf, type Verdict } from '../policy/conditions';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { isInForce } from './applies';
import { stateWords } from './board-words';
import { armedClock } from './clocks';
import type { NewEvent } from './events';
import type { MessageBody } from './messages';
import { reasonProblem } from './reason';
import { reasoningProblems } from './risk-worksheet';
import { type IncidentState, isSettled, type Obligation } from './state';

/**
 * True where only a person may decide that a rule is not owed: a duty of law, on facts that somebody assessed. What was not
 * in force, or falls away by what the incident is, falls away by itself.
 */
export function isDecision(rule: ObligationRule, state: IncidentState, owedOnce: boolean): boolean {
  if (rule.dismissal === 'automatic' || isInForce(rule, state) === false) return false;
  if (rule.dismissal === 'person-once-owed' && !owedOnce) return false;
  return evaluate(rule.appliesWhen, state).establishedBy.includes('assessment');
}

/** What a rule reads of the facts, as a fingerprint: while it is the same, a confirmation stands. */
export function basisOf(rule: ObligationRule, state: IncidentState): string {
  return hash64(JSON.stringify(readOf(rule.appliesWhen, state)));
}

/** Proposes that a rule's obligations, or those given, are not owed; one that says so already is not proposed again. */
export function proposals(
  rule: ObligationRule,
  instances: Obligation[],
  because: string[],
  state: IncidentState,
  pack: Policy,
): NewEvent[] {
  const why = [...new Set(because)];
  const basis = basisOf(rule, state);
  const armed = armedClock(rule, state, pack);
  const propose = (obligation: string, recipient?: string): NewEvent => ({
    kind: 'not-owed-proposed',
    by: TOCSIN,
    data: {
      obligation,
      rule: rule.id,
      ...(recipient ? { recipient } : {}),
      reason: [rule.notRequiredReason ?? `${rule.title}: not owed`, why.join('; ')].join(': '),
      because: why,
      facts: String(state.assessment?.revision ?? 0),
      basis,
      ...(armed ? { clock: armed.clock, ...armed.due } : {}),
    },
  });
  if (instances.length === 0) return [propose(rule.id)];
  return instances.filter((o) => mayBeProposed(o, rule, basis)).map((o) => propose(o.id, o.recipient));
}

function mayBeProposed(o: Obligation, rule: ObligationRule, basis: string): boolean {
  switch (o.status) {
    case 'dispatching':
    case 'fulfilled':
    case 'waived':
      return false;
    case 'not-required':
      // Confirmed on other facts it is proposed anew; a recipient that another one took the place of stays away.
      return o.proposal ? o.proposal.basis !== basis : o.id === rule.id;
    default:
      return o.proposal?.basis !== basis;
  }
}

/** Takes proposals back that the facts do not support any more; of undecided facts also what a person confirmed before. */
export function withdrawals(instances: Obligation[], { value, because }: Verdict): NewEvent[] {
  return instances
    .filter(
      (o) => o.status === 'proposed-not-owed' || (o.status === 'not-required' && o.proposal && value === undefined),
    )
    .map((o) => ({
      kind: 'not-owed-withdrawn',
      by: TOCSIN,
      data: { obligation: o.id, reason: [...new Set(because)].join('; ') },
    }));
}

/** What a proposal rests on, in words, and without the name of who assessed it: it stands in events. */
export function proposalText({ proposal, rule: id }: Obligation, rule: ObligationRule): string {
  if (!proposal) return '';
  return `proposed as not owed by Tocsin under ${id} (${rule.citation}) on assessment ${proposal.facts}: ${proposal.because.join('; ')}`;
}

/** What a person is to do about a proposal. */
export function confirmLine(id: string, obligation: string): string {
  return tocsin('not-owed', { id, obligation, reason: { ask: 'reason' } });
}

/** The events of a confirmation; or its problems, each as "field: what is wrong: what to do"; or that nothing is to confirm. */
export function confirmNotOwed(
  state: IncidentState,
  { obligation, all, reason, by }: MessageBody<'not-owed'>,
  pack: Policy,
): { events: NewEvent[] } | { problems: string[] } | { note: string } {
  const open = Object.values(state.obligations).filter((o) => o.status === 'proposed-not-owed');
  const named = open.filter((o) => o.id === obligation || o.rule === obligation);
  if (obligation !== undefined && named.length === 0) return nothingProposed(state, obligation, open);
  const targets = all ? open.filter((o) => !named[0] || restsOnSame(o, named[0])) : named;
  if (targets.length === 0) return { note: 'nothing is proposed as not owed' };
  const findings = [...new Set(targets.map(restsOn))];
  if (all && findings.length > 1) {
    const problems = findings.map((finding) => {
      const first = targets.find((o) => restsOn(o) === finding)!;
      return `all: ${first.id} rests on its own facts (${finding}): \`${tocsin('not-owed', { id: state.caseId, obligation: first.id, reason: { ask: 'reason' }, all: true })}\``;
    });
    return {
      problems: [
        'all: the proposals rest on different facts; one reason covers only those on the same facts: confirm them by what they rest on',
        ...problems,
      ],
    };
  }
  const said = targets.flatMap((o) => {
    const { title = '', citation = '' } = ruleOf(pack, o.rule) ?? {};
    return [o.proposal?.reason ?? '', o.rule, title, citation];
  });
  const problems = [
    reasonProblem(reason, said),
    ...targets.flatMap((o) => reasoningProblems(ruleOf(pack, o.rule)!, state)),
  ].filter((each) => each !== undefined);
  if (problems.length > 0) return { problems: [...new Set(problems)] };
  return {
    events: targets.map((o) => ({
      kind: 'obligation-not-required',
      data: {
        obligation: o.id,
        rule: o.rule,
        reason,
        decidedBy: by,
        ...(o.proposal ? { proposed: o.proposal.reason } : {}),
      },
    })),
  };
}

function nothingProposed(
  state: IncidentState,
  id: string,
  open: Obligation[],
): { problems: string[] } | { note: string } {
  const known = Object.values(state.obligations).filter((o) => o.id === id || o.rule === id);
  if (known.length > 0 && known.every(isSettled)) return { note: `${id} is already ${stateWords(known[0]!.status)}` };
  const proposed = open.length > 0 ? `; proposed are: ${open.map((o) => o.id).join(', ')}` : '';
  return {
    problems: [
      `obligation: ${id} is not proposed as not owed${proposed}; on the facts recorded it is owed or undecided: ` +
        `see \`${tocsin('explain', { id: state.caseId })}\`, and assess the facts first`,
    ],
  };
}

function restsOn({ proposal }: Obligation): string {
  return proposal?.because.join('; ') ?? '';
}

function restsOnSame(a: Obligation, b: Obligation): boolean {
  return restsOn(a) === restsOn(b);
}
