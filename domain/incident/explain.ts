/** Why each obligation applies or not, from which instant, by which citation. */

import { withAcknowledged } from '../case/rings-again';
import type { CommandLine } from '../kernel/command-lines';
import { deadline, type Instant, leftText, minuteText, spanText, toMs } from '../kernel/time';
import { UNDETERMINED } from '../policy/authorities';
import { factsIn } from '../policy/conditions';
import type { Question } from '../policy/pack';
import { type Policy, packOf } from '../policy/policy';
import type { Anchor, ObligationRule } from '../policy/rule';
import { applies } from './applies';

import { authorityRemedy, decidedText } from './authority-decision';
import { authorOf, changesOf, decidedByRule } from './authorship';
import { awarenessLines } from './awareness';
import { anchorAt, armedClock, startOf } from './clocks';
import { DATA_QUESTION, questionCommands } from './data-question';
import { inPartText, outstanding, titleOf } from './filings';
import { waiverText } from './grounds';
import { heldText, holdEnd, holdersOf } from './holds';
import { isByTheHour, isLate, type Lateness, latenessOf, latenessText } from './lateness';
import { notYetPublicIn, publicStanding } from './made-public';
import { confirmLine, proposalText } from './not-owed';
import { awarenessWaits } from './on-awareness';
import { organisationsStanding, tellsOrganisations } from './organisations-told';
import { partOf } from './part-clock';
import { isPublicCommunication } from './readers';
import { movedText } from './sending-progress';
import { shareText, type Untold } from './standing';
import { type IncidentState, isSettled, type Obligation, type ObligationStatus, waitsForPerson } from './state';
import { stoppedShare, stoppedText } from './stopping';
import { standing as tallied, tellerOf } from './telling';
import { untoldText } from './untold';
import { WITHDRAWAL_WORDS, withdrawalOf } from './withdrawn-report';

export interface ExplainedClock {
  from: Anchor;
  anchorAt?: Instant;
  within: string;
  dueAt?: Instant;
  /** True for the deadline that counts: the earliest one known. */
  counts: boolean;
  /** True where the law gives no period and the product set its own. */
  ownTarget: boolean;
  /** The awareness of the part that brought the duty about, where that was found later: the clock starts no earlier. */
  partAt?: Instant;
  /** Of awareness: which of the instants stated counts, and why. */
  stated?: string[];
}

export interface Explanation {
  rule: string;
  /** The pack that it comes from. */
  pack: { id: string; version: string };
  title: string;
  commitments: string[];
  citation: string;
  confirmWithCounsel: boolean;
  applies: 'yes' | 'no' | 'undecided';
  /** What undecided facts mean for this rule. */
  whenUndecided: 'apply' | 'wait';
  because: string[];
  /** Who says so: Tocsin by the rule, on whose facts; or the person who decided. */
  author: string;
  /** What would change it: what would have to be so, or not so. */
  changes: string[];
  /** On what a person may waive it, or how it ends where no ground does. */
  waiver: string;
  /** Where a person decided to which authority it goes: to which, by whom and why. */
  recipientDecided?: string;
  /** Questions of the policy that it hangs on, for whoever assesses. */
  questions: Question[];
  clocks: ExplainedClock[];
  /** With its lateness, as recorded then and on the instants as corrected since. */
  obligations: Array<
    Lateness & {
      id: string;
      status: ObligationStatus;
      dueAt?: Instant;
      misses?: Instant[];
      /** What changed since it was told, for which a round is proposed. */
      changed?: string[];
      decision?: Obligation['decision'];
      /** The rule that decided, on what the person of the decision stated. */
      byRule?: string;
      /** Required fields that no phase of a report has delivered, and that nobody has decided on. */
      missing?: string[];
      /** A proposal that it is not owed: by whom, under which rule, on which facts. */
      proposal?: string;
      /** The command that decides it. */
      confirm?: string;
      /** How its authority is found, while it is not known. */
      authority?: string;
      /** Who holds it back, why, on which ground and until when. */
      held?: string;
      /** Who stopped its sending, when and why, and how many were told. */
      stopped?: string;
      /** Of a notice that did not reach everybody: how many of how many were told, and who is still untold and why. */
      told?: string;
      untold?: string;
      /** Of a report whose facts do not hold any more: how far its withdrawal is. */
      withdrawn?: string;
    }
  >;
}

/** Explains every rule of the pack on the present facts. */
export function explain(state: IncidentState, pack: Policy): Explanation[] {
  return pack.obligations.map((rule) => {
    const verdict = applies(rule, state);
    const part = partOf(rule, state, pack);
    const decided = state.authorityDecided?.[rule.id];
    const counting = armedClock(rule, state, pack, part)?.clock.from;
    return {
      rule: rule.id,
      pack: packOf(rule, pack),
      title: rule.title,
      commitments: rule.commitments,
      citation: rule.citation,
      confirmWithCounsel: rule.confirmWithCounsel,
      applies: verdict.value === undefined ? 'undecided' : verdict.value ? 'yes' : 'no',
      whenUndecided: rule.whenUndecided,
      because: verdict.because,
      author: authorOf(rule, verdict, state),
      changes: changesOf(rule, verdict, state),
      waiver: waiverText(rule, pack),
      ...(decided && { recipientDecided: decidedText(decided) }),
      questions: questionsOf(rule, pack),
      clocks: rule.clocks.map((clock) => {
        const at = anchorAt(state, clock.from);
        const startAt = at && startOf({ from: clock.from, anchorAt: at, ...(part && { partAt: part }) });
        return {
          from: clock.from,
          anchorAt: at,
          ...(part && { partAt: part }),
          ...(clock.from === 'aware' && state.awareness
            ? { stated: [...awarenessLines(state.awareness), ...awarenessWaits(state)] }
            : {}),
          within:
            typeof clock.within === 'string'
              ? clock.within
              : `${clock.within.businessDays} business days (${clock.within.calendar})`,
          dueAt: startAt ? deadline(startAt, clock.within, pack.calendars, clock.timeZone) : undefined,
          counts: clock.from === counting,
          ownTarget: clock.ownTarget,
        };
      }),
      obligations: Object.values(state.obligations)
        .filter((o) => o.rule === rule.id)
        .map((o) => {
          const missing = outstanding(o);
          const inPart = missing.length > 0 ? { missing } : {};
          const { id, status, dueAt, misses, decision } = o;
          const byRule = decidedByRule(o, state);
          const changed = isSettled(o) ? undefined : o.changed;
          const stands = status === 'partly-told' ? tallied(o, rule, state, pack) : undefined;
          const open = isPublicCommunication(rule) && (status === 'partly-told' || status === 'drafted');
          const others = tellsOrganisations(rule) && status === 'pending';
          const told = others
            ? organisationsStanding(o)
            : open
              ? publicStanding(o)
              : stands && { told: shareText(stands), untold: untoldText(stands.untold) };
          const settled = isSettled(o);
          const authority = o.recipient === UNDETERMINED && !settled && authorityRemedy(state.caseId, id);
          const withdrawal = withdrawalOf(o);
          const stopped = settled ? undefined : stoppedText(o, rule, state, pack);
          const waits = {
            ...(authority && { authority }),
            ...(o.hold && !settled && { held: heldText(o.hold) }),
            ...(stopped && { stopped }),
          };
          const one = {
            ...waits,
            id,
            status,
            dueAt,
            ...latenessOf(o),
            misses,
            changed,
            decision,
            ...(byRule && { byRule }),
            ...(withdrawal && { withdrawn: WITHDRAWAL_WORDS[withdrawal] }),
            ...told,
            ...inPart,
          };
          if (status !== 'proposed-not-owed') return one;
          return { ...one, proposal: proposalText(o, rule), confirm: confirmLine(state.caseId, id) };
        }),
    };
  });
}

function questionsOf(rule: ObligationRule, { questions }: Policy): Question[] {
  const asked = factsIn(rule.appliesWhen).flatMap((fact) => ('answers' in fact ? Object.keys(fact.answers) : []));
  return questions.filter(({ id }) => asked.includes(id));
}

/** One row of the board: an obligation, armed or still dormant. */
export interface BoardRow {
  id: string;
  title: string;
  commitments: string[];
  /** The word for people: `awaiting approval`, `held`, `overdue`, `fulfilled late`… */
  status: string;
  dueAt?: Instant;
  /** Time left, or by how much it is or was late; empty when nothing runs. */
  time: string;
  settled: boolean;
  standing: Standing;
  /** The commands that answer it, where a question is open. */
  answers?: CommandLine[];
  /** Who is still untold after it was sent, and by whose notice they are told. */
  untold?: { obligation: string; who: Untold[] };
}

/** How a row is to be taken: `late`, also while it is overdue · `waits` for a person · `running` by itself. */
export type Standing = 'late' | 'fulfilled' | 'not owed' | 'waits' | 'running';

/** All obligations for people, what is still owed first and by deadline. */
export function board(state: IncidentState, pack: Policy, now: Instant): BoardRow[] {
  const rows = pack.obligations.flatMap((rule): BoardRow[] => {
    const instances = Object.values(state.obligations).filter((o) => o.rule === rule.id);
    if (instances.length > 0) return instances.map((o) => row(o, rule, state, pack, now));
    const { id, title, commitments } = rule;
    return [{ id, title, commitments, status: 'dormant', time: '', settled: false, standing: 'running' }];
  });
  const rank = (r: BoardRow) => (r.settled ? 2 : r.dueAt ? 0 : 1);
  return rows.sort((a, b) => rank(a) - rank(b) || (a.settled ? 0 : toMs(a.dueAt ?? now) - toMs(b.dueAt ?? now)));
}

function row(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy, now: Instant): BoardRow {
  const settled = isSettled(o);
  const late = latenessText(o, spanText);
  const time = settled ? late : o.dueAt ? leftText(o.dueAt, now) : '';
  const title = titleOf(o, rule);
  const telling = settled ? undefined : tellingOf(o, rule, state, pack);
  const stands = telling?.status ?? statusWord(o, rule, holdEnd(o, rule, state, pack));
  const status = withAcknowledged(state, o.id, stands);
  const standing = standingOf(o, rule, now);
  const { untold } = telling ?? {};
  const missing = o.status === 'fulfilled' ? outstanding(o) : [];
  if (missing.length > 0) return inPart(o, rule, title, missing);
  const asks = rule.channel === 'assessment' && !settled ? { answers: questionCommands(state.caseId, rule) } : {};
  return {
    ...asks,
    id: o.id,
    title,
    commitments: rule.commitments,
    status,
    dueAt: o.dueAt,
    time,
    settled,
    standing,
    untold,
  };
}

/** A report that was filed and lacks what its law requires: its deadline was met or missed, and something is still owed. */
function inPart(o: Obligation, rule: ObligationRule, title: string, missing: string[]): BoardRow {
  const { id } = o;
  const time = latenessText(o, spanText);
  const standing = isLate(o) ? 'late' : 'waits';
  return { id, title, commitments: rule.commitments, status: inPartText(missing), time, settled: false, standing };
}

/** How a notice stands that was sent and did not reach everybody, or that is told with another. */
function tellingOf(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
): { status: string; untold?: BoardRow['untold'] } | undefined {
  const teller = tellerOf(o, rule, state, pack);
  if (teller) return { status: `${withTeller(teller)} ${teller.id}` };
  const stopped = o.hold ? undefined : stoppedShare(o, rule, state, pack);
  if (stopped) return { status: `${stopped}${o.status === 'dispatching' ? movedText(o.moved) : ''}` };
  if (o.status === 'partly-told' && isPublicCommunication(rule))
    return { status: `on a page alone; not yet made public: ${notYetPublicIn(o).join(', ')}` };
  const stands = o.status === 'partly-told' ? tallied(o, rule, state, pack) : undefined;
  if (!stands) return undefined;
  const left = stands.left > 0 ? `, ${stands.left} left untold by decision` : '';
  return {
    status: `partly told: ${shareText(stands)}${left}`,
    untold: { obligation: o.id, who: stands.untold },
  };
}

/** Whether the notice that also tells this duty's people went out: nothing is told that was not sent. */
function withTeller({ fulfilledAt, tally, status }: Obligation): string {
  if (fulfilledAt !== undefined) return 'told with';
  const over = ['partly-told', 'waived', 'not-required'].includes(status);
  return tally && over ? 'partly told with' : 'goes out with';
}

function standingOf(o: Obligation, rule: ObligationRule, now: Instant): Standing {
  const overdue = !isSettled(o) && o.dueAt !== undefined && toMs(o.dueAt) < toMs(now);
  if (isLate(o) || overdue) return 'late';
  // Neither kept nor missed by what is known: somebody can say more.
  if (isByTheHour(o)) return 'waits';
  if (isSettled(o)) return o.status === 'fulfilled' ? 'fulfilled' : 'not owed';
  const waits =
    rule.channel === 'assessment' ||
    o.hold ||
    (waitsForPerson(o) && o.status !== 'dispatching') ||
    ['filing', 'partly-told', 'proposed-not-owed'].includes(o.status) ||
    (o.status === 'drafted' && rule.dispatch === 'approval');
  return waits ? 'waits' : 'running';
}

function statusWord(o: Obligation, rule: ObligationRule, heldUntil: Instant | undefined): string {
  const withdrawal = withdrawalOf(o);
  if (withdrawal && !o.hold) return WITHDRAWAL_WORDS[withdrawal];
  if (o.status === 'fulfilled' && isByTheHour(o)) return 'fulfilled, in time or late by the hour';
  if (o.status === 'fulfilled' && o.recount !== undefined) return 'fulfilled, and mails came back since';
  if (o.status === 'fulfilled') return isLate(o) ? 'fulfilled late' : 'fulfilled';
  if (o.status === 'not-required') return o.decision?.proposed ? 'not owed, confirmed' : 'not required';
  if (o.status === 'waived' && o.decision?.inPart) return `waived; ${shareText(o.decision.inPart)} had been told`;
  if (o.status === 'proposed-not-owed') return 'proposed as not owed: confirm it';
  if (rule.channel === 'assessment') return `open: ${DATA_QUESTION}`;
  if (o.hold)
    return `held by ${holdersOf(o.hold).join(' and ')}${heldUntil ? ` until ${minuteText(heldUntil)} UTC` : ''}`;
  if (o.status === 'drafted' && o.refused) return 'refused by Statuspage: correct it';
  if (o.status === 'drafted') return rule.dispatch === 'approval' ? 'awaiting approval' : 'drafted';
  if (o.status === 'filing') return 'to be filed by a person';
  if (o.status === 'dispatching') return `being sent${movedText(o.moved)}`;
  return o.status === 'pending' && (rule.dispatch === 'person' || rule.dispatch === 'record') ? 'open' : o.status;
}
