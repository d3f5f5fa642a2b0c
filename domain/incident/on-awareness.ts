/** What it means that somebody states, corrects or confirms the instant of awareness. */
import { aheadProblem } from '../kernel/ahead';
import { tocsin } from '../kernel/command-lines';
import { earliestOf, inexactOf } from '../kernel/inexact-instant';
import { type Instant, minuteText, toMs } from '../kernel/time';
import type { Policy } from '../policy/policy';
import { type Answer, whenNotAfter } from './answer';
import { counting, stated, USUAL_BASIS } from './awareness';
import { doubtsOf } from './doubted';
import { DOUBT_OF, DOUBTED_WORDS, type Doubted } from './doubted-kinds';
import { answerBy, doubts } from './doubts';
import type { NewEvent } from './events';
import type { MessageBody } from './messages';
import { isRecordOnly } from './records';
import { isSecondPerson, SECOND_PERSON_CHANGES, type SecondPersonChange } from './second-person';
import type { IncidentState } from './state';

/**
 * The events of a stated awareness; `problem` when it is refused. A correction needs a reason. One that moves the instant
 * that counts forward needs a second person, and changes nothing before: nobody erases a miss alone.
 */
export function onAwareAt(
  state: IncidentState,
  { awareAt: given, awareBasis: basis = USUAL_BASIS, reason, by }: MessageBody<'assess'>,
  pack: Policy,
  now: Instant,
): { events: NewEvent[] } | { problem: string } {
  if (!given) return { events: [] };
  const when = whenNotAfter(given, now);
  if (!when) return { problem: `awareAt: ${aheadProblem(given, now)}` };
  const [awareAt, inexact] = [earliestOf(when), inexactOf(when)];
  const before = state.awareness?.findLast((each) => each.basis === basis);
  if (before?.awareAt === awareAt && before.inexact?.stated === inexact?.stated) return { events: [] };
  const previousAt = counting(state.awareness)?.statement.awareAt;
  const next = stated(state.awareness, { basis, awareAt, by, recordedAt: now, ...(reason && { reason }) });
  const countsAt = counting(next)!.statement.awareAt;
  if (previousAt !== undefined && countsAt !== previousAt && !reason)
    return { problem: 'reason: is needed to correct the recorded instant of awareness' };
  const known = { awareAt, ...(inexact && { inexact }), basis };
  if (previousAt !== undefined && toMs(countsAt) > toMs(previousAt)) {
    const asked = { change: 'awareness' as const, ...known, previousAt, reason: reason! };
    return { events: [{ kind: 'second-person-asked', data: asked }] };
  }
  // Nothing of what is only recorded is ever sent.
  const harmless = countsAt === previousAt || isRecordOnly(state);
  const why = harmless ? [] : doubts(countsAt, state, pack, now);
  const doubt = why.length > 0 ? { why, answerBy: answerBy(now) } : undefined;
  return { events: [{ kind: 'awareness-recorded', data: { ...known, previousAt, reason, doubt } }] };
}

/** Somebody agrees to what waits for a second person, declines it, or stands by a doubtful instant. */
export function onConfirm(
  state: IncidentState,
  { change, at, decline, reason, by }: MessageBody<'confirm'>,
  pack: Policy,
  now: Instant,
  answer: Answer,
): NewEvent[] {
  const { asked, waits } = waitingFor(state, change);
  if (!waits) return answer.noted('nothing is waiting for confirmation');
  if (at !== undefined && earliestOf(at) !== waits.awareAt)
    return answer.rejected(
      `at: ${DOUBTED_WORDS[change]} that waits is ${minuteText(waits.awareAt)} UTC, so it changed meanwhile: look at it, then \`${confirmLine(state.caseId, change, waits.awareAt)}\``,
    );
  if (asked) {
    if (decline) return [{ kind: 'second-person-declined', data: { change: change as SecondPersonChange, reason } }];
    if (!isSecondPerson(by, asked.by))
      return answer.rejected(
        'by: whoever asked for this change cannot confirm it; somebody else must confirm or decline it',
      );
    const { awareAt, inexact, basis, previousAt, reason: given } = asked;
    if (change === 'detection')
      return [
        {
          kind: 'corrected',
          by: asked.by,
          data: { detectedAt: awareAt, ...(inexact && { detectedAs: inexact }), reason: given, agreedBy: by },
        },
      ];
    const statement = { basis, awareAt, by: asked.by, recordedAt: now };
    const countsAt = counting(stated(state.awareness, statement))!.statement.awareAt;
    const why = isRecordOnly(state) ? [] : doubts(countsAt, state, pack, now);
    const doubted = why.length > 0 ? { why, answerBy: answerBy(now) } : undefined;
    const known = { awareAt, ...(inexact && { inexact }), basis };
    const data = { ...known, previousAt, reason: given, agreedBy: by, doubt: doubted };
    return [{ kind: 'awareness-recorded', by: asked.by, data }];
  }
  if (decline)
    return answer.rejected(
      `decline: nothing waits for a second person; correct the instant with --aware-at and --reason, see \`${tocsin('assess', { id: state.caseId, help: true })}\``,
    );
  const of = change === 'awareness' ? {} : { of: change };
  return [{ kind: 'awareness-upheld', data: { awareAt: waits.awareAt, reason, ...of } }];
}

/** What waits for a confirmation: a change that was asked for, else a doubtful instant. */
function waitingFor(state: IncidentState, change: Doubted) {
  const asked = change === 'parts' ? undefined : state.awaitsSecond?.[change];
  const doubt = state[DOUBT_OF[change]];
  return { asked, doubt, waits: asked ?? doubt };
}

/** What somebody would confirm, for whoever is about to: the instant, what counts now, who asked for it and why. */
export function wouldConfirm(state: IncidentState, change: Doubted): { at: Instant; text: string } | undefined {
  const { asked, doubt, waits } = waitingFor(state, change);
  if (!waits) return undefined;
  const what = `${DOUBTED_WORDS[change]}: ${minuteText(waits.awareAt)} UTC`;
  const why = asked
    ? `in place of ${minuteText(asked.previousAt)} UTC, as ${asked.by} asked: ${asked.reason}`
    : `it is doubtful: ${doubt!.why.join('; ')}`;
  return { at: waits.awareAt, text: `${what}; ${why}` };
}

function confirmLine(id: string, change: Doubted, at: Instant): string {
  return tocsin('confirm', { id, change, at });
}

/** What waits of the awareness, with who asked for it: for whoever asks, and for no event. */
export function awarenessWaits(state: IncidentState): string[] {
  const asked = Object.values(state.awaitsSecond ?? {});
  return [...awarenessOpen(state), ...asked.map(({ by, reason }) => `asked for by ${by}: ${reason}`)];
}

/** What keeps an incident from being closed. */
export function awarenessOpen(state: IncidentState): string[] {
  const { caseId, awaitsSecond } = state;
  const asked = SECOND_PERSON_CHANGES.flatMap((change) => {
    const one = awaitsSecond?.[change];
    if (!one) return [];
    const line = confirmLine(caseId, change, one.awareAt);
    return [`${change}: a change to ${minuteText(one.awareAt)} UTC waits for a second person: \`${line}\``];
  });
  const doubtful = doubtsOf(state).flatMap(({ of, doubt }) => {
    if (of !== 'parts' && awaitsSecond?.[of]) return [];
    const stand = confirmLine(caseId, of, doubt.awareAt);
    return [
      `${of}: ${minuteText(doubt.awareAt)} UTC is doubtful (${doubt.why.join('; ')}): stand by it or correct it: \`${stand}\``,
    ];
  });
  return [...asked, ...doubtful];
}
