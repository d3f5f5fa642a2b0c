/** The converter of failures outside workflows, as workflows/lib/failure-converter.ts is inside: their texts are sealed. */
import { DefaultFailureConverter, type FailureConverter } from '@temporalio/common';

export const failureConverter: FailureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
