/** A namespace that Temporal has not, which it tells by the code of whatever it does not find. */
import { isGrpcServiceError } from '@temporalio/client';
import { rethrowKnownErrorTypes } from '@temporalio/client/lib/helpers';
import { NamespaceNotFoundError } from '@temporalio/common';

/** The error as that; `undefined` where it is another one. */
export function missingNamespace(error: unknown): NamespaceNotFoundError | undefined {
  if (error instanceof NamespaceNotFoundError) return error;
  if (!isGrpcServiceError(error)) return undefined;
  try {
    rethrowKnownErrorTypes(error);
  } catch (known) {
    if (known instanceof NamespaceNotFoundError) return known;
  }
  return undefined;
}
