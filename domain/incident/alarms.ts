/** The alarms of an incident, as data: those of an obligation's clock, and those of what happens outside. */
import type { About, Alarm, Threshold, Todo } from '../case/alarm';
import { commandsFor } from '../case/alarm-commands';
import { type Occasion as CaseOccasion, caseAlarm } from '../case/occasion';
import type { ClockThreshold } from '../kernel/alarm-clock';
import { ask, type CommandLine, commandLine } from '../kernel/command-lines';
import { exactMs, type Instant, minuteText } from '../kernel/time';
import { UNDETERMINED } from '../policy/authorities';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import type { AwarenessDoubt } from './awareness';
import { questionCommands } from './data-question';
import type { Doubted } from './doubted-kinds';
import { withGround } from './grounds';
import { holdEnd, mayHold } from './holds';
import { nobodyCouldHelp, tellsOrganisations } from './organisations-told';
import { isRecordOnly } from './records';
import { lacksRequired, sentOnSilenceAt } from './sent-on-silence';
import { type ContainmentStep, type IncidentState, type Obligation, waitsForPerson } from './state';
import { stoppedShare } from './stopping';
import { standing, tellerOf } from './telling';
import { untoldCommands, untoldText } from './untold';

/** What happened that somebody must know of; `detail` in the words of what failed. */
export interface Occasion extends Omit<CaseOccasion, 'threshold'> {
  threshold: Extract<Threshold, { kind: keyof typeof TODO }>;
}

/** An alarm about an obligation as it stands: a point of its clock, or what was acknowledged and not done. */
export function clockAlarm(
  o: Obligation,
  rule: ObligationRule,
  threshold: Threshold,
  state: IncidentState,
  pack: Policy,
  now?: Instant,
): Alarm {
  const about = aboutObligation(o, rule, state, pack, now);
  // What is told with another notice waits for that one.
  const teller = (o.status === 'proposed-not-owed' ? undefined : tellerOf(o, rule, state, pack)) ?? o;
  const tells = ruleOf(pack, teller.rule) ?? rule;
  const todo = todoOf(teller, tells);
  const known = commandsFor(todo, state.caseId, { ...about, obligation: teller.id }).flatMap((line) =>
    line.verb === 'waive' ? withGround(line, tells, pack, state) : [line],
  );
  const question = rule.channel === 'assessment' ? questionCommands(state.caseId, rule) : [];
  const nobody = todo === 'tell-organisations' ? nobodyCouldHelp(state.caseId, o.id, rule, pack) : [];
  const commands = [...question, ...known.slice(0, 1), ...nobody, ...known.slice(1)];
  if (teller.status === 'dispatching' && teller.moved) {
    const { at, settled } = teller.moved;
    const detail = `it is being ${teller.stopped ? 'stopped' : 'sent'} and not done; ${settled} are known to have an outcome, and nothing has moved since ${minuteText(at)} UTC`;
    return { threshold, about, todo, dueAt: o.dueAt, detail, commands };
  }
  const stopped = stoppedShare(teller, tells, state, pack) ?? (todo === 'correct-update' && teller.refused?.detail);
  if (todo !== 'tell-by-hand')
    return { threshold, about, todo, dueAt: o.dueAt, ...(stopped && { detail: stopped }), commands };
  const { untold = [] } = standing(o, rule, state, pack) ?? {};
  return {
    ...{ threshold, about, todo, dueAt: o.dueAt, detail: untoldText(untold) },
    commands: [...untoldCommands(state.caseId, teller.id, untold), ...commands],
  };
}

/**
 * The alarm about an obligation of which one was acknowledged, and how long that holds: as its rule says, else for good. While it is
 * being sent with another notice nothing rings again; what is not done by that rings once the sending is over.
 */
export function acknowledgedAlarm(
  state: IncidentState,
  obligation: string,
  threshold: Threshold,
  pack: Policy,
  now: Instant,
): { alarm: Alarm; holdsMs: number } | undefined {
  const o = state.obligations[obligation];
  const rule = ruleOf(pack, o?.rule);
  if (!o || rule?.acknowledgedFor === undefined || isRecordOnly(state)) return undefined;
  const isSent = tellerOf(o, rule, state, pack)?.status === 'dispatching';
  if (isSent && threshold.kind === 'acknowledgement-expired') return undefined;
  return { alarm: clockAlarm(o, rule, threshold, state, pack, now), holdsMs: exactMs(rule.acknowledgedFor) };
}

/** An awareness that a person must look at. Nothing that hangs on it is sent by itself until then. */
export function awarenessAlarm(
  incidentId: string,
  of: Doubted,
  doubt: AwarenessDoubt,
  threshold: ClockThreshold,
): Alarm {
  const { awareAt, why, answerBy: dueAt } = doubt;
  const about: About = { kind: 'awareness', awareAt, why, ...(of !== 'awareness' && { of }) };
  return {
    threshold,
    about,
    todo: 'check-awareness',
    dueAt,
    commands: commandsFor('check-awareness', incidentId, about),
  };
}

/** What an obligation waits for, by its channel and whether it is held. */
export function todoOf(
  o: Pick<Obligation, 'hold' | 'status' | 'recipient' | 'refused'>,
  rule: Pick<ObligationRule, 'channel' | 'recipient'>,
): Todo {
  if (o.status === 'proposed-not-owed') return 'decide-not-owed';
  if (o.status === 'dispatching') return 'look-into';
  switch (rule.channel) {
    case 'containment':
      return 'contain';
    case 'email':
      return o.hold ? 'release' : o.status === 'partly-told' ? 'tell-by-hand' : 'approve';
    case 'status-page':
      if (o.refused && !o.hold) return 'correct-update';
      return o.hold ? 'release' : o.status === 'partly-told' ? 'make-public' : 'approve-update';
    case 'filing':
      return o.recipient === UNDETERMINED ? 'decide-authority' : 'file';
    case 'assessment':
      return 'answer-data-question';
    case 'review':
      return 'review';
    case 'register':
      return 'complete-record';
    case 'decision':
      return tellsOrganisations(rule) ? 'tell-organisations' : 'decide-law';
  }
}

/** An alarm of what happened outside. */
export function occasionAlarm(occasion: Occasion, state: IncidentState, pack: Policy): Alarm {
  const { threshold, measure, detail } = occasion;
  const o = occasion.obligation === undefined ? undefined : state.obligations[occasion.obligation];
  const rule = ruleOf(pack, o?.rule);
  if (threshold.kind === 'failing' && !rule && measure === undefined) return caseAlarm({ threshold, detail }, state);
  const about: About =
    o && rule
      ? aboutObligation(o, rule, state, pack)
      : measure !== undefined
        ? { kind: 'measure', measure }
        : { kind: 'incident' };
  const todo = occasionTodo(occasion, o, rule);
  const commands = commandsFor(todo, state.caseId, about);
  const step = measure === undefined ? undefined : state.containment[measure];
  // What failed for good may be asked for again; what a guard refused would be refused again.
  const again = step && threshold.kind === 'failed' ? [containLine(state.caseId, step)] : [];
  const untold = o && rule && threshold.kind === 'undeliverable' ? standing(o, rule, state, pack)?.untold : undefined;
  if (o && untold) again.push(...untoldCommands(state.caseId, o.id, untold));
  return { threshold, about, todo, dueAt: o?.dueAt, detail, commands: [...again, ...commands] };
}

/** The same occasion asks for something else of a measure than of a notice. */
function occasionTodo({ threshold: { kind }, measure }: Occasion, o?: Obligation, rule?: ObligationRule): Todo {
  if (kind === 'text-changed' && o && rule) return todoOf(o, rule);
  if (kind === 'refused' && measure === undefined) return 'correct-update';
  if (kind === 'failing' && measure !== undefined) return 'contain-by-hand';
  return TODO[kind];
}

const TODO = {
  failing: 'look-into',
  failed: 'contain-by-hand',
  refused: 'contain-by-hand',
  'recorded-only': 'contain-by-hand',
  'first-of-two': 'agree-to-block',
  'text-changed': 'approve',
  undeliverable: 'tell-by-hand',
  'came-back': 'count-again',
  undecided: 'settle-batch',
  'cancel-requested': 'waive-and-close',
  'register-damaged': 'verify-register',
} as const satisfies Partial<Record<Threshold['kind'], Todo>>;

/** Asks for a measure once more, or for its undoing. */
function containLine(id: string, { id: step, measure, state }: ContainmentStep): CommandLine {
  const by = ask('by');
  if (state === 'undo-requested') return commandLine('contain', { id, undo: step, by });
  switch (measure.action) {
    case 'block-source':
      return commandLine('contain', { id, 'block-source': measure.source, by });
    case 'rotate-credential':
      return commandLine('contain', { id, rotate: `${measure.credential.provider}/${measure.credential.ref}`, by });
    case 'isolate-system':
      return commandLine('contain', { id, isolate: measure.system, by });
  }
}

function aboutObligation(
  o: Obligation,
  rule: ObligationRule,
  state: IncidentState,
  pack: Policy,
  now?: Instant,
): Extract<About, { kind: 'obligation' }> {
  const teller = tellerOf(o, rule, state, pack) ?? o;
  const tells = ruleOf(pack, teller.rule) ?? rule;
  const heldUntil = holdEnd(teller, tells, state, pack);
  const hold = now && !teller.hold ? mayHold({ o: teller, rule: tells, state, pack }, now) : undefined;
  // What is told with another notice goes out when silence sends either of them.
  const sends = [rule, tells].some(({ onSilence }) => onSilence === 'send');
  // Of a notice that was sent nothing more goes out by itself.
  const onSilence =
    rule.dispatch === 'approval' &&
    !teller.changed &&
    !waitsForPerson(teller) &&
    teller.status !== 'partly-told' &&
    sends
      ? 'send'
      : 'alarm';
  const isReady = teller.status === 'drafted' && !teller.hold && !lacksRequired(teller, tells);
  const silentAt = onSilence === 'send' && isReady ? sentOnSilenceAt(teller, state, pack) : undefined;
  return {
    kind: 'obligation',
    obligation: o.id,
    title: rule.title,
    onSilence,
    ...(silentAt && { silentAt }),
    ...(heldUntil && { heldUntil }),
    ...(hold && { hold }),
  };
}
