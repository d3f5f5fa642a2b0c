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
import {
  FOREIGN_ENCODING,
  type ForeignPayload,
  foreignPayload,
  SEAL_METADATA,
} from '../../domain/kernel/foreign-payload';

/** The seal of a value: its number, and when it was sealed by the clock of whoever did, in ms since the epoch. */
export interface Seal {
  number: string;
  atMs: number;
}

/** The seals under which values came. */
const seals = new WeakMap<object, Seal>();
let sealed = false;

/** True once something came under a seal: the workers have keys. */
export function isSealedHere(): boolean {
  return sealed;
}

/** The seal under which an object came; `undefined` for one that came without. */
export function sealOf(value: unknown): Seal | undefined {
  return typeof value === 'object' && value !== null ? seals.get(value) : undefined;
}

export const payloadConverter: PayloadConverter = {
  toPayload: <T>(value: T): Payload => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload): T {
    const encoding = payload.metadata?.[METADATA_ENCODING_KEY];
    if (encoding && decode(encoding) === FOREIGN_ENCODING) {
      return foreignPayload(JSON.parse(decode(payload.data!)) as ForeignPayload) as T;
    }
    try {
      return underSeal(defaultPayloadConverter.fromPayload<T>(payload), payload);
    } catch {
      return foreignPayload({ foreign: 'unreadable', why: 'cannot be read' }) as T;
    }
  },
};

function underSeal<T>(value: T, { metadata }: Payload): T {
  const seal = metadata?.[SEAL_METADATA];
  if (!seal) return value;
  sealed = true;
  const [number, atMs] = decode(seal).split(' ') as [string, string];
  if (typeof value === 'object' && value !== null) seals.set(value, { number, atMs: Number(atMs) });
  return value;
}
