/** How workflows say that something failed. Free of schemas, so that every workflow can load it cheaply. */

/** Failure of a query that met a worker which had not caught up with the incident: ask again. */
export const HISTORY_AHEAD = 'the history is ahead of its workflow task: ask again';

/** Failure types that the workflows and activities give; a client can tell them apart. */
export const FAILURES = {
  invalidInput: 'InvalidInput',
  invalidMessage: 'InvalidMessage',
  unknownObligation: 'UnknownObligation',
  /** Of a workflow that stopped itself: the register has other entries of its case than it made. */
  forked: 'Forked',
} as const;
