/** Has the outside world do what an incident wants done, and says what came of it. */
import { condition, getExternalWorkflowHandle, patched, sleep } from '@temporalio/workflow';
import { titleOf } from '../../domain/incident/filings';
import type { IncidentOutcome } from '../../domain/incident/outcome';
import { isPublicCommunication, PUBLIC_NOTICE } from '../../domain/incident/readers';
import { correctionOf, type IncidentState } from '../../domain/incident/state';
import type { IncidentWork } from '../../domain/incident/work';
import { activities, FIRST_ATTEMPTS, failureText, failureType, isFinal, PATIENT, UNTIL_DONE } from './activity-calls';
import { deliveryId, SETTLED } from './delivery-id';
import { draftInput } from './draft-input';
import type { Situation } from './kind';
import { type MailRounds, recount } from './mail-rounds';

type At = Situation<IncidentState, IncidentOutcome>;
type WorkOf<K extends IncidentWork['kind']> = Extract<IncidentWork, { kind: K }>;

/** The outcome of a piece of work; `undefined` for a filing task. */
export async function performIncidentWork(
  work: IncidentWork,
  at: At,
  mails: MailRounds,
): Promise<IncidentOutcome | undefined> {
  switch (work.kind) {
    case 'draft':
      return draft(work, at);
    case 'dispatch':
      return work.rule.channel === 'email' ? mails.deliver(work, at) : publish(work, at);
    case 'recount':
      return recount(work, at);
    case 'contain':
      return contain(work, at);
    case 'verify-register':
      return verifyRegister(at);
    case 'open-filing':
      await activities(
        UNTIL_DONE,
        `filing task: ${work.task.title} (${work.task.authority?.key ?? 'no authority yet'})`,
      ).openFilingTask({
        ...contextOf(at.state),
        ...work.task,
      });
      return undefined;
    case 'tell-in-app':
      return tellInApp(work, at);
    case 'settle-batch':
      await settleBatch(work, at);
      return undefined;
    case 'stop-delivery':
      await mails.stop(work, at.state);
      return undefined;
  }
}

function contextOf({ caseId: incidentId, exercise }: IncidentState) {
  return { incidentId, exercise };
}

/** Records in the ledger what a person read at the provider; the delivery then goes on, or counts what it has. */
async function settleBatch({ settlement }: WorkOf<'settle-batch'>, at: At): Promise<void> {
  const { obligation, round, ...settled } = settlement;
  const { recipients } = await activities(UNTIL_DONE, `settle a batch of ${obligation}`).settleBatch({
    ...contextOf(at.state),
    ...settled,
  });
  if (recipients === 0) {
    const which = settled.batch ? `no batch whose key begins with ${settled.batch}` : 'no batch of it';
    const detail = `Nothing was settled: ${which} waits for a person`;
    at.alarm({ obligation, threshold: { kind: 'undecided' }, detail });
  }
  // One that has ended, or was lost, is begun anew by whoever waits for its outcome.
  const delivery = getExternalWorkflowHandle(deliveryId({ incidentId: at.state.caseId, obligation, round }));
  await delivery.signal(SETTLED).catch(() => undefined);
}

/** A few attempts, then an alarm, then until it works. */
async function insist<T>(
  work: 'draft' | 'publish' | 'tell-in-app',
  { id: obligation, title }: { id: string; title: string },
  at: At,
  call: (activity: ReturnType<typeof activities>) => Promise<T>,
): Promise<T> {
  const what = `${work}: ${title}`;
  try {
    return await call(activities(FIRST_ATTEMPTS, what));
  } catch (error) {
    // What repeating cannot help is alarmed by whoever started this work, and begun anew later.
    if (!isActivityFailure(error) || isFinal(error)) throw error;
    at.alarm({ obligation, threshold: { kind: 'failing', work }, detail: failureText(error) });
    return call(activities(UNTIL_DONE, what));
  }
}

function isActivityFailure(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ActivityFailure' &&
    (error.cause as Error | undefined)?.name !== 'CancelledFailure'
  );
}

async function draft(work: WorkOf<'draft'>, at: At): Promise<IncidentOutcome> {
  const { obligation: o, rule, fingerprint, missing, measures } = work;
  const input = draftInput(work, at);
  const drafted = await insist('draft', { id: o.id, title: titleOf(o, rule) }, at, (activity) =>
    activity.draftNotice(input),
  );
  const data = { obligation: o.id, round: o.round, fingerprint, missing, ...drafted, ...(measures && { measures }) };
  return { kind: 'drafted', data };
}

async function publish(work: WorkOf<'dispatch'>, at: At): Promise<IncidentOutcome> {
  const { obligation: o, rule } = work;
  const { title, detectedAt } = at.state.declaration;
  const renderings = o.draft?.renderings ?? [];
  const correction = correctionOf(o);
  const input = {
    ...contextOf(at.state),
    obligation: o.id,
    round: o.round,
    at: at.now,
    own: isPublicCommunication(rule),
    renderings,
    status: at.state.status,
    title,
    detectedAt,
    ...(correction && { correction }),
  };
  let url: string;
  try {
    const about = { id: o.id, title: titleOf(o, rule) };
    ({ url } = await insist('publish', about, at, (activity) => activity.publishStatus(input)));
  } catch (error) {
    // No repeat of this text helps: a person corrects it, or publishes it by hand.
    if (failureType(error) !== 'StatusPageRejected' || !patched('refused-updates-are-corrected')) throw error;
    return { kind: 'update-refused', data: { obligation: o.id, round: o.round, detail: failureText(error) } };
  }
  return {
    kind: 'delivered',
    obligation: o.id,
    round: o.round,
    evidence: { channel: input.own ? PUBLIC_NOTICE : rule.channel, url, renderings },
  };
}

/** Beside the channel of the notice: it is alarmed when it fails, and holds up nothing. */
async function tellInApp({ message }: WorkOf<'tell-in-app'>, at: At): Promise<IncidentOutcome> {
  const { obligation, round, title, renderings } = message;
  const input = { ...contextOf(at.state), ...message };
  const { messageId } = await insist('tell-in-app', { id: obligation, title }, at, (activity) =>
    activity.tellInApp(input),
  );
  return { kind: 'told-in-app', data: { obligation, round, messageId, renderings } };
}

/** Containment is retried, alarmed when it fails, and given up after about a day; it never delays a clock. */
async function contain(work: WorkOf<'contain'>, at: At): Promise<IncidentOutcome> {
  const { id, round, measure, undo } = work;
  const input = { ...contextOf(at.state), id, round, measure };
  const what = `${undo ? 'Undo' : 'Contain'}: ${id}`;
  const done = (call: ReturnType<typeof activities>) => (undo ? call.undoMeasure(input) : call.applyMeasure(input));
  const failed = (error: unknown): IncidentOutcome => ({
    kind: 'containment-step',
    data: { id, outcome: 'failed', detail: 'it could not be carried out', internal: failureText(error) },
  });
  try {
    return { kind: 'containment-step', data: { ...(await done(activities(FIRST_ATTEMPTS, what))), id } };
  } catch (error) {
    if (!isActivityFailure(error)) throw error;
    if (isFinal(error)) return failed(error);
    const threshold = { kind: 'failing', work: undo ? 'undo' : 'contain' } as const;
    at.alarm({ measure: id, threshold, detail: failureText(error) });
  }
  try {
    return { kind: 'containment-step', data: { ...(await done(activities(PATIENT, what))), id } };
  } catch (error) {
    if (!isActivityFailure(error)) throw error;
    return failed(error);
  }
}

/** Verifies the incident's entries once they are all written. Damage is alarmed and looked at again every hour. */
async function verifyRegister(at: At): Promise<IncidentOutcome> {
  const { caseId: incidentId, seq } = at.state;
  for (;;) {
    // Written up to here: under a steady stream of messages the backlog may never be empty.
    await condition(() => at.isRegistered(seq));
    const result = await activities(UNTIL_DONE, 'verify the register').verifyRegister({ incidentId, seq });
    if (result.ok) return { kind: 'register-verified', data: { entries: result.entries, head: result.head } };
    const { problem } = result;
    at.alarm({ threshold: { kind: 'register-damaged' }, detail: problem });
    await sleep('1 hour', { summary: 'verify the register again' });
    // Whoever waived this and closed the incident was alarmed; the damage stays for `tocsin register verify`.
    if (at.isClosed()) return { kind: 'register-damaged', problem };
  }
}
