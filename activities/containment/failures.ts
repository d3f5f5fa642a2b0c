import { ApplicationFailure } from '@temporalio/activity';

/**
 * Why a containment step failed, as the `type` of its ApplicationFailure. `retry`: trying again can help, either by itself
 * or once somebody has put right what the message names. A guard that forbids a step is no failure but `refused`.
 */
export const CONTAINMENT_FAILURES = {
  /** No answer, or one that says "later": whether it was done is unknown until the next attempt looks. */
  ContainmentUnavailable: { retry: true },
  /** Our own access was denied: put the credential or the right in order, and the next attempt goes on. */
  ContainmentDenied: { retry: true },
  /** It was done, and yet the check saw the old state: the old credential still works. */
  ContainmentNotVerified: { retry: true },
  /** The provider says the request itself is wrong. */
  ContainmentRejected: { retry: false },
  /** The call does not fit the configuration: an exercise asked of production, or the other way round. */
  ContainmentMisused: { retry: false },
} as const;

export type ContainmentFailureType = keyof typeof CONTAINMENT_FAILURES;

/**
 * Builds a failure. It gets no cause and no text of the provider: both would stand in workflow history, and may hold
 * a secret. `message` says what was tried, what was answered and what to do.
 */
export function containmentFailure(type: ContainmentFailureType, message: string): ApplicationFailure {
  return ApplicationFailure.create({ type, message, nonRetryable: !CONTAINMENT_FAILURES[type].retry });
}

/** HTTP statuses that mean "not now": timeout, conflict, too early, too many requests, any server error. */
export function isTransientStatus(status: number): boolean {
  return [408, 409, 425, 429].includes(status) || status >= 500;
}
