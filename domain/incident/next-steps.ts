/**
 * What people do next about an incident, in order, each step with its commands: while it is open, the question whether personal
 * data is affected before anything else, as most duties hang on it; then what is overdue or due within a day, by deadline; then
 * what waits for somebody and has no clock, as alarms do; then what is due later; last, how it ends. Pure.
 */
import { commandsFor } from '../case/alarm-commands';
import { alarmText } from '../case/alarm-text';
import type { CaseStep } from '../case/case-step';
import { withAcknowledged } from '../case/rings-again';
import { ask, type CommandLine, commandLine, commandText } from '../kernel/command-lines';
import { plural } from '../kernel/plural';
import { DAY_MS, human, type Instant, toMs } from '../kernel/time';
import { type Policy, ruleOf } from '../policy/policy';
import type { ObligationRule } from '../policy/rule';
import { awarenessAlarm, clockAlarm } from './alarms';
import { outcomeWords, stepWords } from './board-words';
import { DATA_QUESTION, questionCommands } from './data-question';
import { doubtsOf } from './doubted';
import type { IncidentEvent } from './events';
import { titleOf } from './filings';
import { lacking } from './records';
import { askedText } from './second-person';
import { type ContainmentStep, type IncidentState, isSettled, type Obligation } from './state';
import { toldWith } from './telling';
import { onceText } from './two-persons';

/** One thing to do: about a duty, a question, the alarms. */
export interface NextStep extends CaseStep {
  obligation?: string;
}

const by = ask('by');

/** The steps that wait for a person, in the order in which to take them. None of an incident that is closed. */
export function nextSteps(state: IncidentState, pack: Policy, now: Instant): NextStep[] {
  if (state.closedAt) return [];
  const owed = Object.values(state.obligations).flatMap((o) => {
    const rule = ruleOf(pack, o.rule);
    return rule && !isSettled(o) ? [{ o, rule, dueAt: dueOf(o, state, pack) }] : [];
  });
  owed.sort((a, b) => dueMs(a) - dueMs(b));
  const questions = owed.filter(({ rule }) => rule.channel === 'assessment');
  const duties = owed.filter(({ o, rule }) => rule.channel !== 'assessment' && waitsForPerson(o, rule));
  const others = [
    ...doubtSteps(state, now),
    ...wideBlockSteps(state),
    ...alarmStep(state),
    ...duties.map(({ o, rule }) => dutyStep(o, rule, state, pack, now)),
  ];
  return unlike([
    ...questions.map(({ o, rule }) => questionStep(o, rule, state)),
    ...byUrgency(others, now),
    ...endSteps(state, owed.length > 0),
  ]);
}

/** What is due so soon stands before what has no clock. */
const SOON_MS = DAY_MS;

/** What is overdue or due soon by deadline, then what has no clock, then the rest by deadline; else as they stood. */
function byUrgency(steps: readonly NextStep[], now: Instant): NextStep[] {
  const soon = toMs(now) + SOON_MS;
  const rank = (step: NextStep) => (step.dueAt === undefined ? soon + 0.5 : dueMs(step));
  return steps.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * What the open alarms ask for: all that can be said where the policy of an incident is not at hand. `events`: those of the
 * incident, as far as they are known.
 */
export function stepsOfAlarms(state: IncidentState, events: readonly IncidentEvent[], now: Instant): NextStep[] {
  if (state.closedAt) return [];
  const asked = events.flatMap((event): NextStep[] => {
    if (event.kind !== 'alarm-raised' || !state.unacknowledged?.includes(event.seq)) return [];
    const { what, todo } = alarmText(event.data, event.at);
    const { about, dueAt, commands } = event.data;
    const title = about.kind === 'obligation' ? about.title : what;
    return [{ what: title, todo, ...(dueAt && { dueAt }), commands }];
  });
  return unlike(byUrgency([...alarmStep(state), ...asked], now));
}

function dueMs({ dueAt }: { dueAt?: Instant | undefined }): number {
  return dueAt === undefined ? Number.POSITIVE_INFINITY : toMs(dueAt);
}

/** The deadline of what a step does: of a notice that serves another duty too, the earlier of the two. */
function dueOf(o: Obligation, state: IncidentState, pack: Policy): Instant | undefined {
  const served = toldWith(o, state, pack).filter((other) => !isSettled(other) && other.status !== 'proposed-not-owed');
  return [o, ...served].sort((a, b) => dueMs(a) - dueMs(b))[0]?.dueAt;
}

/** False for what goes on by itself: it is being drafted or sent, or follows from what else is done. */
function waitsForPerson(o: Obligation, rule: ObligationRule): boolean {
  if (o.status === 'dispatching' || rule.record === 'R6' || rule.record === 'R7') return false;
  return !(o.status === 'pending' && ['email', 'status-page', 'filing'].includes(rule.channel));
}

function questionStep(o: Obligation, rule: ObligationRule, { caseId }: IncidentState): NextStep {
  return {
    what: `Assess: ${DATA_QUESTION}`,
    todo: 'most duties depend on it; which data, and whose, can follow',
    obligation: o.id,
    ...(o.dueAt && { dueAt: o.dueAt }),
    commands: [...questionCommands(caseId, rule), commandLine('assess', { id: caseId })],
  };
}

function alarmStep({ caseId, unacknowledged = [] }: IncidentState): NextStep[] {
  if (unacknowledged.length === 0) return [];
  return [
    {
      what: `${plural(unacknowledged.length, 'alarm')} not acknowledged`,
      todo:
        unacknowledged.length === 1
          ? 'say that you have seen it and are on it: it repeats until somebody does'
          : 'say that you have seen them and are on it: they repeat until somebody does',
      commands: [commandLine('acknowledge', { id: caseId, by })],
    },
  ];
}

/** Instants that look like a mistake, and changes that wait for a second person. */
function doubtSteps(state: IncidentState, now: Instant): NextStep[] {
  const doubts = doubtsOf(state).map(({ of, doubt }): NextStep => {
    const alarm = awarenessAlarm(state.caseId, of, doubt, { kind: 'due' });
    const { what, todo } = alarmText(alarm, now);
    return { what, todo, dueAt: doubt.answerBy, commands: alarm.commands };
  });
  const waits = Object.entries(state.awaitsSecond ?? {}).map(([change, asked]): NextStep => {
    const what = `${asked.by} asked to change the instant of the ${change} to ${human(asked.awareAt)}: ${asked.reason}`;
    const id = state.caseId;
    return {
      what,
      todo: 'a second person agrees or declines',
      commands: [
        commandLine('confirm', { id, change, by }),
        commandLine('confirm', { id, change, reason: ask('reason'), by, decline: true }),
      ],
    };
  });
  return [...doubts, ...waits];
}

/** Blocks that one person asked for and that take a second. */
function wideBlockSteps({ caseId, containment, owner }: IncidentState): NextStep[] {
  return Object.values(containment).flatMap((step): NextStep[] => {
    if (step.state !== 'awaits-second' || step.askedBy === undefined) return [];
    return [
      {
        what: `${stepWords(step)}: 1 of 2, asked for by ${step.askedBy}`,
        todo: `a second person asks for the same, or withdraws it (${askedText(owner, step.askedBy)}); narrower blocks need one person`,
        commands: commandsFor('agree-to-block', caseId, { kind: 'measure', measure: step.id }),
      },
    ];
  });
}

function dutyStep(o: Obligation, rule: ObligationRule, state: IncidentState, pack: Policy, now: Instant): NextStep {
  const alarm = clockAlarm(o, rule, { kind: 'due' }, state, pack, now);
  const { todo, onSilence } = alarmText(alarm, now);
  const dueAt = dueOf(o, state, pack);
  const lacks = rule.record ? lacking(rule.record, state, pack) : [];
  const undone = rule.channel === 'containment' ? undoneSteps(state) : [];
  const measure = commandLine('measure', { id: state.caseId, text: ask('text'), by });
  const once = onceText(o, state, pack);
  return {
    what: titleOf(o, rule),
    todo: withAcknowledged(
      state,
      o.id,
      `${once}${byHandText(undone)}${lacks.length > 0 ? `it lacks ${lacks.join(', ')}` : todo}`,
    ),
    ...(onSilence && { onSilence }),
    obligation: o.id,
    ...(dueAt && { dueAt }),
    commands: rule.record === 'R5' ? [measure] : undone.length > 0 ? [containedDespite(state)] : alarm.commands,
  };
}

/** The steps of containment that Tocsin has not done and will not do: somebody does them by hand. */
function undoneSteps({ containment }: IncidentState): ContainmentStep[] {
  return Object.values(containment).filter((step) => ['failed', 'refused', 'recorded-only'].includes(step.state));
}

/** While such a step is open, the status alone is refused: it takes the reason why the incident is contained all the same. */
function containedDespite({ caseId: id }: IncidentState): CommandLine {
  return commandLine('status', { id, status: 'contained', despite: ask('reason'), by });
}

function byHandText(undone: ContainmentStep[]): string {
  return undone.map((step) => `${stepWords(step)} (${outcomeWords(step.state)}); `).join('');
}

/** How it ends: the status says so, then it is closed. */
function endSteps({ caseId: id, status }: IncidentState, isOwed: boolean): NextStep[] {
  if (status !== 'resolved')
    return [
      {
        what: 'When the incident is over',
        todo: 'set its status to resolved: the clock of the review starts',
        commands: [commandLine('status', { id, status: 'resolved', by })],
      },
    ];
  if (isOwed) return [];
  return [
    { what: 'Nothing is owed any more', todo: 'close the incident', commands: [commandLine('close', { id, by })] },
  ];
}

/** Steps that are done by the same commands are one: the first of them. */
function unlike(steps: NextStep[]): NextStep[] {
  const seen = new Set<string>();
  return steps.filter(({ commands }) => {
    const key = commands.length > 0 ? commandText(commands[0]!) : '';
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
