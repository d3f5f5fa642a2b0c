/**
 * To which call an activity answers, which a worker says under the seal. The seal alone says who gave an answer and for
 * which workflow: without this, whoever reads Temporal's store could give the true answer to one call as that to another.
 */
import { hash64 } from './hash64';

/** The header in which a workflow names its call: the run's id, which a reset keeps, and the call's number in it. */
export const CALL_HEADER = 'tocsin-call';

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

/** The last detail of a failure: its type and whether repeating cannot help stand outside of what is sealed. */
export interface FailedAnswer {
  to: Call;
  type: string | null;
  final: boolean;
}

/** Names the call of an activity. */
export function callOf(call: string, activity: string, args: unknown[]): Call {
  return { call, activity, args: hash64(JSON.stringify(args)) };
}

/** The answer, where it is one to this very call. */
export function answerTo(given: unknown, call: Call): Answer | undefined {
  return isTo(given, call) && 'answer' in given ? (given as Answer) : undefined;
}

/** True where a worker gave this failure to this very call. */
export function isFailureTo(detail: unknown, call: Call, { type, final }: Omit<FailedAnswer, 'to'>): boolean {
  if (!isTo(detail, call)) return false;
  const said = detail as Partial<FailedAnswer>;
  return said.type === type && said.final === final;
}

function isTo(given: unknown, call: Call): given is { to: Call } {
  const to = (given as { to?: Partial<Call> } | null | undefined)?.to;
  return to?.call === call.call && to.activity === call.activity && to.args === call.args;
}
