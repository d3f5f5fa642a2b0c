/** What went wrong on a page, to be shown on it. */
import { refusalOf } from '../api/failures';
import { Refusal } from '../problem';

/** A refusal, to be shown beside what was typed; what nobody thought of is thrown on. */
export function asShown(error: unknown): Refusal {
  const refusal = refusalOf(error);
  if (refusal instanceof Refusal) return refusal;
  throw refusal;
}

export function asRefusal(error: unknown): never {
  throw refusalOf(error);
}
