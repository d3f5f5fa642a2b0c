/** What follows from the time: alarms until somebody decides, and the declaration on silence. */
import type { About, Alarm, Threshold } from '../case/alarm';
import { commandsFor } from '../case/alarm-commands';
import { thresholdText } from '../case/alarm-text';
import type { NewOf } from '../case/lifecycle';
import { ANSWER_WITHIN_MS } from '../incident/awareness';
import { type AlarmClock, clockPoints, nextPoint, ringing } from '../kernel/alarm-clock';
import { ask, commandLine } from '../kernel/command-lines';
import { TOCSIN } from '../kernel/recorded-event';
import { exactMs, type Instant, toInstant, toMs } from '../kernel/time';
import { declarationOf } from './declaration';
import type { TriageEvent, TriageState } from './state';
import { unattended } from './unattended';

/** Commands of an alarm that a person can take in; the page of the case lists the rest. */
const MOST_SHOWN = 5;

/** Its alarms; where silence declares, the limit itself is no alarm but the declaration. */
function alarmClock({ triage, openedAt, clockAt, dueAt }: TriageState): AlarmClock | undefined {
  if (!triage) return undefined;
  const alarms = triage.onSilence === 'alarm';
  return {
    dueAt,
    points: clockPoints({
      startAt: clockAt ?? openedAt,
      dueAt,
      alarmAt: [...triage.alarmAt, ...(alarms ? [100] : [])],
    }),
    repeatMs: alarms ? exactMs(triage.repeatEvery) : undefined,
  };
}

export function onTime(state: TriageState, now: Instant): NewOf<TriageEvent>[] {
  if (state.decision) return [];
  if (state.action === 'declare') return declareBy(state, 'rule', now);
  if (state.triage?.onSilence === 'declare' && toMs(now) >= toMs(state.dueAt)) return declareBy(state, 'silence', now);
  const clock = alarmClock(state);
  const point = clock && ringing(clock, state.rung, now);
  return point ? [alarm(state, point.threshold)] : [];
}

function declareBy(state: TriageState, trigger: 'rule' | 'silence', now: Instant): NewOf<TriageEvent>[] {
  const declaration = declarationOf(state, TOCSIN, now);
  const { withheld } = unattended(state);
  const about: About = {
    kind: 'declared',
    incident: declaration.id,
    title: state.ruleTitle,
    detectedAt: declaration.detectedAt,
    ...(withheld.length > 0 && { withheld: withheld.length }),
  };
  const commands = [
    ...commandsFor('follow-incident', state.caseId, about),
    ...withheld
      .slice(0, MOST_SHOWN)
      .map((source) => commandLine('contain', { id: declaration.id, 'block-source': source, by: ask('by') })),
  ];
  return [
    { kind: 'triage-declared', data: { trigger, declaration }, by: TOCSIN },
    // Nobody was there to see it: the owner is told.
    {
      kind: 'alarm-raised',
      data: { threshold: { kind: 'declared', trigger }, about, todo: 'follow-incident', commands },
    },
  ];
}

/** The alarm of a detection of which one was acknowledged, and how long that holds: as its rule says, else for good. */
export function rings(state: TriageState, threshold: Threshold): { alarm: Alarm; holdsMs: number } | undefined {
  const period = state.triage?.acknowledgedFor;
  return period === undefined ? undefined : { alarm: alarmOf(state, threshold), holdsMs: exactMs(period) };
}

/** @param detail why, in the words of what failed. */
export function alarm(state: TriageState, threshold: Threshold, detail?: string): NewOf<TriageEvent> {
  return { kind: 'alarm-raised', data: { ...alarmOf(state, threshold), ...(detail && { detail }) } };
}

export function alarmOf(state: TriageState, threshold: Threshold): Alarm {
  const { caseId, count, dueAt, ruleTitle, triage } = state;
  const about: About = {
    kind: 'detections',
    title: ruleTitle,
    count,
    onSilence: triage?.onSilence ?? 'declare',
  };
  const todo = 'decide-detections';
  return { threshold, about, todo, dueAt, commands: commandsFor(todo, caseId, about) };
}

/**
 * The alarm of what came to nothing while the case stays where it is. It has no limit of its own, and the case closes again:
 * it is mailed, and pages nobody.
 */
export function stays(
  state: TriageState,
  threshold: Extract<Threshold, { kind: 'merge-failed' | 'unmerge-failed' }>,
  detail: string,
): NewOf<TriageEvent> {
  const { dueAt: _, ...raised } = alarmOf(state, threshold);
  const todo = threshold.kind === 'merge-failed' ? 'decide-where' : 'take-out-again';
  const about = threshold.kind === 'merge-failed' ? raised.about : { ...raised.about, stillIn: threshold.from };
  const commands = commandsFor(todo, state.caseId, about);
  return { kind: 'alarm-raised', data: { ...raised, about, todo, commands, detail } };
}

/**
 * Until when a person decides on a case that is in no incident any more: its limit stands, as its detections are no younger.
 * Where silence declares and the limit passed meanwhile, there is time to look once more: what the rule gives, half a
 * working day at most.
 */
export function dueAgain({ triage, dueAt }: TriageState, now: Instant): Instant {
  if (triage?.onSilence !== 'declare' || toMs(dueAt) > toMs(now)) return dueAt;
  return toInstant(toMs(now) + Math.min(exactMs(triage.within), ANSWER_WITHIN_MS));
}

export function nextWake(state: TriageState, now: Instant): { at: Instant; what: string } | undefined {
  if (state.decision) return undefined;
  const clock = alarmClock(state);
  const next = clock && nextPoint(clock, now);
  const dueMs = toMs(state.dueAt);
  if (state.triage?.onSilence === 'declare' && dueMs > toMs(now) && (!next || dueMs <= toMs(next.at))) {
    return { at: state.dueAt, what: 'declare on silence' };
  }
  return next && { at: next.at, what: `alarm: ${thresholdText(next.threshold)}` };
}
