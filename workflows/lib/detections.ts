/**
 * Between a triage case and the incident that its detections join or leave: the case asks by a signal, the incident answers
 * by one. Asking again changes nothing and is answered again.
 */
import { condition, getExternalWorkflowHandle, isCancellation, patched } from '@temporalio/workflow';
import {
  ANSWERED_SIGNAL,
  type Answered,
  AnsweredSchema,
  JOINED_SIGNAL,
  type Joined,
  JoinedSchema,
  LEFT_SIGNAL,
  type Left,
  LeftSchema,
  RECOUNTED_SIGNAL,
  RecountedSchema,
} from '../../domain/incident/detections';
import type { IncidentEvent, NewEvent } from '../../domain/incident/events';
import { belongs, hasLeft, onJoined, onLeft, onRecounted } from '../../domain/incident/on-detections';
import type { OwnMessage } from '../../domain/incident/on-message';
import type { IncidentOutcome } from '../../domain/incident/outcome';
import type { IncidentState } from '../../domain/incident/state';
import type { IncidentWork } from '../../domain/incident/work';
import type { Instant } from '../../domain/kernel/time';
import { Answers } from '../../domain/triage/answers';
import { activities, failureText, UNTIL_DONE } from './activity-calls';
import type { Run } from './kind';
import { type InternalSignal, internalSignal } from './receive-messages';

type IncidentRun = Run<IncidentState, IncidentEvent, IncidentWork, IncidentOutcome>;

/** An incident whose worker is away answers when that is back. */
const ANSWERS_WITHIN = '10 minutes';

type Contain = Extract<OwnMessage, { message: 'contain' }>;

/**
 * The signals of an incident by which detections join and leave it.
 *
 * @param onContain what it makes of a source that it is asked to block.
 */
export function detectionSignals(
  run: IncidentRun,
  onContain: (state: IncidentState, message: Contain, now: Instant) => NewEvent[],
): Record<string, InternalSignal> {
  const block = (source: string, by: string) => {
    const measure = { action: 'block-source' as const, source };
    run.step((state, now) =>
      onContain(state, { message: 'contain', by, measure }, now).map((event) => ({ by, ...event })),
    );
  };
  return {
    [JOINED_SIGNAL]: internalSignal(
      'Triage: the detections of a case belong to this incident',
      JoinedSchema,
      (joined) => {
        const { caseId } = joined.detections;
        const events = run.step((state) => onJoined(state, joined));
        // Asked again it was told already.
        if (events.some(({ kind }) => kind === 'detections-joined'))
          for (const source of joined.block ?? []) block(source, joined.by);
        return answer(run.state, caseId, { of: JOINED_SIGNAL, done: belongs(run.state, caseId) }, events);
      },
    ),
    [RECOUNTED_SIGNAL]: internalSignal(
      'Triage: more detections came to a case that belongs to this incident',
      RecountedSchema,
      (recounted) => void run.step((state) => onRecounted(state, recounted)),
    ),
    [LEFT_SIGNAL]: internalSignal('Triage: they do not belong to it any more', LeftSchema, (left) => {
      const { caseId } = left;
      const events = run.step((state) => onLeft(state, left));
      return answer(run.state, caseId, { of: LEFT_SIGNAL, done: !belongs(run.state, caseId) }, events);
    }),
  };
}

/**
 * Done when the case has the answer or cannot be reached. A run that has stopped itself takes nothing and answers nothing:
 * the case is told by whichever goes on.
 */
async function answer(
  { caseId: incident }: IncidentState,
  to: string,
  { of, done }: { of: Answered['of']; done: boolean },
  events: IncidentEvent[],
): Promise<void> {
  const problem = events.flatMap((event) => (event.kind === 'rejected' ? event.data.problems : []))[0];
  if (!done && problem === undefined) return;
  const answered: Answered = { incident, of, ...(problem && { problem }) };
  await getExternalWorkflowHandle(to)
    .signal(ANSWERED_SIGNAL, answered)
    .catch(() => undefined);
}

/** What a triage case asks of incidents, and what they answered. */
export class Incidents {
  readonly answers: Answers;

  /** @param carried answers that the run before had not used. */
  constructor(carried?: Answered[]) {
    this.answers = new Answers(carried);
  }

  /** The signal of a triage case that brings the answers. */
  readonly signal = internalSignal('Incident: whether detections joined or left it', AnsweredSchema, (answered) =>
    this.answers.hear(answered),
  );

  /**
   * Has detections join or leave an incident. Answers why it did not take them, where it did not or does not run; throws
   * where it runs and does not answer. An answer that comes after that is used when it is asked for again. Of one that does
   * not run any more the register says whether it took them.
   */
  async ask(incident: string, asked: { joined: Joined } | { left: Left }): Promise<string | undefined> {
    const of = 'joined' in asked ? JOINED_SIGNAL : LEFT_SIGNAL;
    const question = { incident, of } as const;
    this.answers.expect(question);
    if (!this.answers.has(question)) {
      const unreached = await reached(incident, of, 'joined' in asked ? asked.joined : asked.left);
      // It may have answered before it ended, or ended before it answered.
      if (unreached && !this.answers.has(question)) {
        const isDone = patched('answered-by-the-register') && (await isRecorded(incident, asked));
        if (!this.answers.has(question)) {
          if (!isDone) return unreached;
          this.answers.use(question);
          return undefined;
        }
      }
      if (!(await condition(() => this.answers.has(question), ANSWERS_WITHIN)))
        throw new Error(`${incident} has not answered within ${ANSWERS_WITHIN}`);
    }
    const problem = this.answers.use(question)?.problem;
    return problem && `${incident} refused it: ${problem}`.slice(0, 300);
  }
}

/** Whether the register has it that the detections joined, or left. */
async function isRecorded(incidentId: string, asked: { joined: Joined } | { left: Left }): Promise<boolean> {
  const state = await activities(UNTIL_DONE, 'read what the incident took').incidentInRegister({ incidentId });
  if (!state) return false;
  return 'joined' in asked ? belongs(state, asked.joined.detections.caseId) : hasLeft(state, asked.left.caseId);
}

/** Why a workflow takes no signal; `undefined` where it has taken it. */
export async function reached(incident: string, signal: string, payload: object): Promise<string | undefined> {
  try {
    await getExternalWorkflowHandle(incident).signal(signal, payload);
    return undefined;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return `${incident} took no message: ${failureText(error)}`.slice(0, 300);
  }
}
