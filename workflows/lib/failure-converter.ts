/**
 * Failures with their text and stack as a payload, which is sealed with the rest: Temporal keeps "Encoded failure" in their
 * place, and whoever holds the keys reads them as before. https://docs.temporal.io/failure-converter
 */
import { DefaultFailureConverter, type FailureConverter } from '@temporalio/common';

export const failureConverter: FailureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
