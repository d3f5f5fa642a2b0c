/** The converter of failures outside workflows, as workflows/lib/failure-converter.ts is inside: their texts are sealed. */
import {
  DefaultFailureConverter,
  type FailureConverter,
  type PayloadConverter,
  type ProtoFailure,
  type SerializationContext,
} from '@temporalio/common';

/** The type of a failure that nobody with the keys has given. */
export const UNSEALED_FAILURE = 'Unsealed';

/** Whoever takes tasks from the queue may answer in a worker's place: what it says counts for nothing, and reaches nobody. */
class SealedFailures extends DefaultFailureConverter {
  override failureToError(failure: ProtoFailure, converter: PayloadConverter, context?: SerializationContext): Error {
    const given =
      failure.applicationFailureInfo && !failure.encodedAttributes
        ? {
            ...failure,
            message: 'what answered has not the keys of the workers: whether anything was done is not known',
            applicationFailureInfo: { type: UNSEALED_FAILURE, nonRetryable: true },
          }
        : failure;
    return super.failureToError(given, converter, context);
  }
}

export const failureConverter: FailureConverter = new SealedFailures({ encodeCommonAttributes: true });
