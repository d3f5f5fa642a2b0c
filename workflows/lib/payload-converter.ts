/**
 * Reads payloads inside the workflow. A message that cannot be decoded, or that nobody with the keys sealed, must not
 * wedge a legal clock: it becomes a value that no schema accepts, so that it is recorded as rejected, with the reason.
 */
import {
  defaultPayloadConverter,
  METADATA_ENCODING_KEY,
  type Payload,
  type PayloadConverter,
} from '@temporalio/common';
import { decode } from '@temporalio/common/lib/encoding';
import { FOREIGN_ENCODING, type ForeignPayload, foreignPayload } from '../../domain/kernel/foreign-payload';

export const payloadConverter: PayloadConverter = {
  toPayload: <T>(value: T): Payload => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload): T {
    const encoding = payload.metadata?.[METADATA_ENCODING_KEY];
    if (encoding && decode(encoding) === FOREIGN_ENCODING) {
      return foreignPayload(JSON.parse(decode(payload.data!)) as ForeignPayload) as T;
    }
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      return foreignPayload({ foreign: 'unreadable', why: 'cannot be read' }) as T;
    }
  },
};
