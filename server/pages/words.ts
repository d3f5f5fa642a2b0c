/** Names of the program as people read them. */

/** `acknowledge-alarms` as `Acknowledge alarms`, `rootCause` as `Root cause`. */
export function words(name: string): string {
  const spaced = name
    .replaceAll('-', ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return `${spaced[0]!.toUpperCase()}${spaced.slice(1)}`;
}
