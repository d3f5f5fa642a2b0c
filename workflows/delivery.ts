/**
 * One round of one email notice: opens the delivery ledger, drains it in batches, tells the incident to look.
 * Recipients stay in the ledger; this history holds counts.
 */
import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  getExternalWorkflowHandle,
  setCurrentDetails,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import type { Audience, DeliveryRef, OpenedDelivery, SpoolPlace } from '../activities/types';
import { FAILURES } from '../domain/kernel/failures';
import { foreignOf } from '../domain/kernel/foreign-payload';
import { AUDIENCE, activities, failureText, failureType, SENDING, UNTIL_DONE } from './lib/activity-calls';
import { DeliveryProgress, type SoFar } from './lib/delivery-progress';
import { PersonAwaited } from './lib/person-awaited';
import { atSpool, awayText, isAway, spoolOf } from './lib/spool-place';
import { StopHeard } from './lib/stop-heard';

export interface DeliveryInput {
  delivery: DeliveryRef;
  audience: Audience;
  title: string;
  /** Carried over continue-as-new: the ledger that was opened, and whether it changed in the middle. */
  opened?: OpenedDelivery;
  changedOver?: boolean;
  soFar?: SoFar;
  /** A person stopped it: nothing more is claimed, and what was claimed ends. */
  stopped?: true;
}

/** Batches that one activity call sends before it returns. */
const BATCHES_A_CALL = 20;

/**
 * A cancellation is ignored, as that of an incident is: half of the recipients would hear nothing.
 */
export function delivery(input: DeliveryInput): Promise<void> {
  return CancellationScope.nonCancellable(() => deliver(input));
}

async function deliver(input: DeliveryInput): Promise<void> {
  // Whatever else is started under this name ends at once and takes the place of no delivery.
  if (foreignOf(input) || !input?.delivery)
    throw ApplicationFailure.nonRetryable('The input is of no delivery', FAILURES.invalidInput);
  const { delivery: ref, audience, title } = input;
  const incident = getExternalWorkflowHandle(ref.incidentId);
  const tell: Tell = (problem, undecided) =>
    incident
      .signal('delivery-problem', { obligation: ref.obligation, problem, ...(undecided && { undecided }) })
      .catch(() => undefined);
  const person = new PersonAwaited((problem) => tell(problem, true));

  const stop = new StopHeard(ref, title, input.stopped ?? false);
  const progress = new DeliveryProgress(title, input.soFar);
  const open = async (at?: SpoolPlace) => {
    const done = await opening(ref, audience, title, tell, at);
    progress.opened(done.left, Date.now());
    show(progress);
    return done;
  };
  const send = async (there: OpenedDelivery) => {
    await stop.before(there);
    return sendSome(ref, there, title, person, progress);
  };
  let opened = input.opened ?? (await open());
  let changedOver = input.changedOver ?? false;
  for (let done = false; !done; ) {
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof delivery>({
        ...input,
        opened,
        changedOver,
        ...(progress.soFar && { soFar: progress.soFar }),
        ...(stop.heard && { stopped: true }),
      });
    }
    try {
      done = await send(opened);
    } catch (error) {
      if (failureType(error) === 'LedgerUnavailable') {
        // Postgres went away in the middle: opening again goes on in the spool, without those it may have reached.
        // First where it was under way: that worker knows whom it was writing to.
        opened = await open(spoolOf(error) ?? opened.spool);
        changedOver = true;
      } else if (isAway(error) && opened.spool) {
        await tell(awayText(opened.spool, true));
        opened = await open();
        changedOver = true;
      } else await later(error, title, tell);
    }
  }
  // What was open in Postgres when it went away can only be settled there; until then the ledger is not whole.
  if (changedOver) await settleInPostgres(ref, opened, title, tell, send);
  const { obligation, round } = ref;
  const news = { obligation, round, ...(!changedOver && opened.spool && { spool: opened.spool }) };
  await incident.signal('delivered', news).catch(() => undefined);
  if (!changedOver && opened.ledger === 'spool') await settleInPostgres(ref, opened, title, tell, send);
}

/** `undecided`: only a look at the provider settles it. */
type Tell = (problem: string, undecided?: boolean) => Promise<void>;

/** Whatever fails for good is told and done again later: a delivery that ended half way would tell half of its recipients. */
async function insist<T>(title: string, tell: Tell, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      await later(error, title, tell);
    }
  }
}

async function later(error: unknown, title: string, tell: Tell): Promise<void> {
  await tell(failureText(error));
  await sleep('15 minutes', { summary: `try ${title} again` });
}

/** Sends some batches; true when nothing is left. What waits for a person is waited for once everything else is sent. */
async function sendSome(
  ref: DeliveryRef,
  { ledger, spool, total }: OpenedDelivery,
  title: string,
  person: PersonAwaited,
  progress: DeliveryProgress,
): Promise<boolean> {
  const sending = activities(atSpool(SENDING, spool), `send ${title}, ${total} recipients`);
  const input = { ...ref, ledger, ...(spool && { spool }), maxBatches: BATCHES_A_CALL };
  const { done, undecided = [], ...counts } = await sending.sendBatches(input);
  progress.sent(counts, Date.now());
  show(progress);
  if (!done || undecided.length === 0) return done;
  await person.await(undecided);
  return false;
}

/** For whoever looks at it in the Web UI. */
function show(progress: DeliveryProgress): void {
  const text = progress.text();
  if (text) setCurrentDetails(text);
}

/** When Postgres is back: brings the spool into it, and sends whatever was left open there. */
async function settleInPostgres(
  ref: DeliveryRef,
  opened: OpenedDelivery,
  title: string,
  tell: Tell,
  send: (there: OpenedDelivery) => Promise<boolean>,
): Promise<void> {
  await broughtIn(ref, opened.spool, title, tell);
  for (let done = false; !done; ) {
    try {
      done = await send({ ...opened, ledger: 'postgres', spool: undefined });
    } catch (error) {
      if (failureType(error) === 'LedgerUnavailable') await sleep('30 seconds', { summary: 'wait for Postgres' });
      else await later(error, title, tell);
    }
  }
}

/** How often a worker is waited for that is gone with its spool: a quarter of an hour each time. */
const WAITS = 4;

/** Brings the spool into Postgres, where it is. One that does not come back holds up nothing for ever. */
async function broughtIn(ref: DeliveryRef, spool: SpoolPlace | undefined, title: string, tell: Tell): Promise<void> {
  const merge = (at: SpoolPlace | undefined) =>
    activities(atSpool(UNTIL_DONE, at), `bring spooled ${title} into Postgres`).mergeSpool({
      ...ref,
      ...(at && { spool: at }),
    });
  if (!spool) return insist(title, tell, () => merge(undefined));
  for (let waits = 0; waits <= WAITS; waits++) {
    try {
      return await merge(spool);
    } catch (error) {
      if (isAway(error)) await tell(awayText(spool, waits === WAITS));
      else await tell(failureText(error));
      if (waits < WAITS) await sleep('15 minutes', { summary: `wait for the spool of ${spool.host}` });
    }
  }
}

/** Opens it first at the worker that had it, if any; when that is gone, anywhere. */
function opening(
  ref: DeliveryRef,
  audience: Audience,
  title: string,
  tell: Tell,
  at?: SpoolPlace,
): Promise<OpenedDelivery> {
  const open = (there: SpoolPlace | undefined) =>
    activities(atSpool(AUDIENCE, there), `resolve recipients of ${title}`).openDelivery({ ...ref, audience });
  return insist(title, tell, async () => {
    try {
      return await open(at);
    } catch (error) {
      if (at && isAway(error)) return open(undefined);
      throw error;
    }
  });
}
