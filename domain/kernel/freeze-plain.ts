/**
 * Freezes plain objects and lists, and all such within them. What is of a class stays as it is: a schema of zod works out
 * parts of itself when they are first needed, and keeps them.
 */
export function freezePlain(value: unknown): void {
  if (!isPlain(value) || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const each of Object.values(value)) freezePlain(each);
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}
