/**
 * Reads payloads inside the workflow. A message that cannot be decoded must not wedge a legal clock: it becomes a value
 * that no schema accepts, so that it is recorded as rejected like any other malformed message.
 */
import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';

/** What stands for a payload that could not be read. */
export const UNREADABLE = { unreadable: true } as const;

export const payloadConverter: PayloadConverter = {
  toPayload: <T>(value: T): Payload => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload): T {
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch {
      return UNREADABLE as T;
    }
  },
};
