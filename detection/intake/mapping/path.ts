/** JSONPath (RFC 9535), of which what a hostile body could make slow is not taken: the work grows as the body does. */
import { type JsonValue, query } from 'jsonpath-rfc9535';

const LONGEST = 200;
/** Values that one path gives. */
const MOST = 1_000;

/** Why a path cannot be used; undefined for one that can. */
export function pathProblem(path: string): string | undefined {
  if (path.length > LONGEST) return `is longer than ${LONGEST} characters`;
  const bare = path.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, "''");
  if (bare.includes('..')) return 'must not search all levels (".."): name them';
  if (/\b(?:match|search)\s*\(/.test(bare)) return 'must not use match() or search(), whose time a sender could choose';
  if (bare.lastIndexOf('$') > 0) return 'must not begin at the body again within a filter';
  if ((bare.match(/\*|\?|:|,/g)?.length ?? 0) > 4) return 'must not have more than four wildcards, filters and slices';
  try {
    query({}, path);
    return undefined;
  } catch {
    return 'is no JSONPath (RFC 9535), such as $.alert.id or $.events[*]';
  }
}

/** What a path finds, at most a thousand values. Whatever the body, it ends and throws nothing. */
export function find(body: unknown, path: string): unknown[] {
  try {
    return query(body as JsonValue, path).slice(0, MOST);
  } catch {
    return []; // a body nested deeper than the stack holds
  }
}
