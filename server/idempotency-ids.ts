/** Ids that the API makes from keys of idempotency. Nobody else may take one, so that no key is occupied by somebody else. */

/** The id of the incident that is declared under a key. */
export function idOfKey(digest: string): string {
  return `INC-${digest.slice(0, 16)}`;
}

/** Whether an id has the form of those above. */
export function isIdOfKey(id: unknown): boolean {
  return typeof id === 'string' && /^INC-[0-9a-f]{16}$/i.test(id);
}
