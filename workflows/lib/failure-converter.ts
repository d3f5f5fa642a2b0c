/**
 * Failures with their text and stack as a payload, which is sealed with the rest: Temporal keeps "Encoded failure" in their
 * place, and whoever holds the keys reads them as before. https://docs.temporal.io/failure-converter
 */
import { DefaultFailureConverter, type FailureConverter } from '@temporalio/common';
import { HISTORY_AHEAD } from '../../domain/kernel/failures';

const sealing = new DefaultFailureConverter({ encodeCommonAttributes: true });

export const failureConverter: FailureConverter = {
  failureToError: (failure, payloadConverter, context) => sealing.failureToError(failure, payloadConverter, context),
  errorToFailure(error, payloadConverter, context) {
    const failure = sealing.errorToFailure(error, payloadConverter, context);
    // A refused query answers with the text alone; the client must know this one to ask again, and it tells nothing.
    const isAhead = error instanceof Error && error.message === HISTORY_AHEAD;
    return isAhead ? { ...failure, message: HISTORY_AHEAD } : failure;
  },
};
