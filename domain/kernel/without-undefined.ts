/** The register takes canonical JSON, which knows no `undefined`. */
export function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUndefined) as T;
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).flatMap(([key, v]) =>
    v === undefined ? [] : [[key, withoutUndefined(v)] as const],
  );
  return Object.fromEntries(entries) as T;
}
