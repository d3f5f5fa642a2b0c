/** The kinds of instant that may be doubtful, and their names. */

/** What may be doubtful. */
export const DOUBTED = ['awareness', 'detection', 'parts'] as const;
export type Doubted = (typeof DOUBTED)[number];

/** Where a state keeps each. */
export const DOUBT_OF = {
  awareness: 'awarenessDoubt',
  detection: 'detectionDoubt',
  parts: 'partsDoubt',
} as const satisfies Record<Doubted, string>;

/** Each in words. */
export const DOUBTED_WORDS: Record<Doubted, string> = {
  awareness: 'the awareness',
  detection: 'the detection',
  parts: 'the awareness of what was found later',
};
