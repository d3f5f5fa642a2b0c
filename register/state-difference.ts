/** Compares two states as plain JSON, path by path. Pure. */
import { ERASED, standInOf } from '../domain/policy/disclosure';
import { isPlainObject } from './canonical';

/** One place where two states differ; a side that has nothing there is left out. */
export interface Difference {
  /** JSON Pointer. */
  path: string;
  register?: unknown;
  workflow?: unknown;
}

/**
 * Where the state folded from the register differs from the workflow's, in the order of their paths. Whole parts that one
 * side lacks are one difference. With `erased`, a text that was erased in the register, or was made of one,
 * counts as equal to any.
 */
export function differences(register: unknown, workflow: unknown, erased = false): Difference[] {
  const found: Difference[] = [];
  compare('', plain(register), plain(workflow), erased, found);
  return found;
}

/** As it goes over the wire: an absent field and one that is undefined are the same. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function compare(path: string, a: unknown, b: unknown, erased: boolean, found: Difference[]): void {
  if (Object.is(a, b) || (erased && isErased(a))) return;
  if (isPlainObject(a) && isPlainObject(b)) {
    for (const name of [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()) {
      const below = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      compare(below, own(a, name), own(b, name), erased, found);
    }
    return;
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) compare(`${path}/${i}`, a[i], b[i], erased, found);
    return;
  }
  found.push({ path, ...(a !== undefined && { register: a }), ...(b !== undefined && { workflow: b }) });
}

/** A text that was erased or made of one, or a list of which the register keeps that it was there. */
function isErased(value: unknown): boolean {
  return standInOf(value) === ERASED || (typeof value === 'string' && value.includes(ERASED));
}

function own(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
