/**
 * What a workflow asks an activity, and to which question an activity answers, both said under the seal. The seal alone says
 * who gave something and for which workflow: without this, whoever reads Temporal's store could have what was asked once
 * done again for a workflow of his own, or give the true answer to one call as that to another.
 */
import { hash64 } from './hash64';

/** The last argument of a call between a workflow and a worker with keys. */
export interface Asked {
  asked: {
    /** The run that asks; a reset makes another one of it. */
    run: string;
    /** Names the call: the run's id, which a reset keeps, and the call's number in it. */
    call: string;
    activity: string;
  };
}

/** `args` is a hash of the arguments, which come sealed: who could choose them needs to forge no answer. */
export interface Call {
  call: string;
  activity: string;
  args: string;
}

/** What a worker with keys answers. */
export interface Answer {
  to: Call;
  answer: unknown;
}

/** The last detail of a failure: its text, its type and whether repeating cannot help stand outside of what it answers to. */
export interface FailedAnswer {
  to: Call;
  message: string;
  type: string | null;
  final: boolean;
}

/** Names the call of an activity. */
export function callOf(call: string, activity: string, args: unknown[]): Call {
  return { call, activity, args: hash64(JSON.stringify(args)) };
}

/** What was asked, where the last argument says it. */
export function askedIn(args: readonly unknown[]): Asked['asked'] | undefined {
  return (args.at(-1) as Partial<Asked> | null | undefined)?.asked;
}

/** The answer, where it is one to this very call. */
export function answerTo(given: unknown, call: Call): Answer | undefined {
  return isTo(given, call) && 'answer' in given ? (given as Answer) : undefined;
}

/** True where a worker gave this failure to this very call. */
export function isFailureTo(detail: unknown, call: Call, failed: Omit<FailedAnswer, 'to'>): boolean {
  if (!isTo(detail, call)) return false;
  const said = detail as Partial<FailedAnswer>;
  return said.type === failed.type && said.final === failed.final && said.message === failed.message;
}

function isTo(given: unknown, call: Call): given is { to: Call } {
  const to = (given as { to?: Partial<Call> } | null | undefined)?.to;
  return to?.call === call.call && to.activity === call.activity && to.args === call.args;
}
