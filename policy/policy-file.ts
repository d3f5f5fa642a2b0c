/** What the loaders of policy files share: reading YAML, and a frozen copy with its hash. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import canonicalize from 'canonicalize';
import { parseDocument } from 'yaml';
import { PolicyError } from './policy-error';

/** How many texts are remembered: more than the packs and tables of one process. */
const MOST_REMEMBERED = 32;
/** What a text says, by the text: each process reads the same files for its guards and for its work, and YAML is slow to read. */
const remembered = new Map<string, unknown>();

/**
 * Reads a YAML file, anew at each call. `what` names it in errors; `missing` says what to do when there is none. The answer is
 * deep-frozen: it is that of the last call where the file has not changed. Throws PolicyError.
 */
export function readYaml(file: string, what: string, missing = 'give the path of a YAML file'): unknown {
  if (!existsSync(file)) throw new PolicyError(what, file, [`the file does not exist: ${missing}`]);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new PolicyError(what, file, [`the file cannot be read: ${(error as Error).message}`]);
  }
  if (remembered.has(text)) return remembered.get(text);
  const document = parseDocument(text);
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => `not valid YAML: ${error.message.split('\n')[0]}`);
    throw new PolicyError(what, file, problems);
  }
  const value = deepFreeze(document.toJS() as unknown);
  if (remembered.size >= MOST_REMEMBERED) remembered.clear();
  remembered.set(text, value);
  return value;
}

/** Reads a YAML file that holds one mapping; `fields` names some of its fields, for the error. Throws PolicyError. */
export function readMapping(file: string, what: string, fields: string, missing?: string): Record<string, unknown> {
  const value = readYaml(file, what, missing);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new PolicyError(what, file, [`the file holds no mapping: it must be YAML with fields such as ${fields}`]);
}

/** A plain, deep-frozen copy, and the SHA-256 in hex over its RFC 8785 canonical JSON. */
export function canonicalCopy<T>(value: T): { sha256: string; copy: T } {
  const canonical = canonicalize(value) as string;
  const sha256 = createHash('sha256').update(canonical, 'utf8').digest('hex');
  return { sha256, copy: deepFreeze(JSON.parse(canonical) as T) };
}

/** What YAML's anchors name may hold itself; bytes (of YAML 1.1) cannot be frozen. */
function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
