/** Names of the program as people read them. */
import { upperFirst } from '../../domain/kernel/first-letter';

/** `acknowledge-alarms` as `Acknowledge alarms`, `rootCause` as `Root cause`. */
export function words(name: string): string {
  const spaced = name
    .replaceAll('-', ' ')
    .replaceAll(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return upperFirst(spaced);
}
