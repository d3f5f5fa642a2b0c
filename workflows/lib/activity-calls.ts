/** How the workflows call activities: every call carries a summary for the Web UI and one of a few retry manners. */
import { ActivityFailure, type ActivityOptions, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/types';
import { clipped } from '../../domain/kernel/text';

const BACKOFF = { initialInterval: '1 second', backoffCoefficient: 2 } as const;

/** A few quick attempts; when they fail the caller raises an alarm and goes on trying. */
export const FIRST_ATTEMPTS: ActivityOptions = {
  startToCloseTimeout: '60 seconds',
  // Whoever says that an attempt failed may ask for a pause of years.
  scheduleToCloseTimeout: '10 minutes',
  retry: { ...BACKOFF, maximumInterval: '20 seconds', maximumAttempts: 4 },
};

/** Until it works: for what must happen, however long the other side is away. */
export const UNTIL_DONE: ActivityOptions = {
  startToCloseTimeout: '60 seconds',
  retry: { ...BACKOFF, maximumInterval: '30 seconds' },
};

/** Attempts over about a day, then the step counts as failed. */
export const PATIENT: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  // Longer than workers are away: what waits for one is not given up.
  scheduleToCloseTimeout: '7 days',
  retry: { initialInterval: '30 seconds', backoffCoefficient: 2, maximumInterval: '30 minutes', maximumAttempts: 50 },
};

/** Reading whole databases of advisories: minutes, until it works. */
export const CHECKING: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '60 seconds',
  retry: { ...BACKOFF, maximumInterval: '5 minutes' },
};

/** What reads all of an audience, until it works: of a million people it takes minutes. */
export const AUDIENCE: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '60 seconds',
  retry: { ...BACKOFF, maximumInterval: '30 seconds' },
};

/** Long sends: a heartbeat tells a dead worker from a slow provider. */
export const SENDING: ActivityOptions = {
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '60 seconds',
  // The workflow answers these itself: an outage of the ledger by going on in the spool, a notice that is not in the store by
  // telling a person, who alone can bring it back.
  retry: { ...BACKOFF, maximumInterval: '1 minute', nonRetryableErrorTypes: ['LedgerUnavailable', 'ArtefactFault'] },
};

/**
 * A stop of what is being sent: of a worker that died with it another one takes it over sooner than the batches, whose last heartbeat
 * the server has heard 48 s before at the most.
 */
export const sooner = (manner: ActivityOptions): ActivityOptions => ({ ...manner, heartbeatTimeout: '6 seconds' });

/**
 * The activities under one manner of retrying, with a summary (≤ 200 bytes) that the Web UI shows. Answers that are not
 * to be believed are failures (`answers.ts`).
 */
export function activities(manner: ActivityOptions, summary: string) {
  return proxyActivities<Activities>({ ...manner, summary: cut(summary) });
}

function cut(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}

/** As much of it as an alarm says: some answers of providers are whole pages. */
const FAILURE_CHARACTERS = 1_000;

/** What went wrong in an activity, in words without a stack. */
export function failureText(error: unknown): string {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  return clipped(cause instanceof Error ? cause.message : String(cause), FAILURE_CHARACTERS);
}

/** The failure type that an activity gave, from the table in activities/failures.ts. */
export function failureType(error: unknown): string | undefined {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? (cause.type ?? undefined) : undefined;
}

/** What an activity gave with its failure. */
export function failureDetails(error: unknown): unknown[] {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return (cause instanceof ApplicationFailure && cause.details) || [];
}

/** True when an activity said that repeating it cannot help. */
export function isFinal(error: unknown): boolean {
  return (
    error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.nonRetryable === true
  );
}
