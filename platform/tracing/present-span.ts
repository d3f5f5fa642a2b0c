/** In which span the present work is done. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpanPlace } from './span';

const under = new AsyncLocalStorage<SpanPlace>();

/** The span in which this is called; none where nothing is traced. */
export function presentSpan(): SpanPlace | undefined {
  return under.getStore();
}

export function within<T>(place: SpanPlace, act: () => Promise<T>): Promise<T> {
  return under.run(place, act);
}
