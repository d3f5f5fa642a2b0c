/** Every field of a JSON value, as the object or list that holds it and the name under which it does, outermost first. */
export function placesIn(value: unknown): Array<[Record<string, unknown>, string]> {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [[holder, key], ...placesIn(holder[key])] as ReturnType<typeof placesIn>);
}
