import type { Detection } from '../detection/detection';
import { hash64 } from '../kernel/hash64';

/** A short hash of a detection's identity: enough to know a repeated delivery. */
export function deliveryOf({ source, eventId }: Pick<Detection, 'source' | 'eventId'>): string {
  return hash64(`${source}/${eventId}`);
}
