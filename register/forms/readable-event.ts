import type { RecordedEvent } from '../../domain/kernel/recorded-event';
import { ERASED, WITHHELD } from '../../domain/policy/disclosure';
import { type DisclosedEntry, shownEvent } from '../disclose';

/**
 * The event as a form tells it. A text that was recorded and reads like a stand-in is put in quotes: nobody can make it
 * look as if something were hidden.
 */
export function readableEvent(entry: DisclosedEntry): RecordedEvent {
  const shown = entry.shown.map((opening) =>
    LIKE_A_STAND_IN.has(opening.text) ? { ...opening, text: quoted(opening.text) } : opening,
  );
  return shownEvent({ ...entry, shown });
}

const LIKE_A_STAND_IN = new Set([WITHHELD, ERASED].flatMap((word) => [JSON.stringify(word), JSON.stringify([word])]));

function quoted(text: string): string {
  return text.replace(/"(.*)"/, (_, word: string) => JSON.stringify(`"${word}"`));
}
