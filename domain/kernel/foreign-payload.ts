/** A payload that the keys of the workers did not seal for the workflow that got it: nobody is taken at its word. */

/** The encoding under which the codec of a worker hands it to the workflow. */
export const FOREIGN_ENCODING = 'tocsin/foreign';

/** What the codec of a worker adds to a payload that it opened: the number of its seal, drawn for each, and when it was sealed. */
export const SEAL_METADATA = 'tocsin-seal';

/** `why` completes a sentence that begins with what it is. */
export interface ForeignPayload {
  foreign: 'unsealed' | 'unknown-key' | 'moved' | 'altered' | 'unreadable';
  why: string;
}

/** What came of a value that a workflow was given. */
export function foreignOf(value: unknown): ForeignPayload | undefined {
  return typeof value === 'object' && value !== null && MARK in value
    ? (value as unknown as ForeignPayload)
    : undefined;
}

/** Only what was marked here is foreign: a sealed message cannot pass for one, nor one for a message. */
const MARK = Symbol('foreign payload');

/** Marks it. The value matches no schema of a message. */
export function foreignPayload(payload: ForeignPayload): ForeignPayload {
  return Object.defineProperty({ ...payload }, MARK, { value: true });
}

/** What its sender is told to do. */
export function foreignProblem({ why }: ForeignPayload, what: string): string {
  return `${what}: ${why}; send it with the tocsin command, the client, or the temporal command through the codec endpoint`;
}
