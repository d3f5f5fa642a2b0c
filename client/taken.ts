/**
 * Whether a case that was started is opened. Temporal keeps whatever it is given: that a case runs is known once a worker
 * has opened its input, which it cannot do where it has other keys than whoever sealed it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type Payload, ValueError } from '@temporalio/common';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import type { temporal as proto } from '@temporalio/proto';
import { FAILURES } from '../domain/kernel/failures';
import { SEALING_KEY_METADATA, SealingCodec } from './codec';
import { OtherKeys, refused } from './errors';
import { described } from './executions';
import { CATCH_UP_MS, timed } from './timed';

type Failure = proto.api.failure.v1.IFailure;

/** `waiting`: no worker has opened it within the time given; it is kept, and begins when one does. */
export type Taken = 'opened' | 'waiting';

/** Another worker may have the key, while keys are being rotated. */
const ANOTHER_WORKER_MS = 3_000;
/** The latest run begins with its input, whatever was signalled to it, and its first task. */
const FIRST_EVENTS = 50;

/**
 * Waits until a case is opened, or is known not to be. Throws an OtherKeys when the workers cannot open what was sealed
 * here, and a CommandError when they refuse the input.
 */
export async function untilOpened(
  client: Client,
  about: { id: string; noun: string },
  withinMs: number,
): Promise<Taken> {
  const giveUpAt = Date.now() + withinMs;
  let failedAt: number | undefined;
  for (;;) {
    const { failure, isOver, isBegun } = await firstTask(client, about.id);
    if (failure && isOver) throw await whyNot(client, about, failure, 'ended');
    if (isBegun && (isOver || (await isOpened(client, about.id, giveUpAt)))) return 'opened';
    if (failure) {
      failedAt ??= Date.now();
      if (Date.now() - failedAt >= Math.min(ANOTHER_WORKER_MS, withinMs))
        throw await whyNot(client, about, failure, 'waits');
    } else if (Date.now() >= giveUpAt) return 'waiting';
    await sleep(CATCH_UP_MS);
  }
}

interface FirstTask {
  /** A task of the run is done. */
  isBegun: boolean;
  /** The run has ended. */
  isOver: boolean;
  /** Why its first task failed, or the run itself without another. */
  failure?: Failure | undefined;
}

async function firstTask(client: Client, workflowId: string): Promise<FirstTask> {
  const { namespace } = client.options;
  const execution = { workflowId };
  const { history } = await timed(client, () =>
    client.workflowService.getWorkflowExecutionHistory({ namespace, execution, maximumPageSize: FIRST_EVENTS }),
  );
  const events = history?.events ?? [];
  const ended = events.at(-1)?.workflowExecutionFailedEventAttributes?.failure;
  const isBegun = events.some((event) => event.workflowTaskCompletedEventAttributes);
  if (ended?.applicationFailureInfo?.type === FAILURES.invalidInput) return { isBegun, isOver: true, failure: ended };
  if (isBegun) return { isBegun, isOver: !(await isRunning(client, workflowId)) };
  const failed = events.find((event) => event.workflowTaskFailedEventAttributes)?.workflowTaskFailedEventAttributes;
  return { isBegun, isOver: false, failure: failed?.failure ?? undefined };
}

async function isRunning(client: Client, workflowId: string): Promise<boolean> {
  const RUNNING = 1;
  return (await timed(client, () => described(client, workflowId)))?.workflowExecutionInfo?.status === RUNNING;
}

/** Its first task read the input. An answer that cannot be read here was sealed with a newer key of the workers. */
async function isOpened(client: Client, id: string, giveUpAt: number): Promise<boolean> {
  try {
    const view = await client.withDeadline(giveUpAt, () => client.workflow.getHandle(id).query<unknown>('state'));
    return view !== undefined && view !== null;
  } catch (error) {
    return error instanceof ValueError;
  }
}

async function whyNot(
  client: Client,
  { id, noun }: { id: string; noun: string },
  failure: Failure,
  now: 'ended' | 'waits',
): Promise<Error> {
  const codec = client.options.loadedDataConverter.payloadCodecs.find((each) => each instanceof SealingCodec);
  const here = codec?.activeId;
  const there = sealedWith(failure.encodedAttributes);
  const text = here === there ? await textOf(client, failure) : undefined;
  if (text !== undefined) return refused(`${noun} "${id}" is not opened: ${text}`);
  const holds =
    now === 'ended'
      ? 'nothing is kept of it: do it again under the same id'
      : `Temporal keeps it sealed, and it begins by itself once the workers have the key "${here}" too; else end it, \`temporal workflow terminate -w ${id}\`, and do it again, a declaration under another id`;
  return new OtherKeys(`${noun} "${id}" is not opened: the workers cannot read what was sealed here`, [
    `TOCSIN_ENCRYPTION_KEYS: ${differ(here, there)}: set those of the workers`,
    'no clock runs, nothing is contained and nobody is told',
    holds,
  ]);
}

function differ(here: string | undefined, there: string | undefined): string {
  if (here === undefined) return `is not set here, and the workers seal with "${there}"`;
  if (there === undefined) return `seals with "${here}" here, and the workers have no keys`;
  if (here === there) return `the key "${here}" here is another one than the workers have under that name`;
  return `seals with "${here}" here, and with "${there}" at the workers`;
}

/** The id of the key that sealed a payload; it stands in clear. */
function sealedWith(payload: Payload | null | undefined): string | undefined {
  const id = payload?.metadata?.[SEALING_KEY_METADATA];
  return id && Buffer.from(id).toString();
}

async function textOf(client: Client, failure: Failure): Promise<string | undefined> {
  try {
    const read = await decodeOptionalFailureToOptionalError(client.options.loadedDataConverter, failure);
    return read?.message;
  } catch {
    return undefined;
  }
}
