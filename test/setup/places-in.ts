/** Every field of a JSON value, as the object or list that holds it and the name under which it does, outermost first. */
export function placesIn(value: unknown): Array<[Record<string, unknown>, string]> {
  const places: Array<[Record<string, unknown>, string]> = [];
  collect(value, places);
  return places;
}

function collect(value: unknown, places: ReturnType<typeof placesIn>): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    places.push([holder, key]);
    collect(holder[key], places);
  }
}
