/** The end of a process: what it waits for has names, so that whoever cuts it short can say what was cut. */

/**
 * From SIGTERM to the end at most, in ms. Kubernetes kills after 30 s unless it is told otherwise, and before that is to be said
 * what is cut short.
 */
export const END_WITHIN_MS = 25_000;

const waitedFor = new Set<{ what: string }>();

/** Waits for a piece of work at the end of a process. `what`: a name for people, as in "cut short: signing of the register". */
export async function atEnd<T>(what: string, work: Promise<T>): Promise<T> {
  const piece = { what };
  waitedFor.add(piece);
  try {
    return await work;
  } finally {
    waitedFor.delete(piece);
  }
}

/** The names of what is waited for now, in the order in which the waiting began. */
export function stillWaitedFor(): string[] {
  return [...new Set(Array.from(waitedFor, ({ what }) => what))];
}
