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
  const fault = faultOf(value, 0);
  if (fault) throw new NotCanonicalError(path + fault.at, fault.problem);
  // For a text, a number and a literal ECMAScript's own serialisation is that of RFC 8785, section 3.2.2.
  return typeof value === 'object' && value !== null ? (canonicalize(value) as string) : JSON.stringify(value);
}

/** What is wrong with a value, and where in it: `.key[3]`. The path is put together on the way out, only when needed. */
interface Fault {
  at: string;
  problem: string;
}

function faultOf(value: unknown, depth: number): Fault | undefined {
  switch (typeof value) {
    case 'string':
      return isWellFormed(value) ? undefined : { at: '', problem: 'holds a lone surrogate' };
    case 'boolean':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : { at: '', problem: `is ${value}` };
    case 'object':
      return value === null ? undefined : faultOfObject(value, depth);
    default:
      return { at: '', problem: `is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}` };
  }
}

function faultOfObject(value: object, depth: number): Fault | undefined {
  if (depth >= MAX_DEPTH) return { at: '', problem: `is nested deeper than ${MAX_DEPTH} levels` };
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return { at: '', problem: 'has a toJSON' };
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      const fault = faultOf(value[i], depth + 1);
      if (fault) return { ...fault, at: `[${i}]${fault.at}` };
    }
    return undefined;
  }
  if (!isPlainObject(value)) return { at: '', problem: 'is not a plain object' };
  for (const key of Object.keys(value)) {
    if (!isWellFormed(key)) return { at: '', problem: 'has a key with a lone surrogate' };
    const fault = faultOf(value[key], depth + 1);
    if (fault) return { ...fault, at: `.${key}${fault.at}` };
  }
  return undefined;
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
