/** Reads YAML of outsiders: bounded, and every fault of it one reason. */
import { parseAllDocuments } from 'yaml';
import { InventoryError } from './inventory-error';

/** YAML takes far more time and memory than JSON; the lock files of large monorepos have about 3 MiB. */
const LARGEST = 16 * 1024 * 1024;
/** Flow collections nest on the reader's stack. */
const DEEPEST = 100;

/** The documents of a text. @throws InventoryError, and nothing else, whatever the text. */
export function readYaml(content: string): unknown[] {
  if (content.length > LARGEST) throw new InventoryError(`it has more than ${LARGEST} characters of YAML`);
  if (nesting(content) > DEEPEST) throw new InventoryError(`it is nested more than ${DEEPEST} levels deep`);
  try {
    const documents = parseAllDocuments(content, { logLevel: 'silent', schema: 'core' });
    if (!Array.isArray(documents)) return [];
    return documents.map((document) => {
      if (document.errors.length > 0) throw document.errors[0];
      // Lock files have no aliases; those that others hold could grow beyond all bounds.
      return document.toJS({ maxAliasCount: 0 }) as unknown;
    });
  } catch (error) {
    const line = (error as { linePos?: Array<{ line: number }> }).linePos?.[0]?.line;
    throw new InventoryError(`it is not valid YAML${line ? ` (line ${line})` : ''}`);
  }
}

/** How deep brackets and indentation go at most; brackets within texts count too, which no lock file has so many of. */
function nesting(content: string): number {
  let depth = 0;
  let deepest = 0;
  for (const letter of content) {
    if (letter === '{' || letter === '[') deepest = Math.max(deepest, ++depth);
    else if (letter === '}' || letter === ']') depth = Math.max(0, depth - 1);
  }
  const indents = content.match(/^ +/gm)?.reduce((most, each) => Math.max(most, each.length), 0) ?? 0;
  return Math.max(deepest, indents);
}
