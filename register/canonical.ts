import canonicalize from 'canonicalize';
import { NotCanonicalError } from './errors';

/** Deep enough for any event; keeps a cyclic or hostile value from exhausting the stack. */
const MAX_DEPTH = 64;

/**
 * The one canonical JSON text (RFC 8785) of a value.
 *
 * Stricter than the serializer below it, which drops `undefined` and calls `toJSON`: refused are undefined, functions,
 * symbols, bigints, NaN and infinities, objects that are not plain, objects with a `toJSON`, holes in arrays,
 * lone surrogates (no UTF-8 form) and more than 64 levels.
 *
 * @throws NotCanonicalError naming the path of the offending part.
 */
export function canonicalText(value: unknown, path = '$'): string {
  assertPlainJson(value, path, 0);
  // For a text, a number and a literal ECMAScript's own serialisation is that of RFC 8785, section 3.2.2.
  return typeof value === 'object' && value !== null ? (canonicalize(value) as string) : JSON.stringify(value);
}

function assertPlainJson(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case 'string':
      if (!isWellFormed(value)) throw new NotCanonicalError(path, 'holds a lone surrogate');
      return;
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonicalError(path, `is ${value}`);
      return;
    case 'object':
      break;
    default:
      throw new NotCanonicalError(path, `is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}`);
  }
  if (value === null) return;
  if (depth >= MAX_DEPTH) throw new NotCanonicalError(path, `is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') throw new NotCanonicalError(path, 'has a toJSON');
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) assertPlainJson(value[i], `${path}[${i}]`, depth + 1);
    return;
  }
  if (!isPlainObject(value)) throw new NotCanonicalError(path, 'is not a plain object');
  for (const key of Object.keys(value)) {
    if (!isWellFormed(key)) throw new NotCanonicalError(path, 'has a key with a lone surrogate');
    assertPlainJson((value as Record<string, unknown>)[key], `${path}.${key}`, depth + 1);
  }
}

/** An object literal or parsed JSON, also of another realm (a vm context has its own Object.prototype). */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Whether a text has a UTF-8 form. In Node 20, but not in the compiler's ES2023 library. */
export function isWellFormed(text: string): boolean {
  return (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}
