/**
 * Ids of commands that the API makes from keys of idempotency: `api-KEY-CONTENT`, two digests in hex, of the key and of what
 * is said under it. By the second one, other content under a used key is told from a repeat
 * (draft-ietf-httpapi-idempotency-key-header-07, section 2.6). Of ids made before there was one, it is not known.
 */

/** Begins each of them. */
export const API_COMMAND = 'api-';
const FORM = /^api-([0-9a-f]{32})(?:-([0-9a-f]{8}))?$/;

/** What a command id says about one that was handled: the same, other content under the same key, or another command. */
export function compareCommands(handled: string, commandId: string): 'same' | 'other content' | 'another' {
  if (handled === commandId) return 'same';
  const [, key, content] = FORM.exec(commandId) ?? [];
  const [, usedKey, usedContent] = FORM.exec(handled) ?? [];
  if (key === undefined || key !== usedKey) return 'another';
  return content === undefined || usedContent === undefined ? 'same' : 'other content';
}
