/**
 * How large things are where they are sent: in bytes of UTF-8, never in characters, of which one may have four. Temporal
 * refuses a command above 2 MB, and ends the workflow that sent it (limit.blobSize.error); nothing of ours comes near that.
 * Sealing adds about 200 bytes to a payload, which stays binary. Pure.
 */

/** Most bytes of whatever a workflow hands over at once: half of what the server takes. */
export const COMMAND_BYTES = 1_000_000;
/** Most bytes of one message, and of a declaration. Each of them stands in a state, an event and the work that follows. */
export const MESSAGE_BYTES = 250_000;
/** Most bytes of the workspace ids that are named one by one: the work for each notice names them too. */
export const WORKSPACE_BYTES = 200_000;

const encoder = new TextEncoder();

/** The bytes of a text in UTF-8. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}

/** The bytes of a JSON value as it is sent. */
export function jsonBytes(value: unknown): number {
  return value === undefined ? 0 : utf8Bytes(JSON.stringify(value));
}

/** Sizes of objects that were measured. Nobody may change one. */
const sizes = new WeakMap<object, number>();

/**
 * As `jsonBytes`, of a value that is measured again and again, and most parts of which are the same objects each time: each
 * of them is measured once. Parts are told apart so many levels deep.
 */
export function jsonBytesInParts(value: unknown, levels = 2): number {
  if (typeof value !== 'object' || value === null) return jsonBytes(value);
  const known = sizes.get(value);
  if (known !== undefined) return known;
  const bytes = levels === 0 || isOfTexts(value) ? jsonBytes(value) : bytesOfParts(value, levels - 1);
  sizes.set(value, bytes);
  return bytes;
}

function isOfTexts(value: object): boolean {
  return Array.isArray(value) && !value.every((part) => typeof part === 'object' && part !== null);
}

/** A bracket at each end, and a comma between any two. */
function bytesOfParts(value: object, levels: number): number {
  const parts = Array.isArray(value)
    ? value.map((part) => jsonBytesInParts(part, levels))
    : Object.entries(value).flatMap(([name, part]) =>
        part === undefined ? [] : [jsonBytes(name) + 1 + jsonBytesInParts(part, levels)],
      );
  return parts.reduce((sum, bytes) => sum + bytes, 2 + Math.max(0, parts.length - 1));
}

/** As many of the latest as fit, in their order. */
export function latestWithin<T>(items: readonly T[], bytes: number, most = items.length): T[] {
  let left = bytes;
  let from = items.length;
  while (from > Math.max(0, items.length - most)) {
    left -= jsonBytes(items[from - 1]) + 1;
    if (left < 0) break;
    from--;
  }
  return items.slice(from);
}

/** How many of the first fit, and at least one. */
export function firstWithin(items: readonly unknown[], bytes: number, most = items.length): number {
  let left = bytes;
  let count = 0;
  while (count < Math.min(most, items.length)) {
    left -= jsonBytes(items[count]) + 1;
    if (left < 0 && count > 0) break;
    count++;
  }
  return count;
}

/** `12 kB`, rounded up. */
export function sizeText(bytes: number): string {
  return `${Math.ceil(bytes / 1000)} kB`;
}

/**
 * What is wrong with a value that is too large: how large it is, what of it is largest, and what is allowed.
 * `field`: what it is called where there is no field to name.
 */
export function tooLarge(value: unknown, field: string, allowed = MESSAGE_BYTES): string | undefined {
  const bytes = jsonBytes(value);
  if (bytes <= allowed) return undefined;
  const largest = largestIn(value, field, bytes);
  return `${largest.field}: is too large: ${sizeText(largest.bytes)}${largest.field === field ? '' : ` of the ${sizeText(bytes)} in all`}, and ${sizeText(allowed)} can be taken in all: leave out what is not needed, or send it in parts`;
}

/** The innermost field that makes up most of a value. */
function largestIn(value: unknown, field: string, bytes: number): { field: string; bytes: number } {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return { field, bytes };
  const sizes = Object.entries(value).map(([key, part]) => ({ key, part, bytes: jsonBytes(part) }));
  const most = sizes.sort((a, b) => b.bytes - a.bytes)[0];
  if (!most || most.bytes * 2 < bytes) return { field, bytes };
  const name = most.key.slice(0, 80);
  return largestIn(most.part, field === 'message' || field === 'declaration' ? name : `${field}.${name}`, most.bytes);
}
